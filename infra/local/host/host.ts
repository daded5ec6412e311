import { setTimeout as delay } from "node:timers/promises";
import { adminApi } from "./admin.ts";
import { type AppSettings, isDisabled, maxBodyBytes, resolveSettings } from "./app-settings.ts";
import { checkBindings, triggerOf } from "./bindings.ts";
import { type Core, injectCore, type RegisteredFunction } from "./core.ts";
import type { FunctionMetadata } from "./core-api.ts";
import { loadEntryPoint } from "./entry-point.ts";
import { readHostJson } from "./host-json.ts";
import { compileRoutes, startHttp } from "./http.ts";
import { createInvoker } from "./invoke.ts";
import { makeKeys, writeKeys } from "./keys.ts";
import type { Log } from "./log.ts";
import { queueOutputs } from "./output-bindings.ts";
import { queueFunctions } from "./queues.ts";
import { queueStorage } from "./storage.ts";
import { timerFunctions } from "./timers.ts";

export type HostOptions = {
  /** Holds package.json with `main`, and host.json. */
  appDirectory: string;
  /** 0: any free one. */
  port: number;
  /** The app settings the host itself reads; the app reads process.env. */
  env?: AppSettings;
  log: Log;
  /** Where the timers' status is kept; left out, it is forgotten at the end. */
  dataDirectory?: string | undefined;
  /** Where the access keys of this run are written. */
  keysFile?: string | undefined;
  drainMs?: number;
  queueLeaseMs?: number;
};

export type Host = { url: string; functions: FunctionMetadata[]; close: () => Promise<void> };

/** Runs an Azure Functions app (Node.js, programming model 4) in this process. One app per process. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { appDirectory, port, env = process.env, log, drainMs = 10_000, queueLeaseMs = 600_000 } = options;
  const { routePrefix, queues: limits } = readHostJson(appDirectory);
  const core = injectCore(log);
  const functions = await loadApp(core, appDirectory);

  const enabled = functions.filter(({ metadata }) => !isDisabled(metadata.name, env));
  const resolve = (text: string) => resolveSettings(text, env);
  const storage = queueStorage(env);
  await prepareQueues(functions, resolve, storage.prepare);

  const outputs = { openQueue: storage.open, encoding: limits.messageEncoding, resolve };
  const { invoke, drained } = createInvoker(core, queueOutputs({ ...outputs, onSent: (name) => queues.wake(name) }));
  const queues = queueFunctions({ openQueue: storage.open, limits, leaseMs: queueLeaseMs, resolve, invoke, log });
  const timers = timerFunctions(enabled, {
    dataDirectory: options.dataDirectory,
    timezone: env.WEBSITE_TIME_ZONE || "UTC",
    resolve,
    invoke,
  });
  const keys = makeKeys(functions.map(({ metadata }) => metadata.name));
  if (options.keysFile) writeKeys(options.keysFile, keys);
  const runByHand = (registered: RegisteredFunction, input: string) => {
    const queueTrigger = triggerOf(registered, "queuetrigger");
    if (queueTrigger) return queues.runByHand(registered, queueTrigger, input);
    return triggerOf(registered, "timertrigger") ? timers.runByHand(registered) : undefined;
  };

  const http = await startHttp(port, {
    routes: compileRoutes(enabled, routePrefix),
    keys,
    maxBodyBytes: maxBodyBytes(env),
    invoke,
    answerAdmin: adminApi({ keys, functions, isDisabled: (name) => isDisabled(name, env), runByHand }),
  });
  queues.start(enabled);
  timers.start();

  const close = async () => {
    const finished = Promise.all([http.stop(), queues.stop(), timers.stop()]).then(drained);
    const isLate = await Promise.race([finished.then(() => false), delay(drainMs, true, { ref: false })]);
    if (isLate)
      log({ level: "warning", message: `Invocations were still running after ${drainMs} ms; they are cut off.` });
    http.cut();
    await core.runHooks("appTerminate", { hookData: {}, appHookData: core.appHookData });
  };
  return { url: http.url, functions: functions.map(({ metadata }) => metadata), close };
}

/** The worker's start: entry point, appStart hooks, capabilities; then nothing can be registered any more. */
async function loadApp(core: Core, appDirectory: string): Promise<RegisteredFunction[]> {
  const main = await loadEntryPoint(appDirectory);
  const functions = [...core.functions.values()];
  if (functions.length === 0) {
    throw new Error(`0 functions: the entry point "${main}" of the app in ${appDirectory} registers none.`);
  }
  functions.forEach(checkBindings);
  const hookContext = { hookData: {}, appHookData: core.appHookData, functionAppDirectory: appDirectory };
  await core.runHooks("appStart", hookContext);
  core.endRegistration();
  const capabilities = await core.programmingModel().getCapabilities({});
  if (capabilities.HttpUri) throw new Error("The app sets enableHttpStream, which the local host does not support.");
  return functions;
}

/** Opens every connection that a queue binding names, so that a missing setting stops the start. */
async function prepareQueues(
  functions: RegisteredFunction[],
  resolve: (text: string) => string,
  prepare: (connection: string | undefined) => Promise<void>,
) {
  for (const { metadata } of functions) {
    for (const binding of Object.values(metadata.bindings)) {
      if (!/^queue(?:trigger)?$/i.test(binding.type)) continue;
      try {
        resolve(String(binding.queueName));
        await prepare(binding.connection as string | undefined);
      } catch (cause) {
        throw new Error(`The queue of function "${metadata.name}" cannot be used.`, { cause });
      }
    }
  }
}
