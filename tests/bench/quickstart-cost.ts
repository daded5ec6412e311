import { setTimeout as delay } from "node:timers/promises";
import type { BaselineApp } from "./baseline-app.ts";
import { costAgainstQuickstart, type Used } from "./cost.ts";
import { delayEverything } from "./delays.ts";
import { elapsedMs } from "./elapsed.ts";
import { type Figure, quantile } from "./figure.ts";
import type { MeasuredProduct } from "./measured-product.ts";
import { takeCalls } from "./storage-calls.ts";
import { toNextMinute } from "./whole-life.ts";

const DELAY_MS = 100;
const ROUNDS = 7;
/** Until the host has struck a message off. */
const SETTLED_MS = 1_000;

/** Sessions that are requested and their users notified, here and as quickstarts do it: calls, durations, and what a million cost. */
export async function measureCostAgainstQuickstart(measured: MeasuredProduct, quickstart: BaselineApp) {
  const { surroundings } = measured.product;
  const post = async (path: string, body: object) => {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    const answer = await fetch(`${quickstart.url}/quickstart/${path}`, init);
    if (!answer.ok) throw new Error(`quickstart/${path} answered ${answer.status}`);
    return answer.text();
  };
  const phones = Array.from({ length: 2 * (ROUNDS + 1) }, () => measured.newDevice("PHONE-ANA"));
  const nextPhone = () => phones.pop() ?? "";

  /** The durations in milliseconds of a request and of its notification. */
  async function own(): Promise<[number, number]> {
    const requestMs = await elapsedMs(() => measured.requestSession(nextPhone()));
    const [notifyMs = 0] = await measured.tookMs("notify", 1);
    return [requestMs, notifyMs];
  }
  async function theirs(): Promise<[number, number]> {
    const deviceId = nextPhone();
    let text = "";
    const requestMs = await elapsedMs(async () => {
      text = await post("sessions", { deviceId });
    });
    const { id } = JSON.parse(text) as { id: string };
    return [requestMs, await elapsedMs(() => post("notify", { deviceId, id }))];
  }
  async function usedBy(one: () => Promise<[number, number]>): Promise<Used> {
    await one();
    // What the minute's timers do is not of these sessions.
    await toNextMinute();
    takeCalls(surroundings.storage.journal);
    surroundings.vault.journal.splice(0);
    delayEverything(surroundings, DELAY_MS);
    const tookMs: [number, number][] = [];
    for (let round = 0; round < ROUNDS; round += 1) tookMs.push(await one());
    delayEverything(surroundings, 0);
    await delay(SETTLED_MS);
    const { table, queue, seal, delete: deleted } = takeCalls(surroundings.storage.journal);
    const part = (calls: number) => calls / ROUNDS;
    const secondsOf = (which: 0 | 1) =>
      quantile(
        tookMs.map((each) => each[which]),
        0.5,
      ) / 1000;
    return {
      table: part(table),
      queue: part(queue),
      seal: part(seal),
      delete: part(deleted),
      vault: part(surroundings.vault.journal.length),
      seconds: [secondsOf(0), secondsOf(1)],
    };
  }

  await measured.tookMs("notify", 0);
  const [ownUse, theirUse] = [await usedBy(own), await usedBy(theirs)];
  const durations: Figure = {
    what: `a session requested and notified, each call ${DELAY_MS} ms, p50 of both together`,
    unit: "ms",
    measured: sum(ownUse.seconds) * 1000,
    goal: Number.POSITIVE_INFINITY,
    baseline: { what: "as quickstarts do it", measured: sum(theirUse.seconds) * 1000 },
  };
  return [durations, ...costAgainstQuickstart(ownUse, theirUse, `each call ${DELAY_MS} ms`)];
}

const sum = (values: readonly number[]) => values.reduce((all, each) => all + each, 0);
