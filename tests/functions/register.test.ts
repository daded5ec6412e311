import type { HttpHandler } from "@azure/functions";
import { expect, test } from "@jest/globals";
import { register } from "../../functions/register.ts";
import type { App } from "../../lib/app.ts";
import { anInvocation, aRequest } from "../lib/http/a-request.ts";
import { startMemoryApp } from "../memory/app.ts";

/** What is registered over HTTP while the app is not there yet, and the way to let it be there. */
function registered() {
  const handlers = new Map<string, HttpHandler>();
  let arrive: (app: App) => void = () => undefined;
  const app = new Promise<App>((resolve) => {
    arrive = resolve;
  });
  let asked = 0;
  const functions = {
    http: (name: string, { handler }: { handler: HttpHandler }) => void handlers.set(name, handler),
    storageQueue: () => undefined,
    timer: () => undefined,
  };
  register(functions as unknown as Parameters<typeof register>[0], () => {
    asked += 1;
    return app;
  });
  return {
    call: (name: string) => handlers.get(name)?.(aRequest({}), anInvocation().context),
    arrive,
    asked: () => asked,
  };
}

test("registering asks for no app", () => {
  expect(registered().asked()).toBe(0);
});

test("who calls before the app is there is answered once it is", async () => {
  const { call, arrive } = registered();
  let isAnswered = false;
  const answer = Promise.resolve(call("root")).finally(() => {
    isAnswered = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isAnswered).toBe(false);
  arrive(startMemoryApp().newProcess().app);
  expect(await answer).toMatchObject({ status: 302 });
  expect(await call("root")).toMatchObject({ status: 302 });
});

test("an app that cannot be put together answers nobody", async () => {
  const handlers: HttpHandler[] = [];
  const functions = {
    http: (_: string, { handler }: { handler: HttpHandler }) => void handlers.push(handler),
    storageQueue: () => undefined,
    timer: () => undefined,
  };
  register(functions as unknown as Parameters<typeof register>[0], () => Promise.reject(new Error("no app")));
  await expect(handlers[0]?.(aRequest({}), anInvocation().context)).rejects.toThrow("no app");
});
