import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { AppProcess } from "../../app.ts";
import { type Misbehaviour, startFront } from "../front.ts";
import { messageOf, requestOf, type Stage, sessionOf } from "./case.ts";

type Point = { at: number; when: "before" | "after" };
type Frozen = {
  process: AppProcess;
  isReached: () => boolean;
  settled: (work: Promise<unknown>) => Promise<void>;
  end: () => Promise<void>;
};

const QUIET_MS = 40;
/** In the short run every second call. */
const STEP = process.env.TRUST === "full" ? 1 : 2;

/** A process of the product that dies, as seen from outside: from its call number `at` on nothing gets through, or only that call's answer is lost. */
async function dying({ product }: Stage, { at, when }: Point): Promise<Frozen> {
  let count = 0;
  let lastMs = performance.now();
  const gate: Misbehaviour = async (_call, _response, pass, send) => {
    count += 1;
    lastMs = performance.now();
    const isLast = count - 1 === at;
    if (count - 1 > at || (isLast && when === "before")) return;
    const answer = await pass();
    lastMs = performance.now();
    if (!isLast && count - 1 < at) send(answer);
  };
  const { teamviewer, graph, storage } = product.around;
  const targets = [teamviewer.url, graph.url, storage.tableUrl, storage.queueUrl];
  const fronts = await Promise.all(targets.map((target) => startFront(target, gate)));
  const urlOf = (index: number) => fronts[index]?.url ?? "";
  const process = product.newProcess({
    TEAMVIEWER_API_URL: urlOf(0),
    GRAPH_URL: urlOf(1),
    AzureWebJobsStorage: storage.connectionString
      .replace(new URL(storage.tableUrl).origin, urlOf(2))
      .replace(new URL(storage.queueUrl).origin, urlOf(3)),
  });
  return {
    process,
    isReached: () => count > at,
    async settled(work) {
      const ended = work.then(
        () => true,
        () => true,
      );
      for (;;) {
        if (await Promise.race([ended, delay(QUIET_MS, false)])) return;
        if (count > at && performance.now() - lastMs > QUIET_MS) return;
      }
    },
    end: async () => void (await Promise.all(fronts.map((front) => front.close()))),
  };
}

/** Every point of a flow: before and after its first call, its second, until it ends before the point is reached. */
async function everyPoint<T>(stage: Stage, die: (frozen: Frozen) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  const deaths: Frozen[] = [];
  for (let at = 0; at < 40; at += STEP) {
    const frozen = await Promise.all([dying(stage, { at, when: "before" }), dying(stage, { at, when: "after" })]);
    deaths.push(...frozen);
    const results = await Promise.all(frozen.map(die));
    if (!frozen.some(({ isReached }) => isReached())) break;
    found.push(...results);
  }
  // The dead are not woken: what they would do now finds no service any more.
  await Promise.all(deaths.map(({ end }) => end()));
  return found;
}

/** Requests that die everywhere; then each is asked again with its key, the timer runs and the queue is worked off. */
export async function frozenRequests(stage: Stage) {
  const requests = await everyPoint(stage, async ({ process, settled }) => {
    const request = requestOf(stage);
    await settled(request.ask(process));
    return request;
  });
  const { agent, product } = stage;
  product.clock.advance(50_000);
  const answers = await Promise.all(requests.map(({ ask }) => ask(product.newProcess())));
  await agent.follow(2);
  await agent.follow(2);
  await agent.deliverAll();
  const sessions = answers.filter(({ status }) => status === 201).map(sessionOf);
  const open = sessions.map(({ id }) => agent.remotes(id).filter(({ state }) => state === "Open").length);
  const sent = requests.map(({ deviceId }) => agent.sentTo(deviceId).length);
  return {
    points: requests.length,
    stuck: answers.filter(({ status }) => status !== 201).length,
    lost: open.filter((count) => count === 0).length + sent.filter((count) => count === 0).length,
    doubled: open.filter((count) => count > 1).length + sent.filter((count) => count > 1).length,
  };
}

/** Notifications whose sender dies everywhere; then the host delivers the message again. */
export async function frozenNotify(stage: Stage) {
  const { agent, product } = stage;
  const asked = await everyPoint(stage, async ({ process, settled }) => {
    const request = requestOf(stage, { ticket: randomUUID() });
    const session = sessionOf(await request.ask());
    await settled(process.deliver("notify", messageOf(session)));
    return { ...session, deviceId: request.deviceId };
  });
  for (const session of asked) await product.newProcess().deliver("notify", messageOf(session));
  const states = await Promise.all(asked.map(async ({ id }) => (await agent.look(id)).notification.state));
  return {
    points: asked.length,
    doubled: asked.filter(({ deviceId }) => agent.sentTo(deviceId).length > 1).length,
    stuck: states.filter((state) => state === "queued").length,
    unknown: states.filter((state) => state === "unknown").length,
  };
}
