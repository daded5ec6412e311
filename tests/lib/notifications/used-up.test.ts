import { expect, test } from "@jest/globals";
import { budgetUsedUp, makeUsedUpBudgets } from "../../../lib/notifications/used-up.ts";

const START_MS = Date.parse("2026-11-22T10:00:00Z");

/** What one process remembers, over a ledger that says the same times of every device and counts how often it is asked. */
function remembered(times: number[] = Array(10).fill(START_MS)) {
  let nowMs = START_MS;
  const asked: string[] = [];
  const ledger = {
    sentTimes: async (deviceId: string) => {
      asked.push(deviceId);
      if (deviceId === "unreadable") throw new Error("storage");
      return { times: times.map((ms) => new Date(ms)), etag: "1" };
    },
  };
  const budgets = makeUsedUpBudgets({ ledger, now: () => new Date(nowMs) });
  return {
    ...budgets,
    asked,
    advance: (seconds: number) => {
      nowMs += seconds * 1000;
    },
  };
}

test("the ledger is asked about no device that was not seen used up", async () => {
  const of = remembered();
  expect(await of.waitSeconds("phone")).toBe(0);
  of.remember("another", 60);
  expect(await of.waitSeconds("phone")).toBe(0);
  expect(of.asked).toEqual([]);
});

test("a device that was is refused by what the ledger says now, until its time is over", async () => {
  const of = remembered();
  of.remember("phone", 3_600);
  of.advance(600);
  expect(await of.waitSeconds("phone")).toBe(3_000);
  of.advance(3_000);
  expect(await of.waitSeconds("phone")).toBe(0);
  expect(of.asked).toEqual(["phone"]);
});

test("a device whose ledger has room again is forgotten", async () => {
  const of = remembered([START_MS]);
  of.remember("phone", 3_600);
  expect([await of.waitSeconds("phone"), await of.waitSeconds("phone")]).toEqual([0, 0]);
  expect(of.asked).toEqual(["phone"]);
});

test("a ledger that cannot be read refuses nobody here, and is asked again", async () => {
  const of = remembered();
  of.remember("unreadable", 3_600);
  expect([await of.waitSeconds("unreadable"), await of.waitSeconds("unreadable")]).toEqual([0, 0]);
  expect(of.asked).toHaveLength(2);
});

test("at most 10,000 devices are remembered: the oldest one goes first", async () => {
  const of = remembered();
  for (let number = 0; number <= 10_000; number += 1) of.remember(`phone-${number}`, 3_600);
  expect(await of.waitSeconds("phone-0")).toBe(0);
  expect(await of.waitSeconds("phone-1")).toBe(3_600);
  expect(await of.waitSeconds("phone-10000")).toBe(3_600);
});

test("who is refused is told how long to wait and what to do meanwhile", () => {
  expect(budgetUsedUp(90, "pass the link on")).toMatchObject({
    code: "too-many-notifications",
    retryAfterSeconds: 90,
    message: expect.stringMatching(/10 times.*pass the link on/),
  });
});
