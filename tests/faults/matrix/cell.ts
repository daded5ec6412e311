import type { TestApp } from "../../app.ts";
import type { StorageProxy } from "../../storage-proxy.ts";
import type { Flow } from "../crash/flow.ts";
import { brokenAfterRecovery, brokenAtAnyMoment, openIntents } from "../crash/invariants.ts";
import type { Order, Survivors } from "../crash/survivors.ts";
import { readTrace, type Trace } from "../crash/trace.ts";
import { arm, type FaultName } from "./call-faults.ts";
import { type CallSite, callCount, callSitesOf, forgetCalls } from "./call-sites.ts";
import { type Ending, endingOf } from "./ending.ts";
import { inHaste } from "./haste.ts";
import { brokenNotification } from "./notified.ts";

/** One fault at one call of one flow, and who goes on first afterwards: the people or the timers. */
export type Cell = { flow: Flow; site: CallSite; fault: FaultName; order: Order };

/** Where the cells are tried: a product, everybody who uses it, and a way to its storage that can fail. */
export type Bench = { product: TestApp; survivors: Survivors; proxy: StorageProxy };

/** A fresh product with the flow's scene set, and a process that is about to play it. */
async function setUp({ product, survivors, proxy }: Bench, flow: Flow) {
  await product.reset();
  survivors.restart();
  const earlier = new Set(product.around.teamviewer.sessions().map(({ code }) => code));
  const scene = await flow.prepare();
  const process = product.newProcess({ AzureWebJobsStorage: proxy.connectionString });
  return { scene, process, earlier };
}

/** Every call that the flow makes when nothing goes wrong. */
export async function traceOf(bench: Bench, flow: Flow): Promise<CallSite[]> {
  const { scene, process } = await setUp(bench, flow);
  forgetCalls(bench.product, bench.proxy);
  const ending = await endingOf(process, scene.act);
  if (!ending.isDeclared || /^5|upstream/.test(ending.text)) throw new Error(`${flow.name}: ${ending.text}`);
  return callSitesOf(bench.product, bench.proxy);
}

/** Lets the flow meet the fault, then ends the fault and lets everybody go on: how it was answered and what is broken. */
export async function tryCell(bench: Bench, { flow, site, fault, order }: Cell) {
  const { product, survivors, proxy } = bench;
  const { scene, process, earlier } = await setUp(bench, flow);
  const trace = () => truthOf(product, earlier);
  proxy.clear();
  arm(product, proxy, site, fault);
  const asked = () => callCount(product, proxy);
  const isHanging = fault === "no answer";
  const ending: Ending = await inHaste(() => endingOf(process, scene.act), asked, isHanging);
  product.clearFaults();
  proxy.clear();

  const dead = await trace();
  product.clock.advance(1000);
  survivors.restart();
  return survivors.hurried(async () => {
    await survivors.goOn(scene, order);
    const after = await trace();
    const isNotify = flow.name === "notify";
    const own = isNotify ? brokenNotification(after, site, fault) : await scene.broken({ dead, after });
    const end = await trace();
    const broken: string[] = [
      ...brokenAtAnyMoment(dead),
      ...brokenAfterRecovery(after),
      ...own,
      ...brokenAtAnyMoment(end),
    ];
    if (!ending.isDeclared) broken.push(`undeclared: ${ending.text}`);
    const bugs = product.logs.filter((line) => line.includes("internal-error"));
    if (bugs.length > 0) broken.push(`undeclared: ${bugs[0]}`);
    return { ending: ending.text, broken: [...new Set(broken)], isOpenEnded: openIntents(after) > 0 };
  });
}

/**
 * What can be seen, with the calls that a fault kept from being done left out: the journals hold what was asked, the promises
 * are about what was done.
 */
async function truthOf(product: TestApp, earlier: ReadonlySet<string>): Promise<Trace> {
  const trace = await readTrace(product, earlier);
  const { graph, teamviewer } = product.around;
  const isDone = ({ status, fault }: { status: number; fault?: string }) => !fault || status === 0;
  const refreshes = teamviewer.journal.filter(
    (entry) => entry.path.endsWith("/oauth2/token") && entry.body.includes("refresh_token") && isDone(entry),
  );
  const devices = new Set(trace.sessions.map(({ device }) => device.id));
  const sends = [...devices].flatMap((id) => graph.notifications(id).map(() => id));
  return { ...trace, refreshes: refreshes.filter(({ status }) => status === 200 || status === 0).length, sends };
}
