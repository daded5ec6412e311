import { randomUUID } from "node:crypto";
import { type Fleet, startFleet } from "../faults/fleet.ts";
import type { Figure } from "./figure.ts";

const COUNTS = [1, 2, 4];
/** Below what a process admits within ten seconds. */
const REQUESTS_A_PROCESS = 400;
const LANES = 16;

/** Session starts a second with one, two and four functions processes on one storage; everything shares this machine. */
export async function measureProcesses(): Promise<Figure[]> {
  const rates: number[] = [];
  for (const count of COUNTS) {
    const fleet = await startFleet(count);
    try {
      rates.push(await rateOf(fleet, REQUESTS_A_PROCESS * count));
    } finally {
      await fleet.stop();
    }
  }
  const [one = 0] = rates;
  return COUNTS.map((count, index) => ({
    what: `POST /api/sessions, ${LANES} at once, ${count} ${count === 1 ? "process" : "processes"}`,
    unit: "requests/s",
    measured: rates[index] ?? 0,
    goal: 0,
    isLeast: true,
    baseline: { what: "one process", measured: one },
  }));
}

async function rateOf({ send, tokenOf, product }: Fleet, amount: number): Promise<number> {
  const token = await tokenOf("Ticket system");
  const model = product.surroundings.graph.devices().find(({ deviceName }) => deviceName === "PC-001");
  const { id: deviceId } = product.surroundings.graph.putDevice({ ...model, id: randomUUID() });
  const request = async () => {
    const { status, text } = await send("POST", "/api/sessions", { token, body: { deviceId }, key: randomUUID() });
    if (status !== 201) throw new Error(`A session start was answered with ${status} ${text}`);
  };
  for (let warm = 0; warm < 40; warm += 1) await request();
  const startedMs = performance.now();
  let left = amount;
  const lane = async () => {
    for (; left > 0; ) {
      left -= 1;
      await request();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return (amount / (performance.now() - startedMs)) * 1000;
}
