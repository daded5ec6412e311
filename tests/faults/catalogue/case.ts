import { randomUUID } from "node:crypto";
import type { Answer, AppProcess, TestApp } from "../../app.ts";
import { connecting } from "../../connect.ts";
import { requesting } from "../../requesting.ts";
import { type StorageProxy, startStorageProxy } from "../../storage-proxy.ts";
import { type Front, type Misbehaviour, startFront } from "../front.ts";

/** One fault and what must come of it. `run` fails when it does not, and tells what it saw. */
export type Case = {
  number: string;
  fault: string;
  expected: string;
  /** Where the design says something else than the catalogue, or says nothing. */
  note?: string;
  /** Needs storage, clock and connection for itself. */
  isAlone?: boolean;
  /** Mostly waits for deadlines: runs beside the others, which share its connection. */
  isWaiting?: boolean;
  run: (stage: Stage) => Promise<string>;
};

/** What a case has to work with. */
export type Stage = {
  product: TestApp;
  agent: ReturnType<typeof requesting>;
  admin: ReturnType<typeof connecting>;
  front: (service: "teamviewer" | "graph" | "entra", misbehave?: Misbehaviour) => Promise<Front>;
  storage: () => Promise<StorageProxy>;
  /** A process that sees TeamViewer misbehave. */
  facingTeamViewer: (misbehave: Misbehaviour) => Promise<{ process: AppProcess; front: Front }>;
  facingGraph: (misbehave: Misbehaviour) => Promise<{ process: AppProcess; front: Front }>;
  facingStorage: () => Promise<{ process: AppProcess; proxy: StorageProxy }>;
  close: () => Promise<void>;
};

export function makeStage(product: TestApp): Stage {
  const opened: { close: () => Promise<void> }[] = [];
  const keep = <T extends { close: () => Promise<void> }>(started: T): T => {
    opened.push(started);
    return started;
  };
  const front: Stage["front"] = async (service, misbehave) =>
    keep(await startFront(product.around[service].url, misbehave));
  const storage = async () => keep(await startStorageProxy(product.around.storage));
  return {
    product,
    agent: requesting(product),
    admin: connecting(product),
    front,
    storage,
    async facingTeamViewer(misbehave) {
      const started = await front("teamviewer", misbehave);
      return { front: started, process: product.newProcess({ TEAMVIEWER_API_URL: started.url }) };
    },
    async facingGraph(misbehave) {
      const started = await front("graph", misbehave);
      return { front: started, process: product.newProcess({ GRAPH_URL: started.url }) };
    },
    async facingStorage() {
      const proxy = await storage();
      return { proxy, process: product.newProcess({ AzureWebJobsStorage: proxy.connectionString }) };
    },
    async close() {
      await Promise.all(opened.map((each) => each.close()));
    },
  };
}

/** `201`, or status and code of a problem: `503 upstream-unavailable`. */
export function inShort(answer: Answer): string {
  if (answer.status < 400) return String(answer.status);
  return `${answer.status} ${answer.json<{ code: string }>().code}`;
}

/** An answer, in short, and how long it took. */
export async function timed(asked: Promise<Answer>): Promise<{ answer: Answer; seen: string; ms: number }> {
  const startedMs = performance.now();
  const answer = await asked;
  return { answer, seen: inShort(answer), ms: performance.now() - startedMs };
}

/** A request for a session on a device of its own, that can be asked again with the same key, also of other processes. */
export function requestOf({ agent }: Stage, body: Record<string, unknown> = {}) {
  const key = randomUUID();
  const deviceId = body.deviceId ?? agent.device().id;
  const ask = (process?: AppProcess) => agent.ask({ deviceId, ...body }, { key, ...(process ? { process } : {}) });
  return { deviceId: String(deviceId), key, ask };
}

/** The session of an answer with 201. */
export const sessionOf = (answer: Answer) =>
  answer.json<{ id: string; expiresAt: string; supporterUrl?: string; notification: { state: string } }>();

/** The queue message of a session's first notification. */
export const messageOf = ({ id, expiresAt }: { id: string; expiresAt: string }) => ({
  v: 1,
  sessionId: id,
  number: 1,
  attempt: 1,
  notAfter: expiresAt,
});
