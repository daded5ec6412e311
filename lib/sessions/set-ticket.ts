import type { Actor, AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import { sessionNotFound } from "../errors.ts";
import { changeSession } from "./change.ts";
import { inProgress } from "./claim.ts";
import type { DoOwed } from "./do-owed.ts";
import type { SessionStore } from "./ports.ts";
import { type RequestRules, refusalOf } from "./rules.ts";
import type { Session } from "./session.ts";

type Deps = { sessions: SessionStore; audit: Audit; doOwed: DoOwed; now: () => Date; rules: RequestRules };

/** Gives a session a ticket, over or not. Giving it the same one changes nothing. Throws `ticket-invalid`. */
export function makeSetTicket({ sessions, audit, doOwed, now, rules }: Deps) {
  return async (actor: Actor, id: string, ticket: string, correlationId: string): Promise<Session> => {
    const refusal = refusalOf({ ...rules, requireReason: false }, { ticket, notify: false }, now());
    if (refusal) throw refusal;
    const known = await sessions.find(id);
    if (!known) throw sessionNotFound();
    if (known.session.ticket === ticket) return known.session;
    // Whoever is still requesting it stores it as they know it.
    if (known.session.state === "requested") throw inProgress();
    const subject: AuditSubject = {
      actor,
      action: "session.ticket",
      deviceId: known.session.device.id,
      sessionId: id,
      correlationId,
    };
    await audit.intent(subject);

    const entry = audit.outcomeEntry(subject, { result: "success" });
    const decide = (session: Session) =>
      session.ticket === ticket
        ? undefined
        : { session: { ...session, ticket }, owed: [{ kind: "audit" as const, entry }] };
    const { session, changed, owed } = await changeSession(sessions, id, decide, known);
    await doOwed(owed);
    if (!changed) await audit.outcome(subject, { result: "replayed" });
    return session;
  };
}
