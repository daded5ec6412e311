/**
 * The part of each of `days` (0 is Sunday) in which users are not notified, in minutes of the local day in `timeZone`; one
 * that ends at or before its beginning ends on the next day. `text` is how it was set.
 */
export type QuietHours = { text: string; days: readonly number[]; from: number; to: number; timeZone: string };

/** The same moment as a clock on a wall of that time zone shows it, counted as if it were UTC. */
type WallMs = number;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Whoever is quiet for longer is told to look again after a week. */
const MOST_IN_A_ROW = 7;

/** When the quiet hours end that `at` is in; undefined when users may be notified. Those that follow at once count as one. */
export function quietUntil(quiet: QuietHours | undefined, at: Date): Date | undefined {
  if (!quiet) return undefined;
  const wallOf = wallClock(quiet.timeZone);
  let until: number | undefined;
  for (let count = 0; count < MOST_IN_A_ROW; count += 1) {
    const end = endOfSpan(quiet, wallOf, until ?? at.getTime());
    if (end === undefined) break;
    until = end;
  }
  return until === undefined ? undefined : new Date(until);
}

/** The end of a span that `ms` is in: of one that began on the local day, or on the day before. */
function endOfSpan({ days, from, to }: QuietHours, wallOf: (ms: number) => WallMs, ms: number): number | undefined {
  const today = Math.floor(wallOf(ms) / DAY_MS) * DAY_MS;
  for (const day of [today, today - DAY_MS]) {
    if (!days.includes(new Date(day).getUTCDay())) continue;
    const start = momentsOf(wallOf, day + from * MINUTE_MS)[0];
    const end = momentsOf(wallOf, day + (to > from ? to : to + 24 * 60) * MINUTE_MS)[1];
    if (start <= ms && ms < end) return end;
  }
  return undefined;
}

/**
 * The first and the last moment at which the wall clock shows `wall`: two where it is set back; where it is set forward
 * over it, the moment at which it would have come.
 */
function momentsOf(wallOf: (ms: number) => WallMs, wall: WallMs): [number, number] {
  const before = wall - (wallOf(wall - DAY_MS) - (wall - DAY_MS));
  const after = wall - (wallOf(wall + DAY_MS) - (wall + DAY_MS));
  const shown = [before, after].filter((ms) => wallOf(ms) === wall);
  return shown.length === 0 ? [before, before] : [Math.min(...shown), Math.max(...shown)];
}

function wallClock(timeZone: string): (ms: number) => WallMs {
  const numeric = "numeric" as const;
  const parts = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, calendar: "gregory", hourCycle: "h23", ...parts });
  return (ms) => {
    const shown = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day, hour, minute, second } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, second) + (ms % 1000);
  };
}
