import { type AuditEntry, auditEntrySchema } from "../../audit/entry.ts";
import type { Row } from "./table.ts";

export function entryOf(row: Row): AuditEntry {
  const { id, at, actorId, actorKind, action, phase, result, reason, deviceId, sessionId, correlationId } = row;
  const optional = Object.entries({ result, reason, deviceId, sessionId }).filter(
    ([, value]) => typeof value === "string",
  );
  return auditEntrySchema.parse({
    id,
    at,
    actor: { id: actorId, kind: actorKind },
    action,
    phase,
    ...Object.fromEntries(optional),
    correlationId,
  });
}
