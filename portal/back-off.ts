const FIRST_MS = 2_000;
const LONGEST_MS = 20_000;
const GROWTH = 1.4;

/** How long to wait before looking the `count`-th time (from 0) at something that has not changed since. */
export function pollDelayMs(count: number): number {
  return Math.min(LONGEST_MS, Math.round(FIRST_MS * GROWTH ** count));
}
