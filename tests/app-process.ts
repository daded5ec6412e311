import { randomUUID } from "node:crypto";
import { HttpRequest, HttpResponse, type HttpResponseInit, InvocationContext, type Timer } from "@azure/functions";
import { httpRoutes, queueTriggers, timers } from "../functions/routes.ts";
import { compileRoute } from "../infra/local/host/route.ts";
import type { App } from "../lib/app.ts";
import { expectDocumented } from "./documented.ts";

export const APP_URL = "http://127.0.0.1:7071";

type Asking = { token?: string | undefined; body?: unknown; headers?: Record<string, string> };

/** A function's answer, read to its end. `json` fails when the body is not JSON. */
export type Answer = {
  status: number;
  headers: Headers;
  cookies: HttpResponse["cookies"];
  text: string;
  json: <T = Record<string, unknown>>() => T;
};

/** One process of the product: its own memory, the storage and services of all. */
export type AppProcess = {
  app: App;
  /** Runs the function registered for `method` and `path` (with its query). An object as `body` travels as JSON, a text as it is. */
  request: (method: string, path: string, asking?: Asking) => Promise<Answer>;
  runTimer: (name: string) => Promise<void>;
  /** Hands a message to the function of a queue trigger, as the host does. */
  deliver: (name: string, message: unknown) => Promise<void>;
};

const timer: Timer = {
  isPastDue: false,
  schedule: { adjustForDST: false },
  scheduleStatus: { last: "", next: "", lastUpdated: "" },
};
const routes = httpRoutes
  .map((route) => ({ ...route, compiled: compileRoute(route.route) }))
  .sort((a, b) => a.compiled.precedence.localeCompare(b.compiled.precedence));

/** The product's functions over `app`, as the host calls them. Each line they log goes to `onLog`. */
export function processOf(app: App, onLog: (line: string) => void): AppProcess {
  const contextOf = (functionName: string) =>
    new InvocationContext({
      invocationId: randomUUID(),
      functionName,
      logHandler: (level, ...args) => onLog(`${level} ${args.map(String).join(" ")}`),
    });
  return {
    app,
    async request(method, path, { token, body, headers = {} } = {}) {
      const url = new URL(path, APP_URL);
      const found = routes
        .filter((route) => route.method === method)
        .map((route) => ({ route, params: route.compiled.match(url.pathname) }))
        .find(({ params }) => params);
      if (!found?.params) throw new Error(`No function is registered for ${method} ${url.pathname}`);
      const sentBody = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const request = new HttpRequest({
        method,
        url: url.href,
        params: found.params,
        query: Object.fromEntries(url.searchParams),
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body !== undefined && typeof body !== "string" ? { "content-type": "application/json" } : {}),
          ...headers,
        },
        ...(sentBody === undefined ? {} : { body: { string: sentBody } }),
      });
      const sent = { url, params: found.params, headers: new Headers([...request.headers]), body: sentBody };
      const answer = await read(await found.route.handler(() => app)(request, contextOf(found.route.name)));
      expectDocumented({ name: found.route.name, ...sent, answer });
      return answer;
    },
    async runTimer(name) {
      await named(timers, name).handler(() => app)(timer, contextOf(name));
    },
    async deliver(name, message) {
      await named(queueTriggers, name).handler(() => app)(message, contextOf(name));
    },
  };
}

async function read(init: HttpResponseInit | HttpResponse | undefined): Promise<Answer> {
  const response = init instanceof HttpResponse ? init : new HttpResponse(init);
  const text = await response.text();
  const { status, headers, cookies } = response;
  return { status, headers, cookies, text, json: <T>() => JSON.parse(text) as T };
}

function named<T extends { name: string }>(registered: readonly T[], name: string): T {
  const found = registered.find((each) => each.name === name);
  if (!found) throw new Error(`No function is called ${name}`);
  return found;
}
