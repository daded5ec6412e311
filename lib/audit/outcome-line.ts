import type { AuditEntry } from "./entry.ts";

/** What the log tells of an audit entry: codes and ids. */
export type OutcomeLine = { event: "audit"; entryId: string } & Pick<
  AuditEntry,
  "action" | "result" | "reason" | "sessionId" | "deviceId" | "correlationId"
>;

/** How an audit entry is logged; undefined for intents, which would say nothing new. */
export function outcomeLineOf(entry: AuditEntry): OutcomeLine | undefined {
  const { id: entryId, action, phase, result, reason, sessionId, deviceId, correlationId } = entry;
  if (phase !== "outcome") return undefined;
  const ending = { ...(result ? { result } : {}), ...(reason ? { reason } : {}) };
  const about = { ...(sessionId ? { sessionId } : {}), ...(deviceId ? { deviceId } : {}) };
  return { event: "audit", action, ...ending, ...about, entryId, correlationId };
}
