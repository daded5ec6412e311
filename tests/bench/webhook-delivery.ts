import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { QueueServiceClient } from "@azure/storage-queue";
import { type Fleet, startFleet } from "../faults/fleet.ts";
import { startReceiver } from "../receiver.ts";
import { type Figure, quantile } from "./figure.ts";

const SESSIONS = 500;
const SESSIONS_A_SECOND = 2;
const HEALTHY = 18;
const SLOW_MS = 10_000;
const DRAIN_SECONDS = 60;
const GOAL_MS = 2_000;
const GOAL_CALLS = 3;

type Arrivals = Map<string, number>;

/**
 * 1,000 events (a session is requested, then closed) to 20 endpoints of one process: 18 take them at once, one takes ten
 * seconds, one is dead. The baseline is the same events to one endpoint alone.
 */
export async function measureWebhookDelivery(): Promise<Figure[]> {
  const alone = await play({ healthy: 1, sessions: 40, withTrouble: false });
  const all = await play({ healthy: HEALTHY, sessions: SESSIONS, withTrouble: true });
  const what = `webhooks, ${SESSIONS * 2} events to ${HEALTHY + 2} endpoints, one dead, one slow`;
  return [
    ...[0.5, 0.95].map((part) => ({
      what: `${what}: until a healthy one has it, p${part * 100}`,
      unit: "ms" as const,
      measured: quantile(all.tookMs, part),
      goal: GOAL_MS,
      baseline: { what: "one endpoint alone", measured: quantile(alone.tookMs, part) },
    })),
    { what: "the same: events that a healthy one lacks", unit: "events", measured: all.missing, goal: 0 },
    {
      what: "the same: storage calls an attempt to deliver",
      unit: "calls",
      measured: all.callsPerAttempt,
      goal: GOAL_CALLS,
    },
  ];
}

async function play({ healthy, sessions, withTrouble }: { healthy: number; sessions: number; withTrouble: boolean }) {
  const fleet = await startFleet(1);
  const servers: Server[] = [];
  const slow = await startReceiver();
  try {
    const ada = await fleet.tokenOf("Ada Administrator");
    const arrivals: Arrivals[] = [];
    const tookMs: number[] = [];
    for (let index = 0; index < healthy; index += 1) {
      const seen: Arrivals = new Map();
      arrivals.push(seen);
      await register(fleet, ada, await taking(servers, seen, tookMs));
    }
    if (withTrouble) {
      slow.answer((_received, response) => void setTimeout(() => response.writeHead(204).end(), SLOW_MS));
      await register(fleet, ada, slow.url);
      const dead = await startReceiver();
      await register(fleet, ada, dead.url);
      await dead.close();
    }
    tookMs.splice(0);
    for (const seen of arrivals) seen.clear();
    const { journal, connectionString } = fleet.product.surroundings.storage;
    const queue = QueueServiceClient.fromConnectionString(connectionString).getQueueClient("webhooks");
    journal.calls.splice(0);
    let [calls, attempts] = [0, 0];
    const counting = setInterval(() => {
      const made = journal.calls.splice(0).filter(isOfWebhooks);
      calls += made.length;
      attempts += made.filter(({ service, method }) => service === "table" && method === "POST").length;
    }, 1_000);

    await makeEvents(fleet, sessions);
    const wanted = sessions * 2;
    for (let second = 0; second < DRAIN_SECONDS && arrivals.some(({ size }) => size < wanted); second += 1)
      await delay(1_000);
    clearInterval(counting);
    // What still waits brings attempts that are yet to come.
    const { approximateMessagesCount: waiting = 0 } = await queue.getProperties();
    const missing = arrivals.reduce((sum, { size }) => sum + Math.max(0, wanted - size), 0);
    return { tookMs, missing, callsPerAttempt: (calls - waiting) / (attempts || 1) };
  } finally {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await slow.close();
    await fleet.stop();
  }
}

/** What an attempt costs of storage: its row, and the message that brings it. The host's own reading of queues is not ours. */
const isOfWebhooks = ({ service, method, path }: { service: string; method: string; path: string }) =>
  service === "table"
    ? /\/deliveries/.test(path)
    : service === "queue" && method === "POST" && /\/webhooks\/messages$/.test(path);

/** A receiver that takes everything at once and notes how long after its event each delivery came. */
async function taking(servers: Server[], seen: Arrivals, tookMs: number[]): Promise<string> {
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    if (incoming.method === "OPTIONS") return void response.writeHead(200, { "webhook-allowed-origin": "*" }).end();
    const { id, time } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string; time: string };
    if (!seen.has(id)) tookMs.push(Date.now() - Date.parse(time));
    seen.set(id, Date.now());
    response.writeHead(204).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}/in`;
}

async function register({ send }: Fleet, token: string, url: string): Promise<void> {
  const body = { url, events: ["session.requested", "session.closed"] };
  const { status, text } = await send("POST", "/api/webhooks", { token, body });
  if (status !== 201 || !text.includes('"active"')) throw new Error(`the endpoint was not taken: ${status} ${text}`);
}

/** Sessions at a fixed rate, each closed as soon as it stands. */
async function makeEvents({ send, tokenOf, product }: Fleet, sessions: number): Promise<void> {
  const token = await tokenOf("Ticket system");
  const model = product.surroundings.graph.devices().find(({ deviceName }) => deviceName === "PC-001");
  const { id: deviceId } = product.surroundings.graph.putDevice({ ...model, id: randomUUID() });
  const one = async () => {
    const body = { deviceId, notify: false };
    const { status, text } = await send("POST", "/api/sessions", { token, body, key: randomUUID() });
    if (status !== 201) throw new Error(`no session: ${status} ${text}`);
    const { id } = JSON.parse(text) as { id: string };
    await send("POST", `/api/sessions/${id}/close`, { token });
  };
  const running: Promise<void>[] = [];
  for (let index = 0; index < sessions; index += 1) {
    running.push(one());
    await delay(1_000 / SESSIONS_A_SECOND);
  }
  await Promise.all(running);
}
