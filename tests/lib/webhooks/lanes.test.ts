import { expect, test } from "@jest/globals";
import { type Lane, makeLanes, type Taken } from "../../../lib/webhooks/lanes.ts";

const QUICKLY: Taken = { isQuick: true, tookMs: 20 };
const SLOWLY: Taken = { isQuick: false, tookMs: 10_000 };

function someLanes() {
  let nowMs = 0;
  const lanes = makeLanes({ now: () => new Date(nowMs) });
  return {
    lanes,
    /** A lane, or undefined when the message is put back. */
    async enter(id: string): Promise<Lane | undefined> {
      const lane = await lanes.enter(id, 0);
      return typeof lane === "number" ? undefined : lane;
    },
    /** The seconds after which it is to come back; 0 for a lane. */
    async seconds(id: string, putBacks = 0): Promise<number> {
      const lane = await lanes.enter(id, putBacks);
      return typeof lane === "number" ? lane : 0;
    },
    pass: (passedSeconds: number) => {
      nowMs += passedSeconds * 1000;
    },
  };
}

type Enter = ReturnType<typeof someLanes>["enter"];

/** Asks for so many lanes at once: those got, and what became of each so far. */
function ask(enter: Enter, id: string, count: number) {
  const ends: ("waits" | "goes" | "put back")[] = Array.from({ length: count }, () => "waits");
  const got: Lane[] = [];
  const asked = ends.map((_, index) =>
    enter(id).then((lane) => {
      ends[index] = lane ? "goes" : "put back";
      if (lane) got.push(lane);
    }),
  );
  return { ends, got, all: Promise.all(asked) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a receiver that is not known gets one call at a time, one that was quick four", async () => {
  const { enter } = someLanes();
  const first = await enter("a");
  expect(await enter("a")).toBeUndefined();
  first?.leave(QUICKLY);
  const { ends } = ask(enter, "a", 5);
  await settled();
  expect(ends).toEqual(["goes", "goes", "goes", "goes", "waits"]);
});

test("what waits for a quick receiver goes in turn, six messages at most; the others are put back", async () => {
  const { enter, seconds } = someLanes();
  (await enter("a"))?.leave(QUICKLY);
  const { ends, got } = ask(enter, "a", 10);
  await settled();
  expect(await Promise.all([seconds("a", 0), seconds("a", 9)])).toEqual([1, 4]);
  got[0]?.leave(QUICKLY);
  await settled();
  expect(ends.slice(3)).toEqual(["goes", "goes", "waits", "waits", "waits", "waits", "waits"]);
});

test("one that was slow or failed goes back to one at a time, and what waited for it is put back", async () => {
  const { enter } = someLanes();
  (await enter("a"))?.leave(QUICKLY);
  const { ends, got, all } = ask(enter, "a", 6);
  await settled();
  got[0]?.leave(SLOWLY);
  await all;
  expect(ends.slice(4)).toEqual(["put back", "put back"]);
  for (const lane of got.slice(1)) lane.leave(SLOWLY);
  expect(await enter("a")).toBeDefined();
  expect(await enter("a")).toBeUndefined();
});

test("a receiver that was not called is what it was before", async () => {
  const { enter } = someLanes();
  (await enter("a"))?.leave();
  expect(await enter("a")).toBeDefined();
  expect(await enter("a")).toBeUndefined();
});

test("however many do not answer, they take eight lanes together; those not known yet eight more, and the quick are served", async () => {
  const { enter } = someLanes();
  const many = async (name: string) => {
    const lanes = await Promise.all(Array.from({ length: 30 }, (_, index) => enter(`${name}-${index}`)));
    return lanes.filter((lane) => lane !== undefined);
  };
  for (const id of ["quick-1", "quick-2"]) (await enter(id))?.leave(QUICKLY);
  for (let index = 0; index < 30; index += 1) (await enter(`slow-${index}`))?.leave(SLOWLY);
  const entered = await many("slow");
  expect(entered).toHaveLength(8);
  expect(await many("new")).toHaveLength(8);
  expect(await Promise.all([enter("quick-1"), enter("quick-2")])).not.toContain(undefined);
  entered[0]?.leave(SLOWLY);
  expect(await enter("slow-29")).toBeDefined();
});

test("a message waits for a free lane 1 s at first, then twice as long each time, at most five minutes", async () => {
  const { enter, seconds } = someLanes();
  await enter("a");
  const waits = await Promise.all([0, 1, 2, 8, 9, 1_000_000].map((putBacks) => seconds("a", putBacks)));
  expect(waits).toEqual([1, 2, 4, 256, 300, 300]);
});

test("what waits for a slow receiver comes back one after another, at its pace", async () => {
  const { enter, seconds, pass } = someLanes();
  (await enter("a"))?.leave(SLOWLY);
  await enter("a");
  expect([await seconds("a"), await seconds("a"), await seconds("a")]).toEqual([10, 20, 30]);
  pass(25);
  expect(await seconds("a")).toBe(15);
  for (let waiting = 0; waiting < 40; waiting += 1) await seconds("a");
  expect(await seconds("a")).toBe(300);
});

test("a new message waits until a slow receiver has taken what waits, five minutes at most, and for no other", async () => {
  const { lanes, pass } = someLanes();
  const enter = async (id: string) => {
    const lane = await lanes.enter(id, 0);
    return typeof lane === "number" ? undefined : lane;
  };
  const turn = (id: string) => lanes.secondsToTurn(id);
  await enter("new");
  (await enter("quick"))?.leave(QUICKLY);
  (await enter("slow"))?.leave(SLOWLY);
  expect([turn("unknown"), turn("new"), turn("quick"), turn("slow")]).toEqual([0, 0, 0, 0]);
  const busy = await enter("slow");
  expect([turn("slow"), turn("slow")]).toEqual([10, 20]);
  busy?.leave(SLOWLY);
  expect(turn("slow")).toBe(30);
  pass(30);
  expect(turn("slow")).toBe(0);
  await enter("slow");
  const turns = Array.from({ length: 40 }, () => turn("slow"));
  expect(turns.at(-1)).toBe(300);
});

const AT_ONCE: Taken = { isQuick: false, tookMs: 3 };

test("what waits for one that fails at once goes one after another, six messages at most; the others come back after a second", async () => {
  const { lanes, enter, seconds } = someLanes();
  (await enter("a"))?.leave(AT_ONCE);
  const { ends, got } = ask(enter, "a", 7);
  await settled();
  expect(ends).toEqual(["goes", "waits", "waits", "waits", "waits", "waits", "waits"]);
  expect([await seconds("a", 0), await seconds("a", 5), lanes.secondsToTurn("a")]).toEqual([1, 1, 0]);
  got[0]?.leave(AT_ONCE);
  await settled();
  expect(ends.slice(0, 3)).toEqual(["goes", "goes", "waits"]);
});

test("one that failed at once and does not answer any more has those that wait for it sent away, but one", async () => {
  const { enter } = someLanes();
  (await enter("a"))?.leave(AT_ONCE);
  const { ends, got, all } = ask(enter, "a", 4);
  await settled();
  got[0]?.leave(SLOWLY);
  await all;
  expect(ends).toEqual(["goes", "goes", "put back", "put back"]);
});

test("what waits for one that was quick and begins to fail is sent away while others take all lanes of those that fail", async () => {
  const { enter } = someLanes();
  (await enter("a"))?.leave(QUICKLY);
  const { ends, got, all } = ask(enter, "a", 10);
  await settled();
  for (let index = 0; index < 8; index += 1) (await enter(`slow-${index}`))?.leave(SLOWLY);
  for (let index = 0; index < 8; index += 1) await enter(`slow-${index}`);
  for (const lane of got.slice(0, 4)) lane.leave(AT_ONCE);
  await all;
  expect(ends.slice(4)).toEqual(Array.from({ length: 6 }, () => "put back"));
});

test("one that fails at once and has no call under way is not waited for while others take all lanes of those that fail", async () => {
  const { lanes, enter, seconds } = someLanes();
  (await enter("a"))?.leave(AT_ONCE);
  for (let index = 0; index < 8; index += 1) (await enter(`slow-${index}`))?.leave(SLOWLY);
  for (let index = 0; index < 8; index += 1) await enter(`slow-${index}`);
  const put = await Promise.race([seconds("a"), settled().then(() => "waits")]);
  expect([put, lanes.secondsToTurn("a")]).toEqual([1, 0]);
});
