import { expect, test } from "@jest/globals";
import { afterOutcome } from "../../../lib/webhooks/trouble.ts";
import { aWebhook } from "./a-webhook.ts";

const now = new Date("2026-11-22T10:00:00.000Z");
const daysAgo = (days: number, ms = 0) => new Date(now.getTime() - days * 24 * 3_600_000 - ms).toISOString();

test("an endpoint that works stays as it is", () => {
  expect(afterOutcome(aWebhook(), undefined, now)).toBeUndefined();
});

test("the first failure is noted, the next ones change nothing, a success forgets it", () => {
  const failing = afterOutcome(aWebhook(), "status", now);
  expect(failing).toEqual(aWebhook({ failingSince: now.toISOString() }));
  expect(afterOutcome(aWebhook({ failingSince: daysAgo(1) }), "timeout", now)).toBeUndefined();
  expect(afterOutcome(aWebhook({ failingSince: daysAgo(1) }), undefined, now)).toEqual(aWebhook());
});

test("five days without a success pause it, not a moment less", () => {
  expect(afterOutcome(aWebhook({ failingSince: daysAgo(5, -1) }), "status", now)).toBeUndefined();
  expect(afterOutcome(aWebhook({ failingSince: daysAgo(5) }), "status", now)).toMatchObject({
    status: "paused",
    problem: "failing",
  });
});

test("410 pauses it at once", () => {
  expect(afterOutcome(aWebhook(), "gone", now)).toMatchObject({ status: "paused", problem: "gone" });
});

test("one that is not active is left alone", () => {
  for (const status of ["pending", "paused", "deleted"] as const)
    for (const problem of [undefined, "gone", "status"] as const)
      expect(afterOutcome(aWebhook({ status, failingSince: daysAgo(9) }), problem, now)).toBeUndefined();
});
