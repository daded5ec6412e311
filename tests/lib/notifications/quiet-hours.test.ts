import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { type QuietHours, quietUntil } from "../../../lib/notifications/quiet-hours.ts";
import { quietHours } from "../../../lib/setting-policy.ts";

const of = (text: string): QuietHours => quietHours.parse(text);
const until = (text: string, at: string) => quietUntil(of(text), new Date(at))?.toISOString().replace(".000Z", "Z");

test("without any setting users may be notified at any time", () => {
  expect(quietUntil(undefined, new Date())).toBeUndefined();
});

describe("Over night in Paris, in winter", () => {
  test.each([
    ["2026-11-28T20:59:59Z", undefined],
    ["2026-11-28T21:00:00Z", "2026-11-29T05:00:00Z"],
    ["2026-11-28T23:30:00Z", "2026-11-29T05:00:00Z"],
    ["2026-11-29T04:59:59Z", "2026-11-29T05:00:00Z"],
    ["2026-11-29T05:00:00Z", undefined],
    ["2026-11-29T12:00:00Z", undefined],
  ])("at %s they end at %s", (at, end) => {
    expect(until("22:00-06:00 Europe/Paris", at)).toBe(end);
  });
});

describe("On named days", () => {
  test.each([
    ["a Friday's evening is quiet until Saturday's morning", "2026-11-27T19:30:00Z", "2026-11-28T06:00:00Z"],
    ["a Saturday's evening is not", "2026-11-28T19:30:00Z", undefined],
    ["nor is the night to Monday", "2026-11-29T23:30:00Z", undefined],
    ["a Monday's evening is again", "2026-11-30T19:30:00Z", "2026-12-01T06:00:00Z"],
  ])("%s", (_title, at, end) => {
    expect(until("Mon-Fri 20:00-07:00 Europe/Paris", at)).toBe(end);
  });
});

describe("Where the clocks change", () => {
  test.each([
    ["the night in which an hour is left out is an hour shorter", "2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z"],
    ["the night in which an hour comes twice is an hour longer", "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z"],
  ])("%s", (_title, at, end) => {
    expect(until("22:00-06:00 Europe/Paris", at)).toBe(end);
  });

  test.each([
    [
      "an end that comes twice is the later one",
      "22:00-02:30 Europe/Paris",
      "2026-10-25T01:29:59Z",
      "2026-10-25T01:30:00Z",
    ],
    [
      "a beginning that comes twice is the earlier one",
      "02:30-06:00 Europe/Paris",
      "2026-10-25T00:30:00Z",
      "2026-10-25T05:00:00Z",
    ],
    [
      "an end that is left out comes when it would have come",
      "22:00-02:30 Europe/Paris",
      "2026-03-29T01:29:59Z",
      "2026-03-29T01:30:00Z",
    ],
    ["so does a beginning", "02:30-06:00 Europe/Paris", "2026-03-29T01:30:00Z", "2026-03-29T04:00:00Z"],
  ])("%s", (_title, text, at, end) => {
    expect(until(text, at)).toBe(end);
  });
});

test("those that follow at once are one, and nobody is told to wait longer than a week", () => {
  expect(until("Sat-Sun 00:00-24:00 UTC", "2026-11-28T10:00:00Z")).toBe("2026-11-30T00:00:00Z");
  expect(until("00:00-24:00 UTC", "2026-11-28T10:00:00Z")).toBe("2026-12-05T00:00:00Z");
});

test("whatever they are, and wherever: a moment is quiet exactly when the clock on the wall says so, and its end is not", async () => {
  const zone = fc.constantFrom(
    "Europe/Paris",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
  );
  // Away from the hours of changing clocks, which are told one by one above.
  const hour = fc.integer({ min: 4, max: 23 });
  const day = fc.integer({ min: 0, max: 364 });
  await fc.assert(
    fc.property(zone, hour, hour, day, fc.integer({ min: 0, max: 1439 }), (timeZone, from, to, days, minutes) => {
      fc.pre(from !== to);
      const at = new Date(Date.UTC(2026, 0, 1 + days, 0, minutes));
      const two = (hours: number) => `${String(hours).padStart(2, "0")}:00`;
      const quiet = of(`${two(from)}-${two(to)} ${timeZone}`);
      const shown = (moment: Date) =>
        moment.toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
      const isWithin = (time: string) =>
        from < to ? two(from) <= time && time < two(to) : two(from) <= time || time < two(to);
      const end = quietUntil(quiet, at);
      expect(end !== undefined).toBe(isWithin(shown(at)));
      if (end) expect([shown(end), quietUntil(quiet, end)]).toEqual([two(to), undefined]);
    }),
    { numRuns: 2000 },
  );
});
