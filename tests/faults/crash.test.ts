import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { isLive, type Session } from "../../lib/sessions/session.ts";
import { APP_URL, startTestApp, type TestApp } from "../app.ts";
import { connectorFlows } from "./crash/connector-flows.ts";
import type { Flow } from "./crash/flow.ts";
import { brokenAfterRecovery, brokenAtAnyMoment, openIntents } from "./crash/invariants.ts";
import type { Death } from "./crash/outbound-calls.ts";
import { mortalProcesses } from "./crash/processes.ts";
import { sessionFlows } from "./crash/session-flows.ts";
import { makeSurvivors, type Order, type Survivors } from "./crash/survivors.ts";
import { readTrace } from "./crash/trace.ts";

/** All points with `TRUST=full` (`CRASH_FLOW` chooses flows by their name); else every so many-th of the list. */
const IS_FULL = process.env.TRUST === "full";
const FLOWS = new RegExp(process.env.CRASH_FLOW ?? "");
const EVERY = IS_FULL ? 1 : 23;

/** A second channel, so that there is something to go on with when the first refuses. */
const SETTINGS = { MAIL_SENDER: "it-support@contoso.example" };

let product: TestApp;
let survivors: Survivors;
let mortals: Awaited<ReturnType<typeof mortalProcesses>>;
let folder: string;

beforeAll(async () => {
  product = await startTestApp(SETTINGS);
  survivors = makeSurvivors(product);
  folder = mkdtempSync(join(tmpdir(), "crash-"));
  mortals = await mortalProcesses({ ...product.around.settingsFor(APP_URL), ...SETTINGS }, folder);
}, 60_000);

afterAll(async () => {
  await mortals.close();
  await product.stop();
  rmSync(folder, { recursive: true });
});

const allFlows = (): Flow[] =>
  [...connectorFlows(survivors), ...sessionFlows(survivors)].filter(({ name }) => FLOWS.test(name));

/** The hourly timer also drops old months of the audit, one call each: one like the other, and nothing depends on them. */
const isRetention = (call: string) => call.startsWith("DELETE") && call.includes("Tables('audit");

type Point = { flow: Flow; death: Death; order: Order };

/** Every point of every flow, each with one of the two orders in which the others go on. */
const pointsOf = (flows: readonly Flow[]): Point[] =>
  flows.flatMap((flow) =>
    Array.from({ length: flow.calls * 2 }, (_, index): Point => {
      const death: Death = { call: (index >> 1) + 1, moment: index % 2 ? "after" : "before" };
      return { flow, death, order: index % 4 < 2 ? "the retry first" : "the timers first" };
    }),
  );

/** TeamViewer keeps its sessions: the next point is to start without open ones. */
async function closeAll(sessions: readonly Session[]): Promise<void> {
  for (const { id } of sessions.filter(isLive)) await survivors.agent.call("POST", `/api/sessions/${id}/close`);
}

/** One process dies once, everybody else goes on: what is broken then. */
async function crash({ flow, death, order }: Point) {
  await product.reset();
  survivors.restart();
  const earlier = new Set(product.around.teamviewer.sessions().map(({ code }) => code));
  const trace = () => readTrace(product, earlier);
  const scene = await flow.prepare();
  const ended = await mortals.run(scene.act, product.clock.now(), death);
  const dead = await trace();
  product.clock.advance(1000);
  survivors.restart();
  return survivors.hurried(async () => {
    await survivors.goOn(scene, order);
    const after = await trace();
    const own = await scene.broken({ dead, after });
    const end = await trace();
    const broken = [...brokenAtAnyMoment(dead), ...brokenAfterRecovery(after), ...own, ...brokenAtAnyMoment(end)];
    await closeAll(end.sessions);
    return { ended, broken: [...new Set(broken)], isOpenEnded: openIntents(after) > 0 };
  });
}

test(
  "A process may die before and after every call it makes: nothing is lost, doubled or stuck",
  async () => {
    const points = pointsOf(allFlows()).filter((_, index) => index % EVERY === 0);
    const found: string[] = [];
    const longer = new Set<string>();
    let unreached = 0;
    let openEnded = 0;
    for (const point of points) {
      const { flow, death, order } = point;
      const { ended, broken, isOpenEnded } = await crash(point);
      if ("lived" in ended) {
        unreached += 1;
        if (death.call + 4 < flow.calls)
          longer.add(`${flow.name}: ${ended.lived.calls.length} calls, not ${flow.calls}`);
      }
      if (isOpenEnded) openEnded += 1;
      const at = "lived" in ended ? `lived, ${ended.lived.answer}` : `killed ${ended.killedAt}`;
      for (const each of broken) found.push(`${each} (${flow.name}, ${at}, ${order})`);
      if (IS_FULL && broken.length > 0) process.stdout.write(`${found.slice(-broken.length).join("\n")}\n`);
    }
    const count = (kind: string) => found.filter((each) => each.startsWith(kind)).length;
    process.stdout.write(
      `crash points: ${points.length - unreached} tried (${unreached} not reached) / ${count("lost")} lost / ` +
        `${count("doubled")} doubled / ${count("stuck")} stuck; ${openEnded} left an intent without outcome\n`,
    );
    expect(found).toEqual([]);
    expect([...longer]).toEqual([]);
  },
  40 * 60_000,
);

if (IS_FULL)
  test("The points are all there are: each flow makes as many calls as it is said to", async () => {
    const tooMany: string[] = [];
    for (const flow of allFlows()) {
      await product.reset();
      survivors.restart();
      const { act } = await flow.prepare();
      const ended = await mortals.run(act, product.clock.now());
      const calls = "lived" in ended ? ended.lived.calls.filter((call) => !isRetention(call)) : [];
      await closeAll((await readTrace(product, new Set())).sessions);
      if (calls.length > flow.calls) tooMany.push(`${flow.name} makes ${calls.length} calls`);
    }
    expect(tooMany).toEqual([]);
  }, 120_000);
