import type { app } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { httpRoutes, preflightRoute, queueTriggers, timers } from "./routes.ts";

type FunctionsApp = Pick<typeof app, "http" | "storageQueue" | "timer">;

/** Registers the answer to CORS preflight requests. */
export function registerPreflight(functions: Pick<FunctionsApp, "http">, app: () => App): void {
  const { name, method, route, authLevel, handler } = preflightRoute;
  functions.http(name, { methods: [method], route, authLevel, handler: handler(app) });
}

/** Registers everything that `routes.ts` lists. */
export function register(functions: FunctionsApp, app: () => App): void {
  for (const { name, method, route, authLevel, handler } of httpRoutes) {
    functions.http(name, { methods: [method], route, authLevel, handler: handler(app) });
  }
  for (const { name, queueName, connection, handler } of queueTriggers) {
    functions.storageQueue(name, { queueName, connection, handler: handler(app) });
  }
  for (const { name, schedule, handler } of timers) {
    functions.timer(name, { schedule, handler: handler(app) });
  }
}
