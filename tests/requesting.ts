import { randomUUID } from "node:crypto";
import { QueueServiceClient } from "@azure/storage-queue";
import type { ManagedDevice } from "../infra/local/graph/managed-device.ts";
import { type AuditEntry, auditEntrySchema } from "../lib/audit/entry.ts";
import type { SessionView } from "../lib/sessions/session.ts";
import type { Answer, AppProcess, TestApp } from "./app.ts";

type Asking = { as?: string; key?: string; process?: AppProcess };

/** A short code where it stands alone: not the same digits within an id, a time or a number. */
export const asAWord = (code: string) => new RegExp(`(?<![\\w.:-])${code}(?![\\w.:-])`);

/** What agents, users and the host do with sessions, and looks at what became of it. */
export function requesting(product: TestApp) {
  const { graph, teamviewer, storage } = product.around;
  const queueOf = (name: string) =>
    QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient(name);

  /** A device of its own, like the well-known one of that name. */
  const device = (like = "PHONE-ANA", change: Partial<ManagedDevice> = {}): ManagedDevice => {
    const model = graph.devices().find(({ deviceName }) => deviceName === like);
    if (!model) throw new Error(`No device is called ${like}`);
    return graph.putDevice({ ...model, id: randomUUID(), ...change });
  };

  const ask = async (
    body: unknown,
    { as = "Bruno Agent", key = randomUUID(), process = product.process() }: Asking = {},
  ) =>
    process.request("POST", "/api/sessions", {
      token: await product.tokenFor(as),
      body,
      headers: { "idempotency-key": key },
    });

  /** A session that was opened; on a phone of its own if no device is named. */
  const open = async (body: Record<string, unknown> = {}, asking: Asking = {}): Promise<SessionView> =>
    must(await ask({ deviceId: body.deviceId ?? device().id, ...body }, asking), 201).json<SessionView>();

  const call = async (
    method: string,
    path: string,
    { as = "Bruno Agent", key, process = product.process() }: Asking = {},
  ) =>
    process.request(method, path, {
      token: await product.tokenFor(as),
      headers: key === undefined ? {} : { "idempotency-key": key },
    });

  const look = async (id: string, asking?: Asking): Promise<SessionView> =>
    must(await call("GET", `/api/sessions/${id}`, asking), 200).json<SessionView>();

  /** TeamViewer's sessions that carry this id of ours. */
  const remotes = (id: string) => teamviewer.sessions().filter(({ custom_api }) => custom_api?.includes(id));

  /** Plays the user or the supporter at TeamViewer. */
  const atTeamViewer = async (code: string, what: "online" | "join" | "end", body: unknown = {}) => {
    const url = `${teamviewer.url}/_control/sessions/${code}/${what}`;
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`TeamViewer's ${what} answered ${answer.status}`);
  };

  const callsTo = (path: RegExp, method = "POST") =>
    teamviewer.journal.filter((entry) => entry.method === method && path.test(entry.path));

  /** Takes every visible message out of a queue; with `isPeek` leaves them. */
  const messages = async (name = "notifications"): Promise<{ message: unknown; text: string }[]> => {
    const queue = queueOf(name);
    const found: { message: unknown; text: string }[] = [];
    if (!(await queue.exists())) return found;
    for (;;) {
      const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
      if (receivedMessageItems.length === 0) return found;
      for (const { messageText, messageId, popReceipt } of receivedMessageItems) {
        const text = Buffer.from(messageText, "base64").toString();
        found.push({ message: JSON.parse(text), text });
        await queue.deleteMessage(messageId, popReceipt);
      }
    }
  };

  /** The messages of one session, taken out of the queue with all others. */
  const messagesOf = async (id: string) =>
    (await messages())
      .map(({ message }) => message as { sessionId: string })
      .filter(({ sessionId }) => sessionId === id);

  /** How many messages the queue holds, hidden ones too. */
  const queueLength = async (name = "notifications") => {
    const queue = queueOf(name);
    if (!(await queue.exists())) return 0;
    return (await queue.getProperties()).approximateMessagesCount ?? 0;
  };

  /** What stands in the audit of this month and the one before, oldest first; of a session if one is named. */
  const audited = async (sessionId?: string): Promise<AuditEntry[]> => {
    const now = product.clock.now();
    const months = [1, 0].map((back) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)));
    const names = months.map((month) => `audit${month.toISOString().slice(0, 7).replace("-", "")}`);
    const rows = (await Promise.all(names.map((name) => product.rows(name)))).flat();
    return rows
      .map(({ partitionKey, rowKey, etag, timestamp, claim, actorId, actorKind, ...rest }) =>
        auditEntrySchema.parse({ ...rest, actor: { id: actorId, kind: actorKind } }),
      )
      .filter((entry) => sessionId === undefined || entry.sessionId === sessionId)
      .sort((a, b) => b.id.localeCompare(a.id));
  };

  /** The same in short: `session.request intent`, `session.request success`. */
  const auditLines = async (sessionId?: string) =>
    (await audited(sessionId)).map(({ action, phase, result, reason }) =>
      [action, phase === "intent" ? "intent" : result, reason].filter(Boolean).join(" "),
    );

  /** What the sessions table holds about a session: its row and its markers. */
  const rowsOf = async (id: string) =>
    (await product.rows("sessions")).filter(({ rowKey }) => String(rowKey).includes(id));

  const follow = (minutes = 0, process = product.process()) => {
    product.clock.advance(minutes * 60_000);
    return process.runTimer("follow-sessions");
  };

  /** Hands every waiting message to the queue function, as the host does. */
  const deliverAll = async (process = product.process()) => {
    for (const { message } of await messages()) await process.deliver("notify", message);
  };

  const sentTo = (deviceId: string) => graph.notifications(deviceId);

  /** The path of the answer page that a notification to the device holds. */
  const linkOf = (deviceId: string): string => {
    const link = /\/h\/[\w-]+/.exec(sentTo(deviceId).at(-1)?.body ?? "")?.[0];
    if (!link) throw new Error("no notification with a link");
    return link;
  };

  return {
    device,
    ask,
    open,
    call,
    look,
    remotes,
    atTeamViewer,
    callsTo,
    messages,
    messagesOf,
    queueLength,
    audited,
    auditLines,
    rowsOf,
    follow,
    deliverAll,
    sentTo,
    linkOf,
  };
}

export function must(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer;
  throw new Error(`expected ${status}, got ${answer.status} ${answer.text}`);
}
