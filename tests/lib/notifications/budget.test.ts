import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { NOTIFICATIONS_PER_HOUR, secondsUntilBudget, timesWithinTheHour } from "../../../lib/notifications/budget.ts";

const NOW = new Date("2026-11-22T10:00:00.000Z");
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);
const times = (...seconds: number[]) => seconds.map(ago);
const minutely = (count: number) => times(...Array.from({ length: count }, (_, index) => index * 60));

test("Intune's limit is ten an hour", () => {
  expect(NOTIFICATIONS_PER_HOUR).toBe(10);
});

test.each([
  ["nothing was sent", [], 0],
  ["nine were sent", minutely(9), 0],
  ["ten were sent, the first nine minutes ago", minutely(10), 3600 - 540],
  ["ten were sent at once just now", times(...Array<number>(10).fill(0)), 3600],
  ["ten were sent, the first an hour ago to the second", times(3600, 9, 8, 7, 6, 5, 4, 3, 2, 1), 0],
  ["ten were sent, the first a millisecond less than an hour ago", times(3599.999, 9, 8, 7, 6, 5, 4, 3, 2, 1), 1],
  ["ten were sent, the first 50 minutes and half a second ago", times(3000.5, 9, 8, 7, 6, 5, 4, 3, 2, 1), 600],
  ["eleven were sent, the second 50 minutes ago", times(3500, 3000, 9, 8, 7, 6, 5, 4, 3, 2, 1), 600],
])("when %s, the wait is right", (_title, sent, seconds) => {
  expect(secondsUntilBudget(sent, NOW)).toBe(seconds);
});

test("the order in which times were noted does not matter, and they are left as they were", () => {
  const sent = minutely(12);
  const shuffled = [...sent].reverse();
  expect(secondsUntilBudget(shuffled, NOW)).toBe(secondsUntilBudget(sent, NOW));
  expect(shuffled).toEqual([...sent].reverse());
});

test("only the times of the last hour count", () => {
  expect(timesWithinTheHour(times(7200, 3600, 3599, 0), NOW)).toEqual(times(3599, 0));
});

test("who always waits as told never sends an eleventh within an hour, and never waits longer than needed", async () => {
  await fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 60 }), (pauses) => {
      let atMs = NOW.getTime();
      const sent: Date[] = [];
      for (const pause of pauses) {
        atMs += pause * 1000;
        const wait = secondsUntilBudget(sent, new Date(atMs));
        if (wait > 0) expect(secondsUntilBudget(sent, new Date(atMs + (wait - 1) * 1000))).toBe(1);
        atMs += wait * 1000;
        expect(secondsUntilBudget(sent, new Date(atMs))).toBe(0);
        sent.push(new Date(atMs));
        expect(timesWithinTheHour(sent, new Date(atMs)).length).toBeLessThanOrEqual(NOTIFICATIONS_PER_HOUR);
      }
    }),
  );
});
