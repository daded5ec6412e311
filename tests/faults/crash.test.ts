import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { APP_URL, startTestApp, type TestApp } from "../app.ts";
import { connectorFlows } from "./crash/connector-flows.ts";
import type { Flow } from "./crash/flow.ts";
import { type Broken, brokenAfterRecovery, brokenAtAnyMoment } from "./crash/invariants.ts";
import type { Death } from "./crash/outbound-calls.ts";
import { mortalProcesses } from "./crash/processes.ts";
import { sessionFlows } from "./crash/session-flows.ts";
import { makeSurvivors, type Survivors } from "./crash/survivors.ts";
import { readTrace } from "./crash/trace.ts";

const IS_FULL = process.env.TRUST === "full";
const EVERY = 6;

let product: TestApp;
let survivors: Survivors;
let mortals: ReturnType<typeof mortalProcesses>;
let cacheFolder: string;

beforeAll(async () => {
  product = await startTestApp();
  survivors = makeSurvivors(product);
  cacheFolder = mkdtempSync(join(tmpdir(), "crash-"));
  mortals = mortalProcesses(product.around.settingsFor(APP_URL), cacheFolder);
});

afterAll(async () => {
  await mortals.close();
  await product.stop();
  rmSync(cacheFolder, { recursive: true });
});

type Order = "the retry first" | "the timers first";

/** One process dies once, everybody else goes on: what is broken then. */
async function crash(flow: Flow, death: Death, order: Order): Promise<{ at: string; broken: Broken[] }> {
  await product.reset();
  survivors.restart();
  const scene = await flow.prepare();
  const ended = await mortals.run(scene.act, product.clock.now(), death);
  const at =
    "lived" in ended ? `lived through ${ended.lived.calls.length} calls: ${ended.lived.answer}` : ended.killedAt;
  const dead = await readTrace(product);
  product.clock.advance(1000);
  survivors.restart();
  return survivors.hurried(async () => {
    if (order === "the retry first") await scene.retry?.();
    await survivors.minutes(3);
    if (order === "the timers first") await scene.retry?.();
    const after = await readTrace(product);
    const own = await scene.broken({ dead, after });
    const end = await readTrace(product);
    return {
      at,
      broken: [...brokenAtAnyMoment(dead), ...brokenAfterRecovery(after), ...own, ...brokenAtAnyMoment(end)],
    };
  });
}

async function callsOf(flow: Flow): Promise<string[]> {
  await product.reset();
  survivors.restart();
  const scene = await flow.prepare();
  const ended = await mortals.run(scene.act, product.clock.now());
  if (!("lived" in ended)) throw new Error("a process died by itself");
  return ended.lived.calls;
}

test(
  "A process may die before and after every call it makes: nothing is lost, doubled or stuck",
  async () => {
    const found: string[] = [];
    const counts = { points: 0, tried: 0, lost: 0, doubled: 0, stuck: 0 };
    for (const flow of [...connectorFlows(survivors), ...sessionFlows(survivors)]) {
      if (process.env.FLOW && !flow.name.includes(process.env.FLOW)) continue;
      const calls = await callsOf(flow);
      console.log(flow.name, calls.length, calls);
      for (let call = 1; call <= calls.length; call += 1)
        for (const moment of ["before", "after"] as const) {
          counts.points += 1;
          for (const order of ["the retry first", "the timers first"] as const) {
            counts.tried += 1;
            try {
              const { at, broken } = await crash(flow, { call, moment }, order);
              for (const each of new Set(broken)) found.push(`${flow.name}, killed ${at}, ${order} → ${each}`);
            } catch (error) {
              found.push(`${flow.name}, killed ${moment} ${call}, ${order} → threw ${error}`);
            }
          }
        }
    }
    console.log(counts, found.join("\n"));
    expect(found).toEqual([]);
  },
  30 * 60_000,
);
