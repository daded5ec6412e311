import { expect, test } from "@jest/globals";
import { MAX_ATTEMPTS, secondsToNext } from "../../../lib/webhooks/schedule.ts";

const steps = (random: number) => Array.from({ length: MAX_ATTEMPTS }, (_, index) => secondsToNext(index + 1, random));

test("an event is tried ten times: after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours", () => {
  const hours = [2, 5, 10, 14, 20, 24].map((count) => count * 3600);
  expect(steps(0)).toEqual([5, 300, 1800, ...hours, undefined]);
});

test("up to a fifth is added, so that what failed together does not come back together", () => {
  expect(steps(0.999_999)).toEqual([6, 360, 2160, ...[2, 5, 10, 14, 20, 24].map((count) => count * 4320), undefined]);
  expect(secondsToNext(2, 0.5)).toBe(330);
});

test("a receiver that asks for more time gets it, up to a day; one that asks for less does not hurry us", () => {
  expect(secondsToNext(1, 0, 120)).toBe(120);
  expect(secondsToNext(3, 0, 120)).toBe(1800);
  expect(secondsToNext(1, 0, 999_999_999)).toBe(86_400);
  expect(secondsToNext(9, 1, 999_999)).toBe(103_680);
});

test("tries by hand after the last one are not repeated", () => {
  for (const attempt of [10, 11, 500]) expect(secondsToNext(attempt, 0, 10)).toBeUndefined();
});
