import type { AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import { changeSession } from "./change.ts";
import type { CloseRemote } from "./close.ts";
import type { DoOwed } from "./do-owed.ts";
import type { SessionStore } from "./ports.ts";
import { isFinal, type Session } from "./session.ts";

type Deps = {
  sessions: SessionStore;
  audit: Audit;
  doOwed: DoOwed;
  closeRemote: CloseRemote;
  now: () => Date;
};

/** `not-requested` declines, and says that the user did not ask for help: somebody may be trying to trick them. */
export type Answer = "accept" | "decline" | "not-requested";

/** The session that its user may be shown and asked about; undefined when there is none or it is over. */
export function makeFindForUser({ sessions, now }: Pick<Deps, "sessions" | "now">) {
  return async (sessionId: string): Promise<Session | undefined> => {
    const session = (await sessions.find(sessionId))?.session;
    return session && isAnswerable(session, now()) ? session : undefined;
  };
}

/** The user's answer. Accepting again, or after joining, is fine; undefined when the session is over: then nothing happens. */
export function makeAnswer({ sessions, audit, doOwed, closeRemote, now }: Deps) {
  return async (sessionId: string, answer: Answer, correlationId: string): Promise<Session | undefined> => {
    const known = await sessions.find(sessionId);
    if (!known || !isAnswerable(known.session, now())) return undefined;
    if (answer === "accept" && known.session.state !== "open") return known.session;
    const isDecline = answer !== "accept";
    const subject: AuditSubject = {
      actor: { id: known.session.userId ?? "unknown", kind: "user" },
      action: isDecline ? "session.decline" : "session.accept",
      deviceId: known.session.device.id,
      sessionId,
      correlationId,
    };
    await audit.intent(subject);

    const entry = audit.outcomeEntry(subject, {
      result: "success",
      reason: answer === "not-requested" ? answer : undefined,
    });
    const decide = (session: Session) => {
      if (isFinal(session) || (answer === "accept" && session.state !== "open")) return undefined;
      return { session: answered(session, answer, now()), owed: [{ kind: "audit" as const, entry }] };
    };
    const { session, stored, changed, owed } = await changeSession(sessions, sessionId, decide, known);
    await Promise.all([doOwed(owed), changed && isDecline ? closeRemote(stored) : undefined]);
    const isAsAnswered = isDecline ? session.state === "declined" : !isFinal(session);
    if (!changed)
      await audit.outcome(subject, { result: isAsAnswered ? "replayed" : "refused", reason: session.state });
    return isAsAnswered ? session : undefined;
  };
}

function isAnswerable(session: Session, now: Date): boolean {
  return session.state !== "requested" && !isFinal(session) && session.expiresAt > now.toISOString();
}

function answered(session: Session, answer: Answer, now: Date): Session {
  const at = now.toISOString();
  if (answer === "accept") return { ...session, state: "accepted", answeredAt: at };
  const declined = { ...session, state: "declined" as const, answeredAt: at, closedAt: at, closeDue: true };
  return answer === "not-requested" ? { ...declined, declineReason: answer } : declined;
}
