import type { DequeuedMessageItem, QueueClient } from "@azure/storage-queue";
import { describeError, type Log } from "./log.ts";

export type Queue = Pick<QueueClient, "name" | "sendMessage" | "updateMessage" | "deleteMessage" | "createIfNotExists">;

export type DeliveryOptions = {
  functionName: string;
  queue: Queue;
  /** None for a queue that is a poison queue itself. */
  poisonQueue: Queue | undefined;
  maxDequeueCount: number;
  /** How long a failed message stays hidden. */
  retryAfterMs: number;
  /** How long a message stays hidden while it is worked on; renewed at half time. */
  leaseMs: number;
  work: (message: DequeuedMessageItem) => Promise<unknown>;
  onPoison: (queueName: string) => void;
  log: Log;
};

/**
 * Works on one received message to its end: deleted, hidden for the next try, or moved to the poison queue.
 * The rules are those of QueueListener and QueueProcessor (azure-webjobs-sdk).
 */
export async function deliver(message: DequeuedMessageItem, options: DeliveryOptions): Promise<void> {
  const { functionName, queue, poisonQueue, maxDequeueCount, leaseMs, work, log } = options;
  if (message.dequeueCount > maxDequeueCount) return moveToPoison(message, message.popReceipt, options);

  const lease = keepHidden(message, queue, leaseMs, log);
  const isDone = await work(message).then(
    () => true,
    () => false,
  );
  const popReceipt = await lease.end();
  try {
    if (isDone) return void (await queue.deleteMessage(message.messageId, popReceipt));
    // Without a poison queue the message stays hidden for the rest of its lease, so that it does not spin.
    if (!poisonQueue) return;
    if (message.dequeueCount >= maxDequeueCount) return await moveToPoison(message, popReceipt, options);
    await queue.updateMessage(message.messageId, popReceipt, undefined, toSeconds(options.retryAfterMs));
  } catch (error) {
    if (isGone(error)) return;
    log({ level: "error", functionName, message: `Message ${message.messageId} comes again: ${describeError(error)}` });
  }
}

/** Gives back a message that was received and not begun. */
export async function release(message: DequeuedMessageItem, queue: Queue): Promise<void> {
  await queue.updateMessage(message.messageId, message.popReceipt, undefined, 0).catch(() => {});
}

async function moveToPoison(message: DequeuedMessageItem, popReceipt: string, options: DeliveryOptions) {
  const { functionName, queue, poisonQueue, maxDequeueCount, log } = options;
  if (!poisonQueue) return;
  const text = `Message ${message.messageId} was tried ${maxDequeueCount} times; moving it to ${poisonQueue.name}.`;
  log({ level: "warning", functionName, message: text });
  await poisonQueue.createIfNotExists();
  await poisonQueue.sendMessage(message.messageText);
  options.onPoison(poisonQueue.name);
  await queue.deleteMessage(message.messageId, popReceipt);
}

const MIN_RENEWAL_MS = 60_000;

/** Renews a message's lease at half time, sooner after a failure, until `end`, which gives the pop receipt that is valid now. */
function keepHidden(message: DequeuedMessageItem, queue: Queue, leaseMs: number, log: Log) {
  let { popReceipt } = message;
  let renewal = Promise.resolve();
  let timer: NodeJS.Timeout;

  const renew = async (waitedMs: number) => {
    try {
      const answer = await queue.updateMessage(message.messageId, popReceipt, undefined, toSeconds(leaseMs));
      popReceipt = answer.popReceipt ?? popReceipt;
      plan(leaseMs / 2);
    } catch (error) {
      if (isGone(error)) return;
      log({ level: "warning", message: `Could not renew message ${message.messageId}: ${describeError(error)}` });
      plan(Math.max(waitedMs / 2, Math.min(MIN_RENEWAL_MS, leaseMs / 4)));
    }
  };
  const plan = (afterMs: number) => {
    timer = setTimeout(() => {
      renewal = renew(afterMs);
    }, afterMs);
  };
  plan(leaseMs / 2);

  return {
    end: async () => {
      clearTimeout(timer);
      await renewal;
      // A renewal that ended just now has planned the next one.
      clearTimeout(timer);
      return popReceipt;
    },
  };
}

/** Somebody else has the message, or it or its queue is gone: nothing is left to do for us. */
function isGone(error: unknown): boolean {
  const { code, details } = error as { code?: string; details?: { errorCode?: string } };
  return /^(?:PopReceiptMismatch|MessageNotFound|QueueNotFound|QueueBeingDeleted)$/.test(
    details?.errorCode ?? code ?? "",
  );
}

function toSeconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1000));
}
