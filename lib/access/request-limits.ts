import { AppError } from "../errors.ts";
import type { Principal } from "./principal.ts";
import { type Limit, makeSlidingWindow } from "./sliding-window.ts";

const MINUTE_MS = 60_000;

/** An application serves a whole company, a person only themselves. `starts` are session starts, `repeats` the same ones again. */
export const requestLimits = {
  starts: { person: aMinute(60), application: aMinute(3_600) },
  calls: { person: aMinute(600), application: aMinute(3_600) },
  repeats: { person: aMinute(3_600), application: aMinute(3_600) },
  allStarts: { limit: 600, windowMs: 10_000 },
} as const satisfies Record<string, Limit | Record<Principal["kind"], Limit>>;

/** The one name in the window of all principals together. */
const EVERYBODY = "everybody";

/**
 * Lets a request pass or throws `too-many-requests`. Counts in this process only, so it costs no call. `startKey` is the
 * Idempotency-Key of a session start: the same key of the same principal starts nothing new and counts as a repeat.
 */
export function makeRequestLimits({ now }: { now: () => Date }) {
  const { starts, calls, repeats, allStarts } = requestLimits;
  const windows = {
    starts: byKind(starts),
    calls: byKind(calls),
    repeats: byKind(repeats),
  };
  const everybody = makeSlidingWindow(allStarts);

  return function admit({ id, kind }: Principal, startKey?: string): void {
    const nowMs = now().getTime();
    const own = windows.starts[kind];
    if (startKey !== undefined && !own.has(id, startKey, nowMs)) {
      refuse("Too many sessions were requested.", Math.max(own.waitMs(id, nowMs), everybody.waitMs(EVERYBODY, nowMs)));
      own.take(id, nowMs, startKey);
      everybody.take(EVERYBODY, nowMs);
      return;
    }
    const window = startKey === undefined ? windows.calls[kind] : windows.repeats[kind];
    refuse("Too many requests were sent.", window.waitMs(id, nowMs));
    window.take(id, nowMs);
  };
}

function refuse(why: string, waitMs: number): void {
  if (waitMs <= 0) return;
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  const text = `${why} Nothing was done; send the same request again in ${retryAfterSeconds} s.`;
  throw new AppError("too-many-requests", text, { retryAfterSeconds });
}

function byKind(limits: Record<Principal["kind"], Limit>) {
  return { person: makeSlidingWindow(limits.person), application: makeSlidingWindow(limits.application) };
}

function aMinute(limit: number): Limit {
  return { limit, windowMs: MINUTE_MS };
}
