import { Cron } from "croner";
import { timeSpanMs } from "./time-span.ts";

/** When a timer fires: `next` is undefined when it never does again. */
export type Schedule = {
  next: (after: Date) => Date | undefined;
  /** Fires at most once a minute, so that a missed time is worth remembering. */
  isMonitorable: (now: Date) => boolean;
};

/**
 * Reads a six-field NCRONTAB expression, in which day of month and day of week must both match, or a TimeSpan
 * (learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions).
 */
export function parseSchedule(expression: string, timezone: string): Schedule {
  const text = expression.trim();
  const everyMs = timeSpanMs(text);
  if (everyMs !== undefined && everyMs > 0) {
    return { next: (after) => new Date(after.getTime() + everyMs), isMonitorable: () => everyMs >= 60_000 };
  }
  const mode = text.split(/\s+/).length === 5 ? "5-part" : "6-part";
  let cron: Cron;
  try {
    cron = new Cron(text, { mode, domAndDow: true, timezone, paused: true });
  } catch (cause) {
    throw new Error(`"${expression}" is neither a cron expression of six fields nor a time span`, { cause });
  }
  return {
    next: (after) => cron.nextRun(after) ?? undefined,
    isMonitorable: (now) => {
      const second = cron.nextRuns(2, now)[1];
      return second === undefined || second.getTime() - now.getTime() > 60_000;
    },
  };
}
