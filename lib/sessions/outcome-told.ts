import type { Action } from "../audit/entry.ts";
import type { AuditLog } from "../audit/ports.ts";
import type { Channel } from "../devices/device.ts";
import { actionOf } from "../notifications/actions.ts";
import type { Reservation } from "../notifications/ports.ts";
import type { Try } from "./session.ts";

type Tried = { sessionId: string; channel: Channel; reservation: Reservation; now: Date };

/** The clock of the process that wrote it may be ahead. */
const CLOCKS_DIFFER_MS = 60_000;

const states: Partial<Record<string, Try["state"]>> = { success: "sent", failed: "failed", unknown: "unknown" };

/**
 * What the audit tells of a try of which the session tells nothing: both are written side by side, and the process may have
 * died between them. Undefined when nobody can tell.
 */
export async function outcomeTold(
  auditLog: Pick<AuditLog, "read">,
  { sessionId, channel, reservation, now }: Tried,
): Promise<Try | undefined> {
  const action: Action = actionOf[channel];
  const to = new Date(now.getTime() + CLOCKS_DIFFER_MS);
  for await (const entry of auditLog.read({ from: reservation.at, to, sessionId, action })) {
    const state = entry.phase === "outcome" ? states[entry.result ?? ""] : undefined;
    if (!state || entry.reason === "later" || entry.reason === "storage") continue;
    return { channel, state, at: entry.at, ...(entry.reason ? { reason: entry.reason } : {}) };
  }
  return undefined;
}
