import { setTimeout as delay } from "node:timers/promises";
import { TableClient } from "@azure/data-tables";
import { QueueServiceClient } from "@azure/storage-queue";
import type { Surroundings } from "../../../infra/local/surroundings.ts";
import type { SessionView } from "../../../lib/sessions/session.ts";
import type { Fleet } from "../fleet.ts";
import type { Shot } from "./shooting.ts";

/** Letters of an answer link's token that come from the session's id alone: 126 of its 128 bits. */
const TOKEN_START = 21;
const MOST_SETTLING_MS = 120_000;

/** Waits until the queue is empty; answers how many seconds that took. */
export async function settle({ storage }: Surroundings): Promise<number> {
  const queue = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient("notifications");
  const startedMs = performance.now();
  while (performance.now() - startedMs < MOST_SETTLING_MS) {
    if (((await queue.getProperties()).approximateMessagesCount ?? 0) === 0) break;
    await delay(200);
  }
  return Math.round((performance.now() - startedMs) / 1000);
}

/**
 * Compares the sessions that were answered with 201 with what TeamViewer, Intune, the audit and the list hold of them.
 * `others`: TeamViewer's open sessions that nobody got an answer about, which only a request that was never repeated may leave.
 */
export async function reconcile(fleet: Fleet, shots: readonly Shot[], knownBefore: ReadonlySet<string>) {
  const { teamviewer, graph } = fleet.product.surroundings;
  const accepted = shots.filter(({ reply }) => reply.status === 201);
  const sessions = accepted.map(({ reply, isPhone }) => ({ ...(JSON.parse(reply.text) as SessionView), isPhone }));
  const remotes = counted(teamviewer.sessions(), ({ custom_api }) => /[0-9a-f]{32}/.exec(custom_api ?? "")?.[0]);
  const links = counted(graph.notifications(), ({ body }) => /\/h\/([\w-]{22})/.exec(body)?.[1]?.slice(0, TOKEN_START));
  const audited = await auditedRequests(fleet.product.surroundings);
  const listed = await list(fleet);

  const tokenStartOf = (id: string) => Buffer.from(id, "hex").toString("base64url").slice(0, TOKEN_START);
  const rows = sessions.map(({ id, isPhone }) => ({
    id,
    teamviewer: remotes.get(id) ?? 0,
    notified: (links.get(tokenStartOf(id)) ?? 0) + (isPhone ? 0 : 1),
    audited: audited.get(id) ?? 0,
    listed: listed.get(id) ?? 0,
  }));
  const counts = rows.flatMap((row) => [row.teamviewer, row.notified, row.audited, row.listed]);
  const ids = new Set(sessions.map(({ id }) => id));
  return {
    accepted: sessions.length,
    teamviewer: rows.filter((row) => row.teamviewer === 1).length,
    notified: sessions.filter(({ id, isPhone }) => isPhone && links.get(tokenStartOf(id)) === 1).length,
    phones: sessions.filter(({ isPhone }) => isPhone).length,
    audited: rows.filter((row) => row.audited === 1).length,
    listed: rows.filter((row) => row.listed === 1).length,
    others: [...remotes.keys()].filter((id) => !ids.has(id) && !knownBefore.has(id)).length,
    lost: counts.filter((count) => count < 1).length,
    doubled: counts.filter((count) => count > 1).length + sessions.length - ids.size,
  };
}

/** Our ids of the sessions that TeamViewer has. */
export const remoteIds = ({ teamviewer }: Surroundings): Set<string> =>
  new Set(teamviewer.sessions().flatMap(({ custom_api }) => /[0-9a-f]{32}/.exec(custom_api ?? "") ?? []));

function counted<T>(items: readonly T[], nameOf: (item: T) => string | undefined): Map<string, number> {
  const found = new Map<string, number>();
  for (const item of items) {
    const name = nameOf(item);
    if (name) found.set(name, (found.get(name) ?? 0) + 1);
  }
  return found;
}

/** Successful `session.request` outcomes by session, as the audit table holds them. */
async function auditedRequests({ storage }: Surroundings): Promise<Map<string, number>> {
  const month = new Date().toISOString().slice(0, 7).replace("-", "");
  const options = { allowInsecureConnection: true };
  const table = TableClient.fromConnectionString(storage.connectionString, `audit${month}`, options);
  const rows: Record<string, string>[] = [];
  for await (const row of table.listEntities<Record<string, string>>()) rows.push(row);
  return counted(rows, ({ action, phase, result, sessionId }) =>
    action === "session.request" && phase === "outcome" && result === "success" ? sessionId : undefined,
  );
}

/** How often each session stands in the list, read page by page as a portal does. */
async function list({ send, tokenOf }: Fleet): Promise<Map<string, number>> {
  const token = await tokenOf("Ticket system");
  const ids: string[] = [];
  for (let page = ""; ; ) {
    const { status, text } = await send("GET", `/api/sessions?top=100${page && `&page=${page}`}`, { token });
    if (status !== 200) throw new Error(`the list answered ${status} ${text}`);
    const { value, nextPage } = JSON.parse(text) as { value: SessionView[]; nextPage?: string };
    ids.push(...value.map(({ id }) => id));
    if (!nextPage) return counted(ids, (id) => id);
    page = nextPage;
  }
}
