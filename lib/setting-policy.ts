import * as z from "zod";

/** What is done about a device that Intune calls not compliant. */
export const compliancePolicy = z.enum(
  ["ignore", "warn", "require-reason", "block"],
  "must be ignore, warn, require-reason or block",
);

/**
 * The part of each of `days` (0 is Sunday) in which users are not notified, in minutes of the local day; one that ends at or
 * before its beginning ends on the next day. `text` is how it was set.
 */
export type QuietHours = { text: string; days: readonly number[]; from: number; to: number; timeZone: string };

const MOST_CHARACTERS = 200;
// A ticket has at most 100 characters: so many parts keep its check within milliseconds.
const MOST_REPEATED = 3;
const MOST_OPTIONAL = 8;

/** A regular expression that a whole ticket must match. */
export const ticketPattern = z
  .string()
  .trim()
  .transform((text, context) => {
    const problem = patternProblem(text);
    if (!problem) return new RegExp(`^(?:${text})$`);
    context.addIssue({ code: "custom", message: problem });
    return z.NEVER;
  });

function patternProblem(text: string): string | undefined {
  if (text.length > MOST_CHARACTERS) return `must have at most ${MOST_CHARACTERS} characters`;
  try {
    new RegExp(text);
  } catch {
    return "must be a regular expression such as INC\\d{7}";
  }
  if (!isSlow(text)) return undefined;
  const most = `at most ${MOST_REPEATED} parts of varying length and ${MOST_OPTIONAL} optional ones`;
  return `must be simpler: nothing of varying length in a repeated group, ${most}, no back references`;
}

/** An escaped character, a class, a group's beginning, a quantifier, any other character. */
const TOKENS =
  /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|(?:[*+?]|\{\d+(?:,\d*)?\})\??|[\s\S]/g;

/** Whether some ticket might keep the expression's engine busy: repetitions share the same text in too many ways. */
function isSlow(text: string): boolean {
  const groups = [false];
  let repeated = 0;
  let optional = 0;
  /** Of a group that has just ended, whether its length varies. */
  let ended: boolean | undefined;
  const vary = () => groups.splice(-1, 1, true);
  for (const [token] of text.matchAll(TOKENS)) {
    if (ended && isQuantifier(token) && !token.startsWith("?")) return true;
    ended = undefined;
    if (/^\\[1-9k]/.test(token)) return true;
    if (token.startsWith("(")) groups.push(false);
    if (token === ")") ended = groups.pop();
    if (ended || token === "|") vary();
    if (!isQuantifier(token) || /^\{\d+\}/.test(token)) continue;
    vary();
    if (token.startsWith("?")) optional += 1;
    else repeated += 1;
  }
  return repeated > MOST_REPEATED || optional > MOST_OPTIONAL;
}

const isQuantifier = (token: string) => /^(?:[*+?]|\{\d+(?:,\d*)?\})\??$/.test(token);

const dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const QUIET = /^(?:(\S+)\s+)?(\d\d):(\d\d)-(\d\d):(\d\d)\s+(\S+)$/;

/** `22:00-06:00 Europe/Paris`, or with the days on which it begins: `Mon-Fri 20:00-07:00 Europe/Paris`. */
export const quietHours = z
  .string()
  .trim()
  .transform((text, context) => {
    const quiet = quietHoursOf(text);
    if (quiet) return quiet;
    const message =
      "must be times of the day with a time zone, after the days on which they begin if not on all, such as 22:00-06:00 Europe/Paris or Mon-Fri 20:00-07:00 Europe/Paris";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });

function quietHoursOf(text: string): QuietHours | undefined {
  const [, named, fromHour, fromMinute, toHour, toMinute, timeZone = ""] = QUIET.exec(text) ?? [];
  const days = named === undefined ? dayNames.map((_, day) => day) : daysOf(named);
  const [from, to] = [minutesOf(fromHour, fromMinute), minutesOf(toHour, toMinute)];
  if (!days || from === undefined || to === undefined || from === to || from === 1440) return undefined;
  return isTimeZone(timeZone) ? { text, days, from, to, timeZone } : undefined;
}

/** `Mon`, `Mon,Wed` or `Fri-Sun`, with commas between; undefined when a day has another name. */
function daysOf(text: string): number[] | undefined {
  const days = text.split(",").flatMap((part) => {
    const [first, last = first, ...rest] = part.split("-").map((name) => dayNames.indexOf(name));
    if (first === undefined || last === undefined || first < 0 || last < 0 || rest.length > 0) return [Number.NaN];
    return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, index) => (first + index) % 7);
  });
  return days.some(Number.isNaN) ? undefined : [...new Set(days)].sort();
}

/** Minutes since midnight; 24:00 is the day's end. */
function minutesOf(hour = "", minute = ""): number | undefined {
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && minutes <= 1440 ? minutes : undefined;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
