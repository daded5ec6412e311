import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import autocannon from "autocannon";
import { startBaselineApp } from "./baseline-app.ts";
import { type Figure, quantile } from "./figure.ts";
import { startMeasuredProduct } from "./measured-product.ts";
import { cpuMsOf } from "./process-figures.ts";

/** Below what a process admits within ten seconds (600 session starts), after which it would refuse. */
const REQUESTS = 400;
const WINDOW_MS = 10_500;
const ROUNDS = 5;
/** Until code is compiled that runs often: each round computes less than the one before. */
const WARM_UP_ROUNDS = 3;
const CONNECTIONS = 16;
const LEAST_RATE = 0.7;
const MOST_CPU = 1.5;

type Load = { url: string; processId: number; headers: Record<string, string>; body: string };
type Run = { perSecond: number; cpuMs: number };

/**
 * POST /api/sessions against functions that make the same calls and nothing else, by `fetch` and by the libraries that the
 * product uses, in a host and process of their own; in turn, so that a slow moment of the machine meets all. The services
 * around them answer at once.
 */
export async function measureThroughput(rounds = ROUNDS): Promise<Figure[]> {
  const measured = await startMeasuredProduct({ isQuiet: true });
  const raw = await startBaselineApp(measured.product);
  try {
    const body = JSON.stringify({ deviceId: measured.newDevice("PC-001"), reason: "bench" });
    const json = { "content-type": "application/json" };
    const authorized = { ...json, authorization: `Bearer ${measured.token}` };
    const { processId } = measured.product;
    const loadOf = (kind: string): Load => ({
      url: `${raw.url}/${kind}/sessions`,
      processId: raw.processId,
      headers: json,
      body,
    });
    const loads = {
      raw: loadOf("raw"),
      libraries: loadOf("libraries"),
      app: { url: `${measured.app}/api/sessions`, processId, headers: authorized, body },
    };
    const kinds = Object.keys(loads) as (keyof typeof loads)[];
    const runs: Record<keyof typeof loads, Run[]> = { raw: [], libraries: [], app: [] };
    for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
      for (const kind of kinds) {
        const run = await shoot(loads[kind], REQUESTS);
        if (round >= 0) runs[kind].push(run);
      }
      await delay(WINDOW_MS);
    }
    const median = (kind: keyof typeof loads, name: keyof Run) =>
      quantile(
        runs[kind].map((run) => run[name]),
        0.5,
      );
    const byFetch = (name: keyof Run) => ({ what: "the same calls, by fetch alone", measured: median("raw", name) });
    const byLibraries = (name: keyof Run) => ({
      what: "the same calls, by the same libraries",
      measured: median("libraries", name),
    });
    const rate = {
      what: `POST /api/sessions, ${CONNECTIONS} at once, p50 of ${rounds} rounds`,
      unit: "requests/s",
      measured: median("app", "perSecond"),
      isLeast: true,
    } as const;
    const cpu = {
      what: "the same: CPU of the process a request",
      unit: "ms",
      measured: median("app", "cpuMs"),
    } as const;
    return [
      { ...rate, goal: Math.round(LEAST_RATE * median("raw", "perSecond") * 10) / 10, baseline: byFetch("perSecond") },
      { ...rate, goal: Number.NEGATIVE_INFINITY, baseline: byLibraries("perSecond") },
      { ...cpu, goal: Math.round(MOST_CPU * median("raw", "cpuMs") * 100) / 100, baseline: byFetch("cpuMs") },
      { ...cpu, goal: Number.POSITIVE_INFINITY, baseline: byLibraries("cpuMs") },
    ];
  } finally {
    await raw.stop();
    await measured.stop();
  }
}

/** So many requests as fast as they are answered, each with a key of its own. */
async function shoot({ url, processId, headers, body }: Load, amount: number): Promise<Run> {
  const cpuBefore = cpuMsOf(processId);
  const setupRequest = (request: autocannon.Request) => ({
    ...request,
    headers: { ...request.headers, "idempotency-key": randomUUID() },
  });
  const startedMs = performance.now();
  // It ends at a whole second; the last answer tells the time.
  let tookMs = 0;
  const running = autocannon({
    url,
    method: "POST",
    headers,
    body,
    amount,
    connections: CONNECTIONS,
    requests: [{ setupRequest }],
  });
  running.on("response", () => {
    tookMs = performance.now() - startedMs;
  });
  const result = await running;
  if (result["2xx"] !== amount) throw new Error(`${url} answered ${JSON.stringify(result.statusCodeStats)}`);
  return { perSecond: (amount / tookMs) * 1000, cpuMs: (cpuMsOf(processId) - cpuBefore) / amount };
}
