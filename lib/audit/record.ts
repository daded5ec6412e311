import { AppError } from "../errors.ts";
import type { AuditEntry, AuditSubject } from "./entry.ts";
import type { AuditLog } from "./ports.ts";

type Deps = { auditLog: AuditLog; now: () => Date; newAuditId: (at: Date) => string };
/** Which entry an intent is, and when it was formed. */
export type Begun = Pick<AuditEntry, "id" | "at">;

type Ending = { result: NonNullable<AuditEntry["result"]>; reason?: string | undefined };

/** Writes the two halves of an audited action. */
export type Audit = {
  /**
   * Before the side effect. Throws `upstream-unavailable` when it cannot be written: then nothing may be done. `begun`: as
   * which entry; false when that was there already.
   */
  intent: (subject: AuditSubject, begun?: Begun) => Promise<boolean>;
  /** An intent whose subject is carried out elsewhere: whoever does writes it, and copies of it leave one. */
  begin: () => Begun;
  /** After the side effect, when nothing else keeps the entry. */
  outcome: (subject: AuditSubject, ending: Ending) => Promise<void>;
  /** The same entry not yet written, for an outbox: it has its id already, so writing it twice leaves one. */
  outcomeEntry: (subject: AuditSubject, ending: Ending) => AuditEntry;
  /** Writes such an entry. */
  append: (entry: AuditEntry) => Promise<void>;
};

export function makeAudit({ auditLog, now, newAuditId }: Deps): Audit {
  const begin = (): Begun => {
    const at = now();
    return { id: newAuditId(at), at: at.toISOString() };
  };
  const entryOf = (
    subject: AuditSubject,
    rest: Pick<AuditEntry, "phase" | "result" | "reason">,
    { id, at } = begin(),
  ): AuditEntry => ({ id, at, ...withoutUndefined(subject), ...rest });
  const outcomeEntry: Audit["outcomeEntry"] = (subject, { result, reason }) =>
    entryOf(subject, { phase: "outcome", result, ...(reason ? { reason } : {}) });
  return {
    begin,
    async intent(subject, begun) {
      try {
        return await auditLog.append(entryOf(subject, { phase: "intent" }, begun));
      } catch (error) {
        const text = "The audit cannot be written, so nothing was done. Try again in a minute.";
        throw new AppError("upstream-unavailable", text, { cause: error, retryAfterSeconds: 30 });
      }
    },
    outcome: async (subject, ending) => void (await auditLog.append(outcomeEntry(subject, ending))),
    outcomeEntry,
    append: async (entry) => void (await auditLog.append(entry)),
  };
}

function withoutUndefined(subject: AuditSubject) {
  const { deviceId, sessionId, ...rest } = subject;
  return { ...rest, ...(deviceId ? { deviceId } : {}), ...(sessionId ? { sessionId } : {}) };
}
