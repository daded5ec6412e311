import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { TableClient } from "@azure/data-tables";
import { QueueServiceClient } from "@azure/storage-queue";
import type { Surroundings } from "../../infra/local/surroundings.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import { type Fleet, type Reply, startFleet } from "./fleet.ts";

/**
 * `node tests/faults/load.ts --rate 20 --seconds 60 [--processes 1]`: starts the built product, asks for sessions at a fixed
 * rate whatever is answered (open loop), on Windows PCs and phones in turn, many devices; then compares what was answered
 * with TeamViewer's sessions, Intune's notifications, the audit and the list. Fails when one is lost or doubled.
 */
const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "20" },
    seconds: { type: "string", default: "60" },
    processes: { type: "string", default: "1" },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);

/** Phones take ten notifications an hour, so as many are taken in turn that nobody gets more than eight. */
const NOTIFICATIONS_A_PHONE = 8;

type Shot = { deviceId: string; isPhone: boolean; reply: Reply; tookMs: number };

const fleet = await startFleet(Number(values.processes));
const { surroundings, processId } = fleet.product;
const before = remoteCount(surroundings);
const memoryBefore = megabytesOf(processId);
const token = await fleet.tokenOf("Ticket system");
const { shots, lateMs, memoryHalfway } = await shoot(fleet);
const memoryAfter = megabytesOf(processId);
const settledSeconds = await settle(surroundings);
const found = await reconcile(fleet, shots);
await fleet.stop();

const times = shots.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
const at = (share: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
const line = {
  asked: shots.length,
  ...found,
  p50ms: at(0.5),
  p99ms: at(0.99),
  maxMs: at(1),
  sentLateMs: Math.round(lateMs),
  settledSeconds,
  memoryMB: `${memoryBefore} -> ${memoryHalfway} -> ${memoryAfter}`,
};
process.stdout.write(`load ${rate}/s for ${seconds} s, ${values.processes} process(es): ${JSON.stringify(line)}\n`);
process.exitCode = found.lost + found.doubled === 0 ? 0 : 1;

/** One request every 1/rate seconds, whether the ones before were answered or not. */
async function shoot({ send }: Fleet) {
  const total = rate * seconds;
  const phones = devices("PHONE-ANA", Math.ceil(total / 2 / NOTIFICATIONS_A_PHONE));
  const computers = devices("PC-001", 50);
  const running: Promise<Shot>[] = [];
  const startedMs = performance.now();
  let lateMs = 0;
  let memoryHalfway = 0;
  for (let index = 0; index < total; index += 1) {
    const dueMs = startedMs + (index * 1000) / rate;
    await delay(Math.max(0, dueMs - performance.now()));
    lateMs = Math.max(lateMs, performance.now() - dueMs);
    if (index === Math.floor(total / 2)) memoryHalfway = megabytesOf(processId);
    const isPhone = index % 2 === 0;
    const of = isPhone ? phones : computers;
    const deviceId = of[(index >> 1) % of.length] ?? "";
    const sentMs = performance.now();
    const body = { deviceId, reason: "load", ticket: `LOAD-${index}` };
    const answered = send("POST", "/api/sessions", { token, body, key: randomUUID() });
    const failed = (error: unknown): Reply => ({ status: 0, text: String(error) });
    running.push(
      answered.catch(failed).then((reply) => ({ deviceId, isPhone, reply, tookMs: performance.now() - sentMs })),
    );
  }
  return { shots: await Promise.all(running), lateMs, memoryHalfway };
}

function devices(like: string, count: number): string[] {
  const { graph } = surroundings;
  const model = graph.devices().find(({ deviceName }) => deviceName === like);
  return Array.from({ length: count }, () => graph.putDevice({ ...model, id: randomUUID() }).id);
}

/** Waits until the queue is empty; answers how many seconds that took. */
async function settle({ storage }: Surroundings): Promise<number> {
  const queue = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient("notifications");
  const startedMs = performance.now();
  while (performance.now() - startedMs < 120_000) {
    if (((await queue.getProperties()).approximateMessagesCount ?? 0) === 0) break;
    await delay(200);
  }
  return Math.round((performance.now() - startedMs) / 1000);
}

/** What each journal holds for the sessions that were answered with 201, and what it holds besides. */
async function reconcile(fleet: Fleet, shots: readonly Shot[]) {
  const accepted = shots.filter(({ reply }) => reply.status === 201);
  const others = Object.fromEntries(tally(shots.filter(({ reply }) => reply.status !== 201)));
  const sessions = accepted.map(({ reply, isPhone }) => ({ ...(JSON.parse(reply.text) as SessionView), isPhone }));
  const remotes = surroundings.teamviewer.sessions();
  const remotesOf = ({ id }: SessionView) => remotes.filter(({ custom_api }) => custom_api?.includes(id)).length;
  const notifications = surroundings.graph.notifications();
  const links = notifications.map(({ body }) => /\/h\/([\w-]{22})/.exec(body)?.[1] ?? "");
  const notificationsOf = ({ id }: SessionView) => {
    // The link's token begins with the session's id.
    const start = Buffer.from(id, "hex").toString("base64url").slice(0, 21);
    return links.filter((link) => link.startsWith(start)).length;
  };
  const audited = await auditedRequests();
  const listed = await list(fleet);

  const misses = (counted: number, due: number) => ({ lost: counted < due ? 1 : 0, doubled: counted > due ? 1 : 0 });
  const checks = sessions.flatMap((session) => [
    misses(remotesOf(session), 1),
    misses(notificationsOf(session), session.isPhone ? 1 : 0),
    misses(audited.get(session.id) ?? 0, 1),
    misses(listed.get(session.id) ?? 0, 1),
  ]);
  const sum = (kind: "lost" | "doubled") => checks.reduce((total, each) => total + each[kind], 0);
  const ids = new Set(sessions.map(({ id }) => id));
  return {
    accepted: sessions.length,
    others,
    distinct: ids.size,
    teamviewer: remoteCount(surroundings) - before,
    notified: sessions.filter((session) => notificationsOf(session) === 1).length,
    phones: sessions.filter(({ isPhone }) => isPhone).length,
    audited: sessions.filter(({ id }) => audited.get(id) === 1).length,
    listed: sessions.filter(({ id }) => listed.get(id) === 1).length,
    lost: sum("lost"),
    doubled: sum("doubled") + sessions.length - ids.size + Math.max(0, remoteCount(surroundings) - before - ids.size),
  };
}

function tally(shots: readonly Shot[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { reply } of shots) {
    const name = `${reply.status} ${/"code":"([\w-]+)"/.exec(reply.text)?.[1] ?? reply.text.slice(0, 80)}`;
    found.set(name, (found.get(name) ?? 0) + 1);
  }
  return found;
}

/** Successful `session.request` outcomes by session, as the audit table holds them. */
async function auditedRequests(): Promise<Map<string, number>> {
  const { connectionString } = surroundings.storage;
  const found = new Map<string, number>();
  const month = new Date().toISOString().slice(0, 7).replace("-", "");
  const table = TableClient.fromConnectionString(connectionString, `audit${month}`, { allowInsecureConnection: true });
  for await (const { action, phase, result, sessionId } of table.listEntities<Record<string, string>>()) {
    if (action !== "session.request" || phase !== "outcome" || result !== "success" || !sessionId) continue;
    found.set(sessionId, (found.get(sessionId) ?? 0) + 1);
  }
  return found;
}

/** How often each session stands in the list, read page by page as a portal does. */
async function list({ send }: Fleet): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let page = ""; ; ) {
    const { status, text } = await send("GET", `/api/sessions?top=100${page && `&page=${page}`}`, { token });
    if (status !== 200) throw new Error(`the list answered ${status} ${text}`);
    const { value, nextPage } = JSON.parse(text) as { value: SessionView[]; nextPage?: string };
    for (const { id } of value) found.set(id, (found.get(id) ?? 0) + 1);
    if (!nextPage) return found;
    page = nextPage;
  }
}

function remoteCount({ teamviewer }: Surroundings): number {
  return teamviewer.sessions().length;
}

/** Resident megabytes (Linux; 0 elsewhere). */
function megabytesOf(processId: number): number {
  try {
    return Math.round(
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${processId}/status`, "utf8"))?.[1] ?? 0) / 1024,
    );
  } catch {
    return 0;
  }
}
