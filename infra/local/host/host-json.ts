import { readFileSync } from "node:fs";
import { join } from "node:path";
import { timeSpanMs } from "./time-span.ts";

export type QueueOptions = {
  maxPollingIntervalMs: number;
  visibilityTimeoutMs: number;
  batchSize: number;
  maxDequeueCount: number;
  newBatchThreshold: number;
  messageEncoding: "base64" | "none";
};

export type HostJson = { routePrefix: string; queues: QueueOptions };

type Raw = { extensions?: { http?: { routePrefix?: string }; queues?: Record<string, unknown> } };

/** Reads host.json. Defaults: learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#hostjson-settings */
export function readHostJson(appDirectory: string): HostJson {
  const file = join(appDirectory, "host.json");
  let raw: Raw;
  try {
    raw = JSON.parse(readFileSync(file, "utf8")) as Raw;
  } catch (cause) {
    throw new Error(`Cannot read ${file}.`, { cause });
  }
  const queues = raw.extensions?.queues ?? {};
  const number = (name: string, standard: number, least: number, most: number) => {
    const value = queues[name] ?? standard;
    if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    throw new Error(`host.json: extensions.queues.${name} must be a whole number from ${least} to ${most}.`);
  };
  const span = (name: string, standardMs: number) => {
    const ms = queues[name] === undefined ? standardMs : timeSpanMs(String(queues[name]));
    if (ms === undefined) throw new Error(`host.json: extensions.queues.${name} must be a time such as 00:00:30.`);
    return ms;
  };
  const encoding = queues.messageEncoding ?? "base64";
  if (encoding !== "base64" && encoding !== "none") {
    throw new Error("host.json: extensions.queues.messageEncoding must be base64 or none.");
  }
  const batchSize = number("batchSize", 16, 1, 32);
  return {
    routePrefix: (raw.extensions?.http?.routePrefix ?? "api").replace(/^\/+|\/+$/g, ""),
    queues: {
      batchSize,
      newBatchThreshold: number("newBatchThreshold", Math.floor(batchSize / 2), 0, 1000),
      maxDequeueCount: number("maxDequeueCount", 5, 1, 1000),
      maxPollingIntervalMs: Math.max(100, span("maxPollingInterval", 60_000)),
      visibilityTimeoutMs: span("visibilityTimeout", 0),
      messageEncoding: encoding,
    },
  };
}
