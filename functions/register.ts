import type { app } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { httpRoutes, preflightRoute, queueTriggers, timers } from "./routes.ts";

type FunctionsApp = Pick<typeof app, "http" | "storageQueue" | "timer">;

/** Registers the answer to CORS preflight requests. */
export function registerPreflight(functions: Pick<FunctionsApp, "http">, app: () => Promise<App>): void {
  const { name, method, route, authLevel, handler } = preflightRoute;
  functions.http(name, { methods: [method], route, authLevel, handler: waitingFor(app, handler) });
}

/** Registers everything that `routes.ts` lists. */
export function register(functions: FunctionsApp, app: () => Promise<App>): void {
  for (const { name, method, route, authLevel, handler } of httpRoutes) {
    functions.http(name, { methods: [method], route, authLevel, handler: waitingFor(app, handler) });
  }
  for (const { name, queueName, connection, handler } of queueTriggers) {
    functions.storageQueue(name, { queueName, connection, handler: waitingFor(app, handler) });
  }
  for (const { name, schedule, handler } of timers) {
    functions.timer(name, { schedule, handler: waitingFor(app, handler) });
  }
}

/** Whoever calls while the app is still being put together waits for it. */
function waitingFor<Given extends unknown[], Answer>(
  app: () => Promise<App>,
  handler: (app: () => App) => (...given: Given) => Answer | Promise<Answer>,
) {
  let made: ReturnType<typeof handler> | undefined;
  return async (...given: Given): Promise<Answer> => {
    const ready = await app();
    made ??= handler(() => ready);
    return made(...given);
  };
}
