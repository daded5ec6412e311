import { makeNewAuditId } from "../../../../lib/adapters/azure/audit-log.ts";
import type { AuditEntry } from "../../../../lib/audit/entry.ts";

let made = 0;
export const newAuditId = makeNewAuditId(() => {
  made += 1;
  return made.toString(16).padStart(16, "0");
});

/** An entry for each of so many minutes from `startMs` on, in all shards. */
export const entriesAMinute = (startMs: number, minutes: number): AuditEntry[] =>
  Array.from({ length: minutes }, (_, minute) => {
    const at = new Date(startMs + minute * 60_000);
    return {
      id: newAuditId(at),
      at: at.toISOString(),
      actor: { id: "connector", kind: "system" },
      action: "session.expire",
      phase: "outcome",
      result: "success",
      correlationId: "call-1",
    };
  });
