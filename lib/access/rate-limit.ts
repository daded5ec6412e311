import { AppError } from "../errors.ts";

type Limit = { perMinute: number; now: () => Date };

/**
 * Counts requests per key in fixed minutes, in this process alone: a brake for runaway callers, not an accounting.
 * Throws `too-many-requests` with the seconds left of the minute.
 */
export function makeRateLimit({ perMinute, now }: Limit) {
  let minute = -1;
  let counts = new Map<string, number>();
  return (key: string): void => {
    const nowMs = now().getTime();
    const current = Math.floor(nowMs / 60_000);
    if (current !== minute) {
      minute = current;
      counts = new Map();
    }
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count <= perMinute) return;
    const retryAfterSeconds = Math.ceil(((current + 1) * 60_000 - nowMs) / 1000);
    throw new AppError("too-many-requests", `More than ${perMinute} session requests in a minute. Wait, then go on.`, { retryAfterSeconds });
  };
}
