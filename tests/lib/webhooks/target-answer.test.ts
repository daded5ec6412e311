import { expect, test } from "@jest/globals";
import { problemOf } from "../../../lib/webhooks/target-answer.ts";
import { answered } from "./in-memory.ts";

test.each([
  [199, "status"],
  [200, undefined],
  [299, undefined],
  [300, "redirected"],
  [399, "redirected"],
  [400, "status"],
  [409, "status"],
  [410, "gone"],
  [411, "status"],
  [599, "status"],
])("an answer of %d means %s", (status, problem) => {
  expect(problemOf(answered(status))).toBe(problem);
});

test.each(["refused-address", "unreachable", "timeout", "cut"] as const)("no answer means why: %s", (outcome) => {
  expect(problemOf({ outcome, durationMs: 1 })).toBe(outcome);
});
