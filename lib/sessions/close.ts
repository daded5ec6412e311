import type { Actor, AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import type { TeamViewerAccess } from "../connector/access.ts";
import { isAppError, sessionNotFound } from "../errors.ts";
import { changeSession } from "./change.ts";
import type { DoOwed } from "./do-owed.ts";
import type { RemoteSessions, SessionStore, StoredSession } from "./ports.ts";
import { isFinal, type Session } from "./session.ts";

type Deps = {
  sessions: SessionStore;
  remote: RemoteSessions;
  access: TeamViewerAccess;
  audit: Audit;
  doOwed: DoOwed;
  now: () => Date;
};

/** Ends a session for good. Closing one that is over changes nothing. */
export function makeCloseSession(deps: Deps) {
  const { sessions, audit, doOwed, now } = deps;
  const closeRemote = makeCloseRemote(deps);

  return async (actor: Actor, id: string, correlationId: string): Promise<Session> => {
    const known = await sessions.find(id);
    if (!known) throw sessionNotFound();
    if (isFinal(known.session)) return known.session;
    const subject: AuditSubject = {
      actor,
      action: "session.close",
      deviceId: known.session.device.id,
      sessionId: id,
      correlationId,
    };
    await audit.intent(subject);

    const entry = audit.outcomeEntry(subject, { result: "success" });
    const decide = (session: Session) => {
      if (isFinal(session)) return undefined;
      const closed = { ...session, state: "closed" as const, closedAt: now().toISOString(), closeDue: true };
      return { session: closed, owed: [{ kind: "audit" as const, entry }] };
    };
    const { session, stored, changed, owed } = await changeSession(sessions, id, decide, known);
    await Promise.all([doOwed(owed), changed ? closeRemote(stored) : undefined]);
    if (!changed) await audit.outcome(subject, { result: "replayed" });
    return session;
  };
}

/** Closes a session at TeamViewer that is over here; true when nothing of it is left to be closed. */
export type CloseRemote = (over: StoredSession) => Promise<boolean>;

/** What cannot be closed now stays `closeDue`, and `follow-sessions` closes it. */
export function makeCloseRemote({
  sessions,
  remote,
  access,
}: Pick<Deps, "sessions" | "remote" | "access">): CloseRemote {
  return async (over) => {
    const { id, code, closeDue } = over.session;
    if (!closeDue) return true;
    try {
      if (code) await remote.close(await access.current(), code);
      const close = ({ closeDue: isDue, ...session }: Session) => (isDue ? { session } : undefined);
      await changeSession(sessions, id, close, over);
      return true;
    } catch (error) {
      if (!isAppError(error)) throw error;
      return error.code === "session-not-found";
    }
  };
}
