import type { Action } from "../audit/entry.ts";
import type { RemoteSession } from "./ports.ts";
import { isFinal, isLive, type Session } from "./session.ts";

/** What became of a session, and how the audit calls it. */
export type Followed = { session: Session; action: Extract<Action, `session.${string}`>; reason?: string | undefined };

/** A request that died is given up this long after its lease ended: until then the agent may try again with the same key. */
const GIVE_UP_MS = 60_000;

/** A joined session that TeamViewer has not listed for so long has ended, whether or not TeamViewer could be asked. */
const FORGOTTEN_MS = 24 * 60 * 60_000;

/**
 * What TeamViewer's `seen` and the clock make of a session; undefined when it stays as it is. TeamViewer's `online` is the
 * only sign that the user joined, and it does not say when a code has run out: both are decided here.
 */
export function followed(session: Session, seen: RemoteSession | undefined, now: Date): Followed | undefined {
  const at = now.toISOString();
  if (session.state === "requested") {
    const isGivenUp = now.getTime() - Date.parse(session.leaseUntil) >= GIVE_UP_MS;
    if (!isGivenUp) return undefined;
    const given = seen ? { code: seen.code, closeDue: true } : {};
    return {
      session: { ...session, ...given, state: "failed", closedAt: at, notification: calledOff(session, at) },
      action: "session.fail",
      reason: "not-opened",
    };
  }
  if (isFinal(session) || !isLive(session)) return undefined;
  if (seen?.state === "closed") {
    return {
      session: { ...session, state: "closed", closedAt: at },
      action: "session.close",
      reason: "closed-at-teamviewer",
    };
  }
  if (seen?.online && session.state !== "inProgress") {
    return { session: { ...session, state: "inProgress" }, action: "session.join" };
  }
  if (session.expiresAt > at || seen?.online) return undefined;
  const wasJoined = session.state === "inProgress";
  const isForgotten = now.getTime() - Date.parse(session.expiresAt) >= FORGOTTEN_MS;
  if (wasJoined && !seen && !isForgotten) return undefined;
  const state = wasJoined ? "closed" : "expired";
  const over: Session = { ...session, state, closedAt: at, closeDue: true, notification: calledOff(session, at) };
  return { session: over, action: wasJoined ? "session.close" : "session.expire", reason: "time-is-up" };
}

/** A notification that is still to be sent will not be sent any more. */
function calledOff({ notification }: Session, at: string): Session["notification"] {
  return notification.state === "queued" ? { ...notification, state: "expired", at } : notification;
}
