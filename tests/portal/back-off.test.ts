import { expect, test } from "@jest/globals";
import { pollDelayMs } from "../../portal/back-off.ts";

test("a session is looked at after two seconds, then ever more seldom, at least every twenty seconds", () => {
  const delays = Array.from({ length: 30 }, (_, count) => pollDelayMs(count));
  expect(delays[0]).toBe(2_000);
  expect(delays).toEqual([...delays].sort((a, b) => a - b));
  expect(new Set(delays.slice(0, 7)).size).toBe(7);
  expect(delays.at(-1)).toBe(20_000);
});

test("an hour of waiting costs fewer than 200 looks", () => {
  let elapsedMs = 0;
  let looks = 0;
  for (; elapsedMs < 3_600_000; looks += 1) elapsedMs += pollDelayMs(looks);
  expect(looks).toBeLessThan(200);
});
