import { setTimeout as delay } from "node:timers/promises";
import { startFleet } from "../faults/fleet.ts";
import { shoot } from "../faults/load/shooting.ts";
import { type BaselineApp, startBaselineApp } from "./baseline-app.ts";
import { type Figure, quantile } from "./figure.ts";
import { residentBytes } from "./process-figures.ts";

const SECONDS = 600;
const RATE = 10;
const LOOK_EVERY_MS = 1_000;
const MOST_GROWTH_PERCENT = 5;
/** Of the whole time: warmed up after a fifth; a tenth is looked at then, and at the end. */
const WARM = 0.2;
const WINDOW = 0.1;

/**
 * What the functions process holds at the end of ten minutes of session starts against after two; all medians of a minute. The
 * quickstart's process has as many meanwhile.
 */
export async function measureMemory(seconds = SECONDS): Promise<Figure[]> {
  const fleet = await startFleet(1);
  const running = [fleet.stop];
  try {
    const quickstart = await startBaselineApp(fleet.product);
    running.unshift(quickstart.stop);
    const [seen, seenOfQuickstart]: [number[], number[]] = [[], []];
    const watch = setInterval(() => {
      seen.push(residentBytes(fleet.product.processId));
      seenOfQuickstart.push(residentBytes(quickstart.processId));
    }, LOOK_EVERY_MS);
    const [{ shots }] = await Promise.all([
      shoot(fleet, { rate: RATE, seconds, isRepeating: true }),
      shootAtQuickstart(quickstart, fleet.product.surroundings.graph.devices()[0]?.id ?? "", seconds),
    ]).finally(() => clearInterval(watch));
    const refused = shots.filter(({ reply }) => reply.status !== 201).length;
    if (refused > 0) throw new Error(`${refused} of ${shots.length} session starts were not answered with 201`);
    const [own, theirs] = [warmAndEnd(seen), warmAndEnd(seenOfQuickstart)];
    const growthOf = ({ warm, end }: typeof own) => (end / warm - 1) * 100;
    const what = `memory of the functions process, ${seconds} s at ${RATE} session starts a second`;
    const atEnd = {
      what: `${what}: at the end`,
      unit: "bytes",
      measured: own.end,
      goal: Number.POSITIVE_INFINITY,
    } as const;
    return [
      { what: `${what}: growth`, unit: "%", measured: growthOf(own), goal: MOST_GROWTH_PERCENT },
      {
        what: "the quickstart's meanwhile: growth",
        unit: "%",
        measured: growthOf(theirs),
        goal: Number.POSITIVE_INFINITY,
      },
      { ...atEnd, baseline: { what: "after a fifth of the time", measured: own.warm } },
      { ...atEnd, baseline: { what: "as quickstarts do it", measured: theirs.end } },
    ];
  } finally {
    for (const stop of running) await stop();
  }
}

function warmAndEnd(seen: readonly number[]) {
  const medianFrom = (part: number) => {
    const from = Math.floor(seen.length * part);
    return quantile(seen.slice(from, from + Math.ceil(seen.length * WINDOW)), 0.5);
  };
  return { warm: medianFrom(WARM), end: medianFrom(1 - WINDOW) };
}

/** The same rate, whatever is answered. */
async function shootAtQuickstart({ url }: BaselineApp, deviceId: string, seconds: number) {
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify({ deviceId }) };
  const one = async () => {
    const answer = await fetch(`${url}/quickstart/sessions`, init);
    if (answer.status !== 201) throw new Error(`The quickstart answered ${answer.status}`);
    await answer.text();
  };
  const sent: Promise<void>[] = [];
  const startedMs = performance.now();
  for (let index = 0; index < RATE * seconds; index += 1) {
    await delay(Math.max(0, startedMs + (index * 1000) / RATE - performance.now()));
    sent.push(one());
  }
  await Promise.all(sent);
}
