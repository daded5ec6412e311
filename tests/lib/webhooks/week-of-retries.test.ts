import { describe, expect, test } from "@jest/globals";
import { MAX_ATTEMPTS } from "../../../lib/webhooks/schedule.ts";
import type { TargetAnswer } from "../../../lib/webhooks/target-answer.ts";
import { answered } from "./in-memory.ts";
import { type Death, makeRetryWorld, type Receiver } from "./retry-world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const taken = answered(204);
const silent: TargetAnswer = { outcome: "timeout", durationMs: 15_000 };

/** Receivers that take every event in the end, with the attempts they may need for one. */
const healthy: Record<string, { receiver: Receiver; attempts: number }> = {
  prompt: { receiver: () => taken, attempts: 1 },
  slow: { receiver: () => answered(200, { durationMs: 10_000 }), attempts: 1 },
  busy: { receiver: (attempt) => (attempt <= 2 ? answered(429, { retryAfterSeconds: 900 }) : taken), attempts: 3 },
  moody: { receiver: (attempt) => (attempt <= 4 ? answered(500) : taken), attempts: 5 },
  hanging: { receiver: (attempt) => (attempt === 1 ? silent : taken), attempts: 2 },
};
const until =
  (ms: number, answer: TargetAnswer): Receiver =>
  (_attempt, at) =>
    at.getTime() < ms ? answer : taken;

test("over a week every event reaches each receiver that takes it, once, in at most the documented attempts", async () => {
  const startMs = makeRetryWorld({}).state.nowMs;
  const world = makeRetryWorld({
    ...Object.fromEntries(Object.entries(healthy).map(([name, { receiver }]) => [name, receiver])),
    repaired: until(startMs + 2 * DAY_MS, { outcome: "unreachable", durationMs: 5 }),
    dead: () => answered(500),
    gone: () => answered(410),
  });
  await world.register();
  const events: string[] = [];
  for (let hour = 0; hour < 48; hour += 1) {
    events.push((await world.happen()).id);
    await world.runUntil(startMs + (hour + 1) * HOUR_MS);
  }
  await world.runUntil(startMs + 7 * DAY_MS);

  for (const [name, { attempts }] of Object.entries(healthy)) {
    const seen = events.map((id) => world.brought.get(`${name} ${id}`));
    expect([name, ...new Set(seen.map((each) => each?.taken))]).toEqual([name, 1]);
    expect([name, ...new Set(seen.map((each) => each?.attempts))]).toEqual([name, attempts]);
  }
  const repaired = events.map((id) => world.brought.get(`repaired ${id}`));
  expect(new Set(repaired.map((each) => each?.taken))).toEqual(new Set([1]));
  expect(Math.max(...repaired.map((each) => each?.attempts ?? 0))).toBeLessThanOrEqual(MAX_ATTEMPTS);

  const attemptsAt = (name: string) => events.map((id) => world.brought.get(`${name} ${id}`)?.attempts ?? 0);
  expect(Math.max(...attemptsAt("dead"))).toBeLessThanOrEqual(MAX_ATTEMPTS);
  // 410 is the last that is ever sent there.
  expect(attemptsAt("gone").reduce((sum, each) => sum + each, 0)).toBe(1);
  const states = new Map((await world.endpoints()).map(({ url, status, problem }) => [url, `${status} ${problem}`]));
  expect(states.get("https://gone.example/in")).toBe("paused gone");
  expect(states.get("https://dead.example/in")).toBe("paused failing");
  expect([...states.values()].filter((state) => state.startsWith("active"))).toHaveLength(6);
  expect(world.queue).toEqual([]);
});

test("a receiver that is dead, slow or asks for time delays nobody else", async () => {
  const world = makeRetryWorld({ prompt: () => taken, dead: () => silent, busy: () => answered(503) });
  await world.register();
  const startMs = world.state.nowMs;
  const event = await world.happen();
  await world.runUntil(startMs + MINUTE_MS);
  expect(world.brought.get(`prompt ${event.id}`)).toMatchObject({ taken: 1, takenAtMs: startMs });
});

describe("A process that dies at any call of a delivery loses no event", () => {
  const receivers = { prompt: healthy.prompt, moody: healthy.moody, hanging: healthy.hanging };
  const plain = Object.fromEntries(
    Object.entries(receivers).map(([name, each]) => [name, each?.receiver ?? silent]),
  ) as Record<string, Receiver>;

  /** One event to three receivers, over a week; answers how often each took it, and the calls it took. */
  async function play(death?: Death) {
    const world = makeRetryWorld({ ...plain, gone: () => answered(410) }, death);
    await world.register();
    const { id } = await world.happen();
    await world.runUntil(world.state.nowMs + 7 * DAY_MS);
    const took = Object.keys(plain).map((name) => world.brought.get(`${name} ${id}`)?.taken ?? 0);
    const gone = world.brought.get(`gone ${id}`)?.attempts ?? 0;
    const ends = await Promise.all(
      (await world.endpoints()).map(async (webhook) => (await world.attemptsOf(webhook.id, id)).at(-1)?.state),
    );
    return { took, gone, ends, calls: world.state.calls, deaths: world.state.deaths, left: world.queue.length };
  }

  test("and none is brought twice where none dies", async () => {
    const { took, gone, ends, left } = await play();
    expect([took, gone, ends, left]).toEqual([[1, 1, 1], 1, ["delivered", "delivered", "delivered", "failed"], 0]);
  });

  test("before it leaves, and after it was done", async () => {
    const { calls } = await play();
    expect(calls).toBeGreaterThan(40);
    let tried = 0;
    for (let atCall = 1; atCall <= calls; atCall += 1) {
      for (const when of ["before", "after"] as const) {
        const { took, gone, ends, deaths, left } = await play({ atCall, when });
        const at = `${when} call ${atCall}`;
        expect([at, deaths, left]).toEqual([at, 1, 0]);
        // A receiver whose answer got lost with the process is brought the event again, with the same webhook-id.
        for (const count of took) expect([at, count >= 1 && count <= 2]).toEqual([at, true]);
        expect([at, gone <= 2]).toEqual([at, true]);
        expect([at, ...ends.slice(0, 3)]).toEqual([at, "delivered", "delivered", "delivered"]);
        tried += 1;
      }
    }
    expect(tried).toBe(calls * 2);
  });
});
