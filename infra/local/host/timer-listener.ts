import type { TypedData } from "./core-api.ts";
import type { Schedule } from "./schedule.ts";

/** What is remembered of a timer, as ISO times; `last` is missing until the first run. */
export type TimerStatus = { last?: string; next?: string; lastUpdated: string };

/** Where a timer's status is kept over a restart. */
export type TimerStatusStore = { read: () => TimerStatus | undefined; write: (status: TimerStatus) => void };

type Options = {
  schedule: Schedule;
  runOnStartup: boolean;
  /** None: a missed time is not made up for. */
  store: TimerStatusStore | undefined;
  run: (timer: TypedData) => Promise<unknown>;
};

// setTimeout takes at most 2^31 - 1 ms, 24.8 days.
const MAX_WAIT_MS = 2 ** 31 - 1;
const NEVER = "0001-01-01T00:00:00";

/** Fires one timer by its schedule, one run at a time, until it is stopped (azure-webjobs-sdk-extensions, TimerListener). */
export function startTimerListener({ schedule, runOnStartup, store, run }: Options) {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  let status = initialStatus(schedule, store);
  const isPastDue = Boolean(store && status.next && Date.now() > Date.parse(status.next));

  const fire = async (plannedAt: Date, isDue: boolean, isLate: boolean) => {
    const startedAt = new Date();
    await run(timerInfo(store ? status : undefined, isLate)).catch(() => {});
    // A timer may fire a little early; counting from then would give the same time twice.
    const firedAt = isDue && plannedAt > startedAt ? plannedAt : startedAt;
    status = newStatus(firedAt.toISOString(), schedule.next(firedAt), firedAt);
    store?.write(status);
    plan();
  };

  const wait = (until: Date, isDue: boolean, isLate: boolean) => {
    if (isStopped) return;
    const leftMs = Math.max(0, until.getTime() - Date.now());
    timer = setTimeout(
      () => {
        if (leftMs > MAX_WAIT_MS) return wait(until, isDue, isLate);
        running = fire(until, isDue, isLate);
      },
      Math.min(leftMs, MAX_WAIT_MS),
    );
  };

  /** A run that took longer than the interval is followed by the next one at once. */
  const plan = () => {
    if (status.next) wait(new Date(status.next), true, false);
  };

  if (isPastDue || runOnStartup) wait(new Date(), false, isPastDue);
  else plan();

  return {
    /** Fires no more; resolves when a run that has begun is over. */
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** The status to begin with. One that does not fit the schedule any more is replaced: the schedule has been changed. */
function initialStatus(schedule: Schedule, store: TimerStatusStore | undefined): TimerStatus {
  const now = new Date();
  const kept = store?.read();
  if (kept) {
    const expected = schedule.next(new Date(kept.last ?? kept.lastUpdated));
    if (expected?.toISOString() === kept.next) return kept;
  }
  const fresh = newStatus(undefined, schedule.next(now), now);
  store?.write(fresh);
  return fresh;
}

function newStatus(last: string | undefined, next: Date | undefined, updated: Date): TimerStatus {
  return { ...(last && { last }), ...(next && { next: next.toISOString() }), lastUpdated: updated.toISOString() };
}

/** The value of a timer trigger, as the host serialises its TimerInfo; the library turns the names to camel case. */
export function timerInfo(status: TimerStatus | undefined, isPastDue: boolean): TypedData {
  const { last = NEVER, next = NEVER, lastUpdated } = status ?? { lastUpdated: NEVER };
  const scheduleStatus = status ? { Last: last, Next: next, LastUpdated: lastUpdated } : null;
  return {
    json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: scheduleStatus, IsPastDue: isPastDue }),
  };
}
