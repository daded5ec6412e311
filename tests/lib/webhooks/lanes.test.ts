import { expect, test } from "@jest/globals";
import { makeLanes } from "../../../lib/webhooks/lanes.ts";

test("a receiver that is not known gets one call at a time, one that was quick four", () => {
  const lanes = makeLanes();
  const first = lanes.enter("a");
  expect(lanes.enter("a")).toBeUndefined();
  first?.leave(true);
  const taken = [1, 2, 3, 4].map(() => lanes.enter("a"));
  expect(taken.every(Boolean)).toBe(true);
  expect(lanes.enter("a")).toBeUndefined();
});

test("one that was slow or failed goes back to one at a time", () => {
  const lanes = makeLanes();
  lanes.enter("a")?.leave(true);
  const [one, two] = [lanes.enter("a"), lanes.enter("a")];
  one?.leave(false);
  expect(lanes.enter("a")).toBeUndefined();
  two?.leave(false);
  expect(lanes.enter("a")).toBeDefined();
  expect(lanes.enter("a")).toBeUndefined();
});

test("however many do not answer, they take eight lanes together and the quick are served", () => {
  const lanes = makeLanes();
  for (const id of ["quick-1", "quick-2"]) lanes.enter(id)?.leave(true);
  const entered = Array.from({ length: 30 }, (_, index) => lanes.enter(`slow-${index}`)).filter(Boolean);
  expect(entered).toHaveLength(8);
  expect(["quick-1", "quick-2"].map((id) => lanes.enter(id) !== undefined)).toEqual([true, true]);
  entered[0]?.leave(false);
  expect(lanes.enter("slow-29")).toBeDefined();
});
