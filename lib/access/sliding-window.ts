/** At most `limit` in any `windowMs`. */
export type Limit = { limit: number; windowMs: number };

/** What a window knows of those it counts for: what they did, by a key of their choice, and when (ms since 1970). */
type Counted = Map<string | number, number>;

/**
 * Counts what happened within the last `windowMs`, for each name on its own. What has a key counts once while it is
 * remembered. A name holds at most `limit` entries, and is forgotten when its last one is over.
 */
export function makeSlidingWindow({ limit, windowMs }: Limit) {
  const names = new Map<string, Counted>();
  let sweptAtMs = 0;
  let unnamed = 0;

  /** Entries stand in the order of their times, so the first one that still counts ends the search. */
  const forgetEnded = (name: string, nowMs: number): Counted | undefined => {
    const counted = names.get(name);
    if (!counted) return undefined;
    for (const [key, atMs] of counted) {
      // A time ahead of us is of a clock that was set back since.
      if (Math.abs(nowMs - atMs) < windowMs) return counted;
      counted.delete(key);
    }
    names.delete(name);
    return undefined;
  };
  const sweep = (nowMs: number) => {
    if (Math.abs(nowMs - sweptAtMs) < windowMs) return;
    sweptAtMs = nowMs;
    for (const name of names.keys()) forgetEnded(name, nowMs);
  };

  return {
    /** Whether this key was counted for `name` and still is. */
    has: (name: string, key: string, nowMs: number): boolean => forgetEnded(name, nowMs)?.has(key) ?? false,
    /** Milliseconds until `name` may do one more; 0 when it may now. */
    waitMs(name: string, nowMs: number): number {
      const counted = forgetEnded(name, nowMs);
      if (!counted || counted.size < limit) return 0;
      const [oldestMs = nowMs] = counted.values();
      return oldestMs + windowMs - nowMs;
    },
    take(name: string, nowMs: number, key?: string): void {
      sweep(nowMs);
      const counted = names.get(name) ?? new Map();
      unnamed += 1;
      counted.set(key ?? unnamed, nowMs);
      names.set(name, counted);
    },
    /** How many names are remembered. */
    size: (): number => names.size,
  };
}
