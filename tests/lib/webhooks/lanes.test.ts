import { expect, test } from "@jest/globals";
import { type Lane, makeLanes, type Taken } from "../../../lib/webhooks/lanes.ts";

const QUICKLY: Taken = { isQuick: true, tookMs: 20 };
const SLOWLY: Taken = { isQuick: false, tookMs: 10_000 };

function someLanes() {
  let nowMs = 0;
  const lanes = makeLanes({ now: () => new Date(nowMs) });
  const seconds = (id: string, putBacks = 0) => {
    const lane = lanes.enter(id, putBacks);
    return typeof lane === "number" ? lane : 0;
  };
  return {
    /** A lane, or undefined. */
    enter(id: string): Lane | undefined {
      const lane = lanes.enter(id, 0);
      return typeof lane === "number" ? undefined : lane;
    },
    seconds,
    pass: (passedSeconds: number) => {
      nowMs += passedSeconds * 1000;
    },
  };
}

test("a receiver that is not known gets one call at a time, one that was quick four", () => {
  const { enter } = someLanes();
  const first = enter("a");
  expect(enter("a")).toBeUndefined();
  first?.leave(QUICKLY);
  const taken = [1, 2, 3, 4].map(() => enter("a"));
  expect(taken.every(Boolean)).toBe(true);
  expect(enter("a")).toBeUndefined();
});

test("one that was slow or failed goes back to one at a time", () => {
  const { enter } = someLanes();
  enter("a")?.leave(QUICKLY);
  const [one, two] = [enter("a"), enter("a")];
  one?.leave(SLOWLY);
  expect(enter("a")).toBeUndefined();
  two?.leave(SLOWLY);
  expect(enter("a")).toBeDefined();
  expect(enter("a")).toBeUndefined();
});

test("a receiver that was not called is what it was before", () => {
  const { enter } = someLanes();
  enter("a")?.leave();
  expect(enter("a")).toBeDefined();
  expect(enter("a")).toBeUndefined();
});

test("however many do not answer, they take eight lanes together; those not known yet eight more, and the quick are served", () => {
  const { enter } = someLanes();
  for (const id of ["quick-1", "quick-2"]) enter(id)?.leave(QUICKLY);
  for (let index = 0; index < 30; index += 1) enter(`slow-${index}`)?.leave(SLOWLY);
  const entered = Array.from({ length: 30 }, (_, index) => enter(`slow-${index}`)).filter(Boolean);
  expect(entered).toHaveLength(8);
  expect(Array.from({ length: 30 }, (_, index) => enter(`new-${index}`)).filter(Boolean)).toHaveLength(8);
  expect(["quick-1", "quick-2"].map((id) => enter(id) !== undefined)).toEqual([true, true]);
  entered[0]?.leave(SLOWLY);
  expect(enter("slow-29")).toBeDefined();
});

test("a message waits for a free lane 1 s at first, then twice as long each time, at most five minutes", () => {
  const { enter, seconds } = someLanes();
  enter("a");
  expect([0, 1, 2, 8, 9, 1_000_000].map((putBacks) => seconds("a", putBacks))).toEqual([1, 2, 4, 256, 300, 300]);
});

test("what waits for a slow receiver comes back one after another, at its pace", () => {
  const { enter, seconds, pass } = someLanes();
  enter("a")?.leave(SLOWLY);
  enter("a");
  expect([1, 2, 3].map(() => seconds("a"))).toEqual([10, 20, 30]);
  pass(25);
  expect(seconds("a")).toBe(15);
  for (let waiting = 0; waiting < 40; waiting += 1) seconds("a");
  expect(seconds("a")).toBe(300);
});

test("what waits for one that fails at once comes back after a second", () => {
  const { enter, seconds } = someLanes();
  enter("a")?.leave({ isQuick: false, tookMs: 3 });
  enter("a");
  expect([0, 5, 9].map((putBacks) => seconds("a", putBacks))).toEqual([1, 1, 1]);
});
