import type { AuditSubject } from "../audit/entry.ts";
import type { AuditLog } from "../audit/ports.ts";
import type { Audit } from "../audit/record.ts";
import type { Access, TeamViewerAccess } from "../connector/access.ts";
import { isAppError } from "../errors.ts";
import type { NotificationQueue } from "../notifications/ports.ts";
import { changeSession, type Decision } from "./change.ts";
import type { CloseRemote } from "./close.ts";
import type { DoOwed } from "./do-owed.ts";
import { followed } from "./followed.ts";
import type { Pending, RemoteSession, RemoteSessions, SessionStore } from "./ports.ts";
import { putInLists } from "./put-in-lists.ts";
import { makeSeen, nobodySeen, type Seen } from "./seen.ts";
import { isFinal, type Session } from "./session.ts";
import { settleOwed } from "./settle-owed.ts";
import { sideBySide } from "./side-by-side.ts";

type Deps = {
  sessions: SessionStore;
  remote: RemoteSessions;
  access: TeamViewerAccess;
  audit: Audit;
  auditLog: AuditLog;
  queue: NotificationQueue;
  doOwed: DoOwed;
  closeRemote: CloseRemote;
  now: () => Date;
  newId: () => string;
};

/** What is owed is left alone this long: the request that owes it is probably doing it right now. */
const OWED_AFTER_MS = 60_000;

/** No TeamViewer session of ours lives longer (SESSION_MINUTES is at most a day). */
const LONGEST_SESSION_MS = 25 * 60 * 60_000;

/**
 * Each minute: does what is still owed, lists new sessions, and brings every open session up to date with one TeamViewer
 * list call. Safe to run in several processes at once and to be cut off anywhere. One bad row never stops the others.
 */
export function makeFollowSessions(deps: Deps) {
  const { sessions, now } = deps;
  return async (): Promise<void> => {
    const pending = await sessions.pending();
    const isDue = ({ at }: { at: Date }) => now().getTime() - at.getTime() >= OWED_AFTER_MS;
    const failures = await settleOwed(deps, pending.owed.filter(isDue));
    failures.push(...(await putInLists(deps, pending)));
    const over = pending.open.filter(({ isOver }) => isOver).map(({ sessionId }) => sessionId);
    if (over.length > 0) failures.push(...(await sideBySide([over], (ids) => sessions.settleOpen(ids))));
    const open = pending.open.filter(({ isOver }) => !isOver);
    if (open.length > 0) failures.push(...(await followOpen(deps, open)));
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} of the sessions could not be followed`);
  };
}

/** All open sessions by one look at TeamViewer's list; rows are read only of those to which something may have happened. */
async function followOpen(deps: Deps, open: Pending["open"]): Promise<unknown[]> {
  const teamviewer = await reach(deps);
  const seen = teamviewer ? makeSeen(teamviewer.remotes) : nobodySeen;
  const at = deps.now();
  const quiet = new Set(open.filter((each) => seen.isQuiet(each, at)).map(({ sessionId }) => sessionId));
  const moved = open.filter(({ sessionId }) => !quiet.has(sessionId));
  const ownCodes = new Set<string | undefined>();
  const failures = await sideBySide(moved, async ({ sessionId }) => {
    ownCodes.add(await follow(deps, sessionId, teamviewer && seen));
  });
  if (!teamviewer) return failures;
  const { access, remotes } = teamviewer;
  const isKnown = ({ ourId, code }: RemoteSession) => ownCodes.has(code) || (ourId !== undefined && quiet.has(ourId));
  const unsure = remotes.filter((remote) => remote.ourId !== undefined && !isKnown(remote));
  return [...failures, ...(await sideBySide(unsure, (remote) => closeOrphan(deps, access, remote)))];
}

type Reached = { access: Access; remotes: RemoteSession[] };

/** TeamViewer's sessions, undefined while it cannot be asked: then only the clock moves sessions on. */
async function reach({ access, remote, now }: Deps): Promise<Reached | undefined> {
  try {
    const current = await access.current();
    return { access: current, remotes: await remote.list(current, new Date(now().getTime() - LONGEST_SESSION_MS)) };
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}

/** One open session: what TeamViewer and the clock make of it, then its end at TeamViewer. Answers its code there. */
async function follow(deps: Deps, sessionId: string, teamviewer: Seen | undefined): Promise<string | undefined> {
  const { sessions, audit, doOwed, closeRemote, now, newId } = deps;
  const correlationId = newId();
  const decide = (session: Session): Decision => {
    // A request that died may have left a TeamViewer session: it is not given up unseen while that may still be joined.
    if (session.state === "requested" && !teamviewer && session.expiresAt > now().toISOString()) return undefined;
    const next = followed(session, teamviewer?.of(session), now());
    if (!next) return undefined;
    const subject: AuditSubject = {
      actor: { id: "connector", kind: "system" },
      action: next.action,
      deviceId: session.device.id,
      sessionId,
      correlationId,
    };
    const result = next.action === "session.fail" ? "failed" : "success";
    const entry = audit.outcomeEntry(subject, { result, reason: next.reason });
    return { session: next.session, owed: [{ kind: "audit", entry }] };
  };
  const stored = await sessions.find(sessionId);
  if (!stored) {
    await sessions.settleOpen([sessionId]);
    return undefined;
  }
  const { session, stored: changed, owed } = await changeSession(sessions, sessionId, decide, stored);
  await doOwed(owed);
  if (isFinal(session) && (await closeRemote(changed))) await sessions.settleOpen([sessionId]);
  return session.code;
}

/** A TeamViewer session with our id that our session does not know: made by a request that died or lost its answer. */
async function closeOrphan({ sessions, remote, now }: Deps, access: Access, { code, ourId, state }: RemoteSession) {
  if (state !== "open" || !ourId) return;
  const session = (await sessions.find(ourId))?.session;
  const mayStillBeClaimed = session?.state === "requested" && session.leaseUntil > now().toISOString();
  if (!session || session.code === code || mayStillBeClaimed) return;
  await remote.close(access, code);
}
