import { setImmediate as settled } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import fc, { type Scheduler } from "fast-check";
import { answerPageOf, connect, openSession } from "../memory/connect.ts";
import { type Flow, flows, prepareConsents, run, type Scene } from "./interleavings/flows.ts";
import { brokenAtOnce, brokenAtRest } from "./interleavings/invariants.ts";
import { startScheduledApp } from "./interleavings/scheduled.ts";

const IS_FULL = process.env.TRUST === "full";
const RUNS = IS_FULL ? 10_000 : 400;
const SEED = Number(process.env.INTERLEAVINGS_SEED ?? Date.now() % 2 ** 31);

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Some flows, each in one of a few processes, from a token set of some age. */
const plans = fc.record({
  flows: fc.array(fc.record({ flow: fc.constantFrom(...flows), process: fc.nat(2) }), { minLength: 2, maxLength: 5 }),
  mode: fc.constantFrom("rotating" as const, "grace" as const, "non-rotating" as const),
  /** Of the ten minutes that the tokens have left when the session opens. */
  minutesLater: fc.constantFrom(0, 1, 9, 11),
  sessionMinutes: fc.constantFrom("5", "60"),
});
type Plan = typeof plans extends fc.Arbitrary<infer T> ? T : never;

/** Lets the flows of a plan run side by side in the scheduler's order, then the timers: what is broken. */
async function violations(scheduler: Scheduler, plan: Plan): Promise<string[]> {
  const { world, newProcess, order, revived, logs } = startScheduledApp(scheduler);
  const { grants, queue } = world;
  grants.state.mode = plan.mode;
  const processes = [0, 1, 2].map(() => newProcess({ SESSION_MINUTES: plan.sessionMinutes }));
  const processOf = (index: number) => processes[index] ?? newProcess();
  const first = processOf(0);
  await connect(world, first);
  world.advance(DAY_MS - 10 * MINUTE_MS);
  const session = await openSession(world, first);
  const [message] = queue;
  const page = await answerPageOf(world, session.id);
  const wanted: Flow[] = plan.flows.map(({ flow }) => flow);
  const { waiting, coming } = await prepareConsents(world, first, wanted);
  world.advance(plan.minutesLater * MINUTE_MS);
  const scene: Scene = { world, session, page, message, coming, waiting };

  order.isOn = true;
  const running = plan.flows.map(({ flow, process }) => run(flow, scene, processOf(process)));
  const told = await scheduler.waitFor(Promise.all(running));
  await scheduler.waitIdle();
  order.isOn = false;
  const atOnce = brokenAtOnce(world, told);

  const rest = async (minutes: number, rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      world.advance(minutes * MINUTE_MS);
      await first.runTimer("follow-sessions");
      for (const each of queue.splice(0)) await first.deliver("notify", each);
    }
  };
  await rest(1, 4);
  await rest(20, 2);
  const atRest = await brokenAtRest(world);
  await first.runTimer("keep-connected");
  await rest(61, 3);
  const open = world.remote.sessions.filter(({ state }) => state === "open");
  const isConnected = grants.live().length > 0;
  const atEnd = isConnected && open.length > 0 ? ["a TeamViewer session is never closed"] : [];
  const bugs = logs.filter((line) => line.includes("internal-error"));
  return [...new Set([...atOnce, ...revived, ...atRest, ...(await brokenAtRest(world)), ...atEnd, ...bugs])];
}

test(
  "Two to five flows in any order of their calls lose nothing, double nothing and leave nothing behind",
  async () => {
    const found = new Map<string, { count: number; first: string }>();
    let steps = 0;
    const scheduled = fc.scheduler({ act: (task) => task().then(() => settled()) });
    const property = fc.asyncProperty(scheduled, plans, async (scheduler, plan) => {
      const broken = await violations(scheduler, plan).catch((error: unknown) => [String(error)]);
      steps += scheduler.report().length;
      for (const each of broken) {
        const known = found.get(each) ?? { count: 0, first: JSON.stringify(plan) };
        found.set(each, { ...known, count: known.count + 1 });
      }
      expect(broken).toEqual([]);
    });
    const startedMs = process.cpuUsage();
    const result = await fc.check(property, { seed: SEED, numRuns: RUNS });
    const cpu = process.cpuUsage(startedMs);
    process.stdout.write(
      `interleavings: ${result.numRuns} of 2 to 5 flows, ${steps} scheduled points, seed ${SEED}: ${found.size} violations (${((cpu.user + cpu.system) / 1e6).toFixed(1)} s CPU)\n`,
    );
    for (const [what, { count, first }] of found) process.stdout.write(`${count} x ${what}   ${first}\n`);
    if (result.failed) throw new Error(fc.defaultReportMessage(result) ?? "");
  },
  60 * MINUTE_MS,
);
