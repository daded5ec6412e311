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
const CONNECTIONS = 16;
const LEAST_RATE = 0.7;
const MOST_CPU = 1.5;

type Load = { url: string; processId: number; headers: Record<string, string>; body: string };
type Run = { perSecond: number; cpuMs: number };

/**
 * POST /api/sessions against a function that makes the same calls and nothing else, each in a host and process of its own,
 * in turn, so that a slow moment of the machine meets both. The services around them answer at once.
 */
export async function measureThroughput(rounds = ROUNDS): Promise<Figure[]> {
  const measured = await startMeasuredProduct({ isQuiet: true });
  const raw = await startBaselineApp(measured.product);
  try {
    const body = JSON.stringify({ deviceId: measured.newDevice("PC-001"), reason: "bench" });
    const json = { "content-type": "application/json" };
    const authorized = { ...json, authorization: `Bearer ${measured.token}` };
    const { processId } = measured.product;
    const app: Load = { url: `${measured.app}/api/sessions`, processId, headers: authorized, body };
    const calls: Load = { url: `${raw.url}/raw/sessions`, processId: raw.processId, headers: json, body };
    for (const load of [app, calls]) await shoot(load, 100);
    const runs: { app: Run[]; calls: Run[] } = { app: [], calls: [] };
    for (let round = 0; round < rounds; round += 1) {
      await delay(WINDOW_MS);
      runs.calls.push(await shoot(calls, REQUESTS));
      runs.app.push(await shoot(app, REQUESTS));
    }
    const median = (of: readonly Run[], name: keyof Run) =>
      quantile(
        of.map((run) => run[name]),
        0.5,
      );
    const rate = median(runs.calls, "perSecond");
    const cpuMs = median(runs.calls, "cpuMs");
    const baseline = (value: number) => ({ what: "the same calls and nothing else", measured: value });
    return [
      {
        what: `POST /api/sessions, ${CONNECTIONS} at once, p50 of ${rounds} rounds`,
        unit: "requests/s",
        measured: median(runs.app, "perSecond"),
        goal: Math.round(LEAST_RATE * rate * 10) / 10,
        isLeast: true,
        baseline: baseline(rate),
      },
      {
        what: "the same: CPU of the process a request",
        unit: "ms",
        measured: median(runs.app, "cpuMs"),
        goal: Math.round(MOST_CPU * cpuMs * 100) / 100,
        baseline: baseline(cpuMs),
      },
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
  const result = await autocannon({
    url,
    method: "POST",
    headers,
    body,
    amount,
    connections: CONNECTIONS,
    requests: [{ setupRequest }],
  });
  const tookMs = performance.now() - startedMs;
  if (result["2xx"] !== amount) throw new Error(`${url} answered ${JSON.stringify(result.statusCodeStats)}`);
  return { perSecond: (amount / tookMs) * 1000, cpuMs: (cpuMsOf(processId) - cpuBefore) / amount };
}
