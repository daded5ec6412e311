import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Fault, faultBook } from "./faults.ts";

/** What a stand-in's route sees of a request. `path` keeps its percent-encoding, `params` are decoded. */
export type StandInRequest = {
  method: string;
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
};

/** What a route answers; `json` wins over `body`. */
export type StandInAnswer = {
  status: number;
  headers?: Record<string, string | string[]>;
  json?: unknown;
  body?: string;
};

/** `path` segments that start with a colon are parameters: `/:tenant/oauth2/v2.0/token`. Matching ignores case. */
export type StandInRoute = {
  method: string;
  path: string;
  answer: (request: StandInRequest) => StandInAnswer | Promise<StandInAnswer>;
};

/** One line of a journal: what was asked and what was answered (status 0: the connection was cut or left hanging). */
export type JournalEntry = {
  at: string;
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
  status: number;
  fault?: string;
};

/** A running stand-in. */
export type StandIn = {
  name: string;
  url: string;
  journal: JournalEntry[];
  addFault: (fault: Fault) => string;
  clearFaults: () => void;
  close: () => Promise<void>;
};

type Options = {
  name: string;
  port: number;
  routes: StandInRoute[];
  tls?: { key: string; cert: string };
  notFound?: (request: StandInRequest) => StandInAnswer;
};

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_JOURNAL_ENTRIES = 10_000;

/**
 * Starts a real HTTP(S) server on loopback that answers `routes`, keeps a journal and can be made to fail:
 * `GET|DELETE /_control/journal`, `GET|POST|DELETE /_control/faults` (see `faults.ts` for a fault's shape).
 */
export async function startStandIn({ name, port, routes, tls, notFound }: Options): Promise<StandIn> {
  const journal: JournalEntry[] = [];
  const faults = faultBook();
  const match = matcher([...routes, ...controlRoutes(journal, faults)]);

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const request = await readRequest(incoming);
    const found = match(request);
    const isControl = request.path.startsWith("/_control/");
    const fault = isControl ? undefined : faults.take(request);
    const answerNormally = async (): Promise<StandInAnswer> => {
      if (found) return found.answer({ ...request, params: found.params });
      return (
        notFound?.(request) ?? {
          status: 404,
          json: { error: { code: "NotFound", message: `${name} has no ${request.path}` } },
        }
      );
    };

    if (fault?.delayMs) await delay(fault.delayMs);
    const isLost = fault?.behaviour === "hang" || fault?.behaviour === "reset";
    const answer = isLost ? { status: 0 } : fault?.status ? faultAnswer(fault) : await answerNormally();
    const isCut = isLost || fault?.behaviour === "reset-after";
    if (!isControl) record(journal, request, isCut ? 0 : answer.status, fault);
    if (fault?.behaviour === "hang") return;
    if (isCut) return void incoming.socket.destroy();
    send(outgoing, answer);
  };
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent || outgoing.destroyed) return;
      send(outgoing, { status: 500, json: { error: { code: "StandInFailed", message: `${name}: ${String(error)}` } } });
    });
  };

  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener);
  // Longer than any client keeps a connection, so that none is closed just as it is used again.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    name,
    url: `${tls ? "https" : "http"}://127.0.0.1:${bound}`,
    journal,
    addFault: faults.add,
    clearFaults: faults.clear,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<StandInRequest> {
  const url = new URL(incoming.url ?? "/", "http://stand-in");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) throw new Error("request body over 1 MiB");
    chunks.push(chunk as Buffer);
  }
  const body = Buffer.concat(chunks).toString("utf8");
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    params: {},
    query: url.searchParams,
    headers: incoming.headers,
    body,
  };
}

function matcher(routes: StandInRoute[]) {
  const compiled = routes.map((route) => ({
    route,
    names: [...route.path.matchAll(/:(\w+)/g)].map((found) => found[1] ?? ""),
    pattern: new RegExp(`^${route.path.replace(/[.()]/g, "\\$&").replace(/:\w+/g, "([^/]+)")}/?$`, "i"),
  }));
  return (request: StandInRequest) => {
    for (const { route, names, pattern } of compiled) {
      if (route.method !== request.method) continue;
      const values = pattern.exec(request.path);
      if (!values) continue;
      const params = Object.fromEntries(
        names.map((name, index) => [name, decodeURIComponent(values[index + 1] ?? "")]),
      );
      return { answer: route.answer, params };
    }
    return undefined;
  };
}

function controlRoutes(journal: JournalEntry[], faults: ReturnType<typeof faultBook>): StandInRoute[] {
  return [
    { method: "GET", path: "/_control/journal", answer: () => ({ status: 200, json: journal }) },
    { method: "DELETE", path: "/_control/journal", answer: () => forget(() => journal.splice(0)) },
    { method: "GET", path: "/_control/faults", answer: () => ({ status: 200, json: faults.list() }) },
    {
      method: "POST",
      path: "/_control/faults",
      answer: ({ body }) => ({ status: 201, json: { id: faults.add(JSON.parse(body) as Fault) } }),
    },
    { method: "DELETE", path: "/_control/faults", answer: () => forget(faults.clear) },
  ];
}

function forget(clear: () => unknown): StandInAnswer {
  clear();
  return { status: 204 };
}

function record(
  journal: JournalEntry[],
  request: StandInRequest,
  status: number,
  fault: (Fault & { id: string }) | undefined,
) {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const { method, path, query, body } = request;
  const entry = { at: new Date().toISOString(), method, path, query: Object.fromEntries(query), headers, body, status };
  journal.push(fault ? { ...entry, fault: fault.id } : entry);
  if (journal.length > MAX_JOURNAL_ENTRIES) journal.shift();
}

function faultAnswer(fault: Fault): StandInAnswer {
  const headers = { "content-type": "application/json", ...fault.headers };
  return {
    status: fault.status ?? 500,
    headers,
    body: typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body ?? {}),
  };
}

function send(outgoing: ServerResponse, answer: StandInAnswer) {
  const isJson = answer.json !== undefined;
  const body = isJson ? JSON.stringify(answer.json) : (answer.body ?? "");
  const headers = { ...(isJson ? { "content-type": "application/json" } : {}), ...answer.headers };
  outgoing.writeHead(answer.status, { ...headers, "content-length": Buffer.byteLength(body) });
  outgoing.end(body);
}
