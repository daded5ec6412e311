import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { triggerOf } from "./bindings.ts";
import type { RegisteredFunction } from "./core.ts";
import type { BindingInfo } from "./core-api.ts";
import { sendEmpty, sendResponse, toHttpData } from "./http-message.ts";
import type { Invoke } from "./invoke.ts";
import { type AuthLevel, isAllowed, type Keys, presentedKey } from "./keys.ts";
import { compileRoute } from "./route.ts";

type HttpRoute = ReturnType<typeof compileRoute> & {
  registered: RegisteredFunction;
  methods: string[];
  level: AuthLevel;
};

/** A request that the host answers itself, without a function. True when it has. */
export type AnswerAdmin = (request: {
  method: string;
  path: string;
  key: string | undefined;
  readBody: () => Promise<Buffer | undefined>;
  outgoing: ServerResponse;
}) => Promise<boolean>;

type Options = { routes: HttpRoute[]; keys: Keys; maxBodyBytes: number; invoke: Invoke; answerAdmin: AnswerAdmin };

/** The routes of all HTTP functions, the most precise first (WebScriptHostHttpRoutesManager; ASP.NET RoutePrecedence). */
export function compileRoutes(functions: RegisteredFunction[], routePrefix: string): HttpRoute[] {
  const routes = functions.flatMap((registered) => {
    const trigger = triggerOf(registered, "httptrigger");
    return trigger ? [compileFunctionRoute(registered, trigger, routePrefix)] : [];
  });
  return routes.sort((left, right) => left.precedence.localeCompare(right.precedence));
}

function compileFunctionRoute(registered: RegisteredFunction, trigger: BindingInfo, routePrefix: string): HttpRoute {
  const { name } = registered.metadata;
  // An empty route means the function's name; the root is "/".
  const template = String(trigger.route || name);
  const methods = (Array.isArray(trigger.methods) ? trigger.methods : []).map((method) => String(method).toUpperCase());
  const level = String(trigger.authLevel ?? "function").toLowerCase() as AuthLevel;
  try {
    const route = compileRoute(routePrefix ? `${routePrefix}/${template.replace(/^\//, "")}` : template);
    return { ...route, registered, methods, level };
  } catch (cause) {
    throw new Error(`Function "${name}" has the route "${template}", which cannot be used.`, { cause });
  }
}

const KEEP_ALIVE_MS = 65_000;

/** Serves the functions on loopback. `stop` takes no new requests and resolves when those in flight have their answers. */
export async function startHttp(port: number, { routes, keys, maxBodyBytes, invoke, answerAdmin }: Options) {
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const url = requestUrl(incoming);
    const method = incoming.method ?? "GET";
    const key = presentedKey(incoming.headers, url.searchParams);
    const readBody = () => readLimited(incoming, maxBodyBytes);
    if (/^\/admin(?:\/|$)/i.test(url.pathname)) {
      const isAnswered = await answerAdmin({ method, path: url.pathname, key, readBody, outgoing });
      return isAnswered ? undefined : sendEmpty(outgoing, 404);
    }
    const found = findRoute(routes, method, url.pathname);
    if (!found) return sendEmpty(outgoing, 404);
    const { registered, level } = found.route;
    if (!isAllowed(keys, level, registered.metadata.name, key)) return sendEmpty(outgoing, 401);
    const body = await readBody();
    if (!body) return sendEmpty(outgoing, 413);
    const http = toHttpData(incoming, url, found.params, body);
    const traceParent = incoming.headers.traceparent?.toString();
    // Whatever fails in the function is in the log; the caller learns nothing of it.
    const response = await invoke(registered, { trigger: { http }, traceParent }).catch(() => undefined);
    return response ? sendResponse(outgoing, response) : sendEmpty(outgoing, 500);
  };

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => {
      if (outgoing.headersSent) outgoing.destroy();
      else sendEmpty(outgoing, incoming.complete ? 500 : 400);
    });
  });
  // Longer than any client keeps a connection, so that none is closed just as it is used again.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        // Connections that are busy now end with their answer.
        server.keepAliveTimeout = 1;
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
    cut: () => server.closeAllConnections(),
  };
}

function findRoute(routes: HttpRoute[], method: string, path: string) {
  for (const route of routes) {
    if (!route.methods.includes(method)) continue;
    const params = route.match(path);
    if (params) return { route, params };
  }
  return undefined;
}

function requestUrl(incoming: IncomingMessage): URL {
  const target = incoming.url ?? "/";
  const path = target.startsWith("/") ? target : "/";
  return URL.parse(`http://${incoming.headers.host}${path}`) ?? new URL(`http://127.0.0.1${path}`);
}

/** The whole body; undefined when it is longer than allowed. */
async function readLimited(incoming: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(incoming.headers["content-length"] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) break;
    chunks.push(chunk as Buffer);
  }
  if (size > maxBytes) {
    // The rest is read and dropped, so that the connection can end.
    incoming.resume();
    return undefined;
  }
  return Buffer.concat(chunks, size);
}
