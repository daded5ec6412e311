import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SessionView } from "../../../lib/sessions/session.ts";
import { type Product, startProduct } from "../product.ts";
import { call, tokenOfApplication } from "./browser.ts";
import { doTheJob } from "./job.ts";
import { makeSteps } from "./steps.ts";

type Figure = { what: string; goal: string; measured: string };

const SESSIONS = 200;
const DELAY_MS = 100;
/** One of the demo devices that has no notification limit to run into: a Windows PC; and a phone that has. */
const PC = "d0000000-0000-4000-8000-000000000002";
const PHONE = "d0000000-0000-4000-8000-000000000001";

/** Measures the product in a directory of its own; the figures of `npm run demo -- --figures`. */
export async function measure(directory: string): Promise<Figure[]> {
  const start = async (isFresh: boolean) => {
    const startedMs = performance.now();
    const product = await startProduct({ port: 0, dataDirectory: directory, isFresh, onOutput: () => {} });
    return { product, seconds: (performance.now() - startedMs) / 1000 };
  };
  const first = await start(true);
  await first.product.stop();
  const { product, seconds } = await start(false);
  try {
    const { master } = JSON.parse(readFileSync(join(directory, "host/keys.json"), "utf8")) as { master: string };
    await doTheJob(
      makeSteps(() => {}),
      product.addresses,
      master,
    );
    const token = await tokenOfApplication(product.addresses, "Ticket system");
    const request = (deviceId: string) => {
      const asked = { method: "POST", body: { deviceId, reason: "figures" }, key: randomUUID() };
      return call<SessionView>(`${product.addresses.app}/api/sessions`, token, 201, asked);
    };

    await request(PHONE);
    const calls = await callsOf(product, () => request(PHONE));
    const plainMs = await medianMs(20, () => request(PC));
    await Promise.all(Array.from({ length: SESSIONS }, () => request(PC)));
    const megabytes = memoryOf(product.processId);
    slowDown(product, DELAY_MS);
    const slowMs = await medianMs(5, () => request(PC));
    slowDown(product, 0);

    const depth = ((slowMs - plainMs) / DELAY_MS).toFixed(1);
    return [
      { what: "first start", goal: "<= 20 s", measured: `${first.seconds.toFixed(1)} s` },
      { what: "next start", goal: "<= 6 s", measured: `${seconds.toFixed(1)} s` },
      { what: `functions process after ${SESSIONS} sessions`, goal: "< 200 MB", measured: `${megabytes} MB` },
      { what: "POST /api/sessions: calls one after another", goal: "<= 4", measured: depth },
      { what: "POST /api/sessions: median", goal: "", measured: `${plainMs.toFixed(0)} ms` },
      ...Object.entries(calls).map(([name, { count, goal }]) => ({
        what: `POST /api/sessions: ${name} calls`,
        goal: `<= ${goal}`,
        measured: String(count),
      })),
    ];
  } finally {
    await product.stop();
  }
}

/** What a steady-state request asks of each dependency before it is answered. */
async function callsOf({ surroundings }: Product, request: () => Promise<unknown>) {
  const { vault, graph, teamviewer, storage } = surroundings;
  for (const { journal } of [vault, graph, teamviewer]) journal.splice(0);
  storage.journal.calls.splice(0);
  await request();
  const stored = [...storage.journal.calls];
  // The host reads its queues all the time: what puts a message in is the request's.
  const queued = stored.filter(
    ({ service, method, path }) => service === "queue" && method === "POST" && path.endsWith("/messages"),
  );
  return {
    "Key Vault": { count: vault.journal.length, goal: 0 },
    Graph: { count: graph.journal.length, goal: 1 },
    TeamViewer: { count: teamviewer.journal.length, goal: 1 },
    queue: { count: queued.length, goal: 1 },
    table: { count: stored.filter(({ service }) => service === "table").length, goal: 6 },
  };
}

function slowDown({ surroundings }: Product, delayMs: number) {
  const { vault, graph, teamviewer, storage } = surroundings;
  storage.journal.delayMs = delayMs;
  for (const standIn of [vault, graph, teamviewer]) {
    standIn.clearFaults();
    if (delayMs > 0) standIn.addFault({ times: 0, delayMs });
  }
}

async function medianMs(times: number, work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const startedMs = performance.now();
    await work();
    taken.push(performance.now() - startedMs);
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
}

/** Resident megabytes of a process (Linux: /proc; 0 elsewhere). */
function memoryOf(processId: number): number {
  try {
    const status = readFileSync(`/proc/${processId}/status`, "utf8");
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

export function tableOfFigures(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ what }) => what.length));
  return figures
    .map(({ what, goal, measured }) => `  ${what.padEnd(width)}  ${measured.padStart(8)}  ${goal}`.trimEnd())
    .join("\n");
}
