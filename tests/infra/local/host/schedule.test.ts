import { describe, expect, test } from "@jest/globals";
import { parseSchedule } from "../../../../infra/local/host/schedule.ts";
import { timeSpanMs } from "../../../../infra/local/host/time-span.ts";

const NOW = new Date("2026-11-22T10:00:30Z");

describe("A timer's schedule", () => {
  test.each([
    ["0 * * * * *", "2026-11-22T10:01:00.000Z"],
    ["*/5 * * * * *", "2026-11-22T10:00:35.000Z"],
    ["0 0 * * * *", "2026-11-22T11:00:00.000Z"],
    ["0 30 9-17 * * Mon-Fri", "2026-11-23T09:30:00.000Z"],
    // Day of month and day of week must both match: the next Friday the 13th.
    ["0 0 0 13 * 5", "2027-08-13T00:00:00.000Z"],
    ["0 0 12 29 2 *", "2028-02-29T12:00:00.000Z"],
    ["*/5 * * * *", "2026-11-22T10:05:00.000Z"],
    ["00:01:00", "2026-11-22T10:01:30.000Z"],
    ["1.00:00:00", "2026-11-23T10:00:30.000Z"],
  ])("%s comes next at %s", (expression, expected) => {
    expect(parseSchedule(expression, "UTC").next(NOW)?.toISOString()).toBe(expected);
  });

  test("follows the time zone it is given", () => {
    const next = parseSchedule("0 0 9 * * *", "Europe/Berlin").next(NOW);
    expect(next?.toISOString()).toBe("2026-11-23T08:00:00.000Z");
  });

  test("may never come", () => {
    expect(parseSchedule("0 0 0 30 2 *", "UTC").next(NOW)).toBeUndefined();
  });

  test.each(["", "hourly", "61 * * * * *", "* * * *", "00:00:00"])("%j is refused", (expression) => {
    expect(() => parseSchedule(expression, "UTC")).toThrow();
  });

  test("is remembered over a restart only when it comes at most once a minute", () => {
    const monitorable = (expression: string) => parseSchedule(expression, "UTC").isMonitorable(NOW);
    expect(monitorable("*/30 * * * * *")).toBe(false);
    expect(monitorable("0 * * * * *")).toBe(true);
    expect(monitorable("00:00:59")).toBe(false);
    expect(monitorable("00:01:00")).toBe(true);
  });
});

describe("A time span", () => {
  test.each([
    ["00:00:30", 30_000],
    ["1.12:00:00", 129_600_000],
    ["00:00:00.5", 500],
    ["10:00", 36_000_000],
    ["24:00:00", undefined],
  ])("%s is %s ms", (text, expected) => {
    expect(timeSpanMs(text)).toBe(expected);
  });
});
