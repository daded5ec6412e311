import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { parseSchedule } from "../../../../infra/local/host/schedule.ts";
import { startTimerListener, type TimerStatus } from "../../../../infra/local/host/timer-listener.ts";

type TimerInfo = { IsPastDue: boolean; ScheduleStatus: { Last: string; Next: string } | null };

const START = "2026-11-22T10:00:30.000Z";
const MINUTE_MS = 60_000;

let runs: { at: string; info: TimerInfo }[];
let workMs: number;
let stop: () => Promise<void>;

beforeEach(() => {
  jest.useFakeTimers({ now: new Date(START) });
  runs = [];
  workMs = 0;
});

afterEach(async () => {
  workMs = 0;
  const stopped = stop();
  await jest.runAllTimersAsync();
  await stopped;
  jest.useRealTimers();
});

function start(expression: string, kept?: { status?: TimerStatus }, runOnStartup = false) {
  const listener = startTimerListener({
    schedule: parseSchedule(expression, "UTC"),
    runOnStartup,
    store: kept && { read: () => kept.status, write: (status) => Object.assign(kept, { status }) },
    run: async ({ json }) => {
      runs.push({ at: new Date().toISOString().slice(11, 19), info: JSON.parse(json ?? "") as TimerInfo });
      if (workMs) await new Promise((done) => setTimeout(done, workMs));
      throw new Error("A failing run must not end the schedule.");
    },
  });
  stop = listener.stop;
}

const times = () => runs.map(({ at }) => at);

describe("A timer", () => {
  test("fires by its schedule, also after runs that fail", async () => {
    start("0 * * * * *");
    await jest.advanceTimersByTimeAsync(3 * MINUTE_MS);
    expect(times()).toEqual(["10:01:00", "10:02:00", "10:03:00"]);
    expect(runs[0]?.info).toEqual({ Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false });
  });

  test("runs once at a time; a run that was too long is followed by the next at once", async () => {
    workMs = 100_000;
    start("0 * * * * *");
    await jest.advanceTimersByTimeAsync(4 * MINUTE_MS);
    expect(times()).toEqual(["10:01:00", "10:02:40", "10:04:20"]);
  });

  test("waits longer than setTimeout can", async () => {
    start("0 0 0 1 3 *");
    await jest.advanceTimersByTimeAsync(98 * 24 * 60 * MINUTE_MS);
    expect(runs).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(24 * 60 * MINUTE_MS);
    expect(times()).toEqual(["00:00:00"]);
  });

  test("runs at the start when it is told to, which is not past due", async () => {
    start("0 * * * * *", undefined, true);
    await jest.advanceTimersByTimeAsync(10);
    expect(runs).toMatchObject([{ at: "10:00:30", info: { IsPastDue: false } }]);
  });

  test("makes up once for the times that were missed while the host was down", async () => {
    const last = "2026-11-22T08:00:00.000Z";
    const kept = { status: { last, next: "2026-11-22T09:00:00.000Z", lastUpdated: last } };
    start("0 0 * * * *", kept);
    await jest.advanceTimersByTimeAsync(10);
    expect(runs).toMatchObject([{ at: "10:00:30", info: { IsPastDue: true, ScheduleStatus: { Last: last } } }]);
    expect(kept.status).toMatchObject({ next: "2026-11-22T11:00:00.000Z" });
    await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(runs).toMatchObject([{}, { at: "11:00:00", info: { IsPastDue: false } }]);
  });

  test("remembers from its first start when it should have run", async () => {
    const kept: { status?: TimerStatus } = {};
    start("0 0 * * * *", kept);
    await stop();
    jest.setSystemTime(new Date("2026-11-22T11:30:00Z"));
    start("0 0 * * * *", kept);
    await jest.advanceTimersByTimeAsync(10);
    expect(runs).toMatchObject([{ at: "11:30:00", info: { IsPastDue: true } }]);
  });

  test("is not past due when its schedule was changed", async () => {
    const last = "2026-11-22T08:00:00.000Z";
    const kept = { status: { last, next: "2026-11-22T09:00:00.000Z", lastUpdated: last } };
    start("0 30 * * * *", kept);
    await jest.advanceTimersByTimeAsync(10);
    expect(runs).toHaveLength(0);
    expect(kept.status.next).toBe("2026-11-22T10:30:00.000Z");
  });

  test("does not fire when it is stopped before its time", async () => {
    start("0 * * * * *");
    await stop();
    await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(times()).toEqual([]);
  });

  test("fires no more once it is stopped, and stopping waits for the run that has begun", async () => {
    workMs = 5000;
    start("0 * * * * *");
    await jest.advanceTimersByTimeAsync(MINUTE_MS / 2);
    let isStopped = false;
    const stopped = stop().then(() => {
      isStopped = true;
    });
    await jest.advanceTimersByTimeAsync(4000);
    expect(isStopped).toBe(false);
    await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
    await stopped;
    expect(times()).toEqual(["10:01:00"]);
  });
});
