import { isFinal, type Session } from "./session.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * When a session's connection report is looked at, after the session's end. How long TeamViewer takes to report is not
 * documented: what it has not told a day later did not take place.
 */
const LOOKS_AFTER_MS = [2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 8 * HOUR_MS, 24 * HOUR_MS];
const LAST_LOOK_AFTER_MS = 24 * HOUR_MS;

/** A look that could not be taken is tried again so much later, until the session has been over for a week. */
const AGAIN_AFTER_MS = 8 * HOUR_MS;
const GIVE_UP_AFTER_MS = 7 * 24 * HOUR_MS;

type Over = Pick<Session, "closedAt">;

/** Whether somebody may have joined the session that `before` became: its report is worth a look. */
export function isToBeReported(before: Session, after: Session): boolean {
  return !isFinal(before) && isFinal(after) && after.state !== "failed" && after.code !== undefined;
}

/** The first look after `now`, undefined when all are over. */
export function nextLookAt(session: Over, now: Date): Date | undefined {
  const times = LOOKS_AFTER_MS.map((after) => endMs(session) + after);
  const next = times.find((time) => time > now.getTime());
  return next === undefined ? undefined : new Date(next);
}

/** When a look that could not be taken is tried again. */
export const nextTryAt = (session: Over, now: Date) =>
  nextLookAt(session, now) ?? new Date(now.getTime() + AGAIN_AFTER_MS);

/** The look that nothing is reported after: whoever was still connected when the session was closed is reported by then. */
export const lastLookAt = (session: Over) => new Date(endMs(session) + LAST_LOOK_AFTER_MS);

/** Whether a look came to nothing for good: it has been due for so long that nobody waits for it any more. */
export const isLost = ({ dueAt }: { dueAt: Date }, now: Date) => now.getTime() - dueAt.getTime() >= GIVE_UP_AFTER_MS;

/** Whether a session's report is given up: TeamViewer's answers of a week could not be used. */
export const isGivenUp = (session: Over, now: Date) => now.getTime() - endMs(session) >= GIVE_UP_AFTER_MS;

const endMs = ({ closedAt = "" }: Over) => Date.parse(closedAt) || 0;
