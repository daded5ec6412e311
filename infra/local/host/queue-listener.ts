import { setTimeout as delay } from "node:timers/promises";
import type { DequeuedMessageItem, QueueClient } from "@azure/storage-queue";
import type { QueueOptions } from "./host-json.ts";
import { describeError } from "./log.ts";
import { type DeliveryOptions, deliver, release } from "./queue-delivery.ts";

type Options = Omit<DeliveryOptions, "queue" | "maxDequeueCount" | "retryAfterMs"> & {
  queue: Pick<QueueClient, "receiveMessages"> & DeliveryOptions["queue"];
  limits: QueueOptions;
  random: () => number;
};

const MIN_POLLING_MS = 100;

/** Reads one queue until it is stopped. A lost connection is told once and tried again. */
export function startQueueListener(options: Options) {
  const { functionName, queue, leaseMs, limits, log } = options;
  const delivery = { ...options, maxDequeueCount: limits.maxDequeueCount, retryAfterMs: limits.visibilityTimeoutMs };
  const running = new Set<Promise<void>>();
  const nextDelayMs = pollingDelays(limits.maxPollingIntervalMs, options.random);
  let isStopped = false;
  let isTroubled = false;
  let wake = new AbortController();

  const receive = async (): Promise<DequeuedMessageItem[]> => {
    try {
      const batch = { numberOfMessages: limits.batchSize, visibilityTimeout: Math.max(1, Math.round(leaseMs / 1000)) };
      const { receivedMessageItems } = await queue.receiveMessages(batch);
      if (isTroubled) log({ level: "information", functionName, message: `Reading queue ${queue.name} again.` });
      isTroubled = false;
      return receivedMessageItems;
    } catch (error) {
      if (isQueueMissing(error)) await queue.createIfNotExists().catch(() => {});
      else if (!isTroubled) {
        isTroubled = true;
        const message = `Cannot read queue ${queue.name}, trying again: ${describeError(error)}`;
        log({ level: "warning", functionName, message });
      }
      return [];
    }
  };

  const begin = (message: DequeuedMessageItem) => {
    const delivered = deliver(message, delivery).catch((error: unknown) => {
      log({
        level: "error",
        functionName,
        message: `Message ${message.messageId} comes again: ${describeError(error)}`,
      });
    });
    running.add(delivered);
    void delivered.then(() => running.delete(delivered));
  };

  const poll = async () => {
    await queue.createIfNotExists().catch(() => {});
    let hasFound = false;
    while (!isStopped) {
      wake = new AbortController();
      const messages = await receive();
      if (isStopped) {
        await Promise.all(messages.map((message) => release(message, queue)));
        return;
      }
      if (messages.length === 0) {
        await delay(nextDelayMs(hasFound), undefined, { signal: wake.signal }).catch(() => {});
        hasFound = false;
        continue;
      }
      hasFound = true;
      messages.forEach(begin);
      while (running.size > limits.newBatchThreshold) await Promise.race(running);
    }
  };

  const polling = poll();
  return {
    queueName: queue.name,
    /** Looks at the queue now: something was put in. */
    wake: () => wake.abort(),
    /** Takes no more messages; resolves when those begun are finished. */
    stop: async () => {
      isStopped = true;
      wake.abort();
      await polling;
      await Promise.all(running);
    },
  };
}

/** RandomizedExponentialBackoffStrategy (azure-sdk-for-net): from 100 ms, doubling, ±20 %, up to the maximum. */
export function pollingDelays(maxMs: number, random: () => number) {
  let exponent = 0;
  let currentMs = 0;
  return (hasFound: boolean): number => {
    if (hasFound) {
      currentMs = MIN_POLLING_MS;
      exponent = 1;
      return currentMs;
    }
    if (currentMs === maxMs) return currentMs;
    const growthMs = exponent === 0 ? 0 : (0.8 + 0.4 * random()) * 2 ** (exponent - 1) * MIN_POLLING_MS;
    exponent += 1;
    currentMs = Math.min(maxMs, MIN_POLLING_MS + growthMs);
    return currentMs;
  };
}

function isQueueMissing(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}
