import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { HttpRequest, HttpResponse, InvocationContext } from "@azure/functions";
import { httpRoutes, queueTriggers, timers } from "../../../functions/routes.ts";
import { createApp } from "../../../lib/app.ts";
import { readSettings } from "../../../lib/settings.ts";
import { countOutboundCalls, type Death } from "./outbound-calls.ts";

/** One invocation of one function: what its trigger brings. */
export type Act = {
  function: string;
  /** Of a request. */
  url?: string;
  params?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string;
  /** Of a queue. */
  message?: unknown;
};

export type Life = { nowMs: number; act: Act; death?: Death | undefined };

/** What a process that lived to its end tells. */
export type Lived = { calls: string[]; answer: string };

const STDOUT = 1;

function die(at: string): never {
  writeSync(STDOUT, at);
  process.kill(process.pid, "SIGKILL");
  throw new Error("survived");
}

/** A process of the product that does one thing, and dies in the middle of it when told to. */
async function live({ nowMs, act, death }: Life): Promise<Lived> {
  const calls = countOutboundCalls(death, die);
  const app = createApp(readSettings(process.env), () => new Date(nowMs));
  const context = new InvocationContext({
    invocationId: randomUUID(),
    functionName: act.function,
    logHandler: () => undefined,
  });
  const named = <T extends { name: string }>(all: readonly T[]) => all.find(({ name }) => name === act.function);

  const timer = named(timers);
  const queue = named(queueTriggers);
  const route = named(httpRoutes);
  if (timer) {
    const schedule = { isPastDue: false, schedule: { adjustForDST: false } };
    const scheduleStatus = { last: "", next: "", lastUpdated: "" };
    const failed = await Promise.resolve(timer.handler(() => app)({ ...schedule, scheduleStatus }, context)).catch(
      String,
    );
    return { calls, answer: failed ? `failed: ${failed}` : "done" };
  }
  if (queue) {
    await queue.handler(() => app)(act.message, context);
    return { calls, answer: "done" };
  }
  if (!route || !act.url) throw new Error(`No function is called ${act.function}`);
  const { url, params = {}, headers = {}, body } = act;
  const query = Object.fromEntries(new URL(url).searchParams);
  const asked = { method: route.method, url, params, query, headers, ...(body ? { body: { string: body } } : {}) };
  const answer = new HttpResponse((await route.handler(() => app)(new HttpRequest(asked), context)) ?? {});
  return { calls, answer: `${answer.status} ${await answer.text()}` };
}

process.once("message", (life: Life) => {
  live(life)
    .then((lived) => process.send?.(lived, () => process.exit(0)))
    .catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
});
process.send?.("ready");
