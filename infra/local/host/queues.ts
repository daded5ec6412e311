import type { DequeuedMessageItem } from "@azure/storage-queue";
import { triggerOf } from "./bindings.ts";
import type { RegisteredFunction } from "./core.ts";
import type { BindingInfo } from "./core-api.ts";
import type { QueueOptions } from "./host-json.ts";
import type { Invoke } from "./invoke.ts";
import { describeError, type Log } from "./log.ts";
import { startQueueListener } from "./queue-listener.ts";
import { encodeText, toInvocation } from "./queue-message.ts";
import type { OpenQueue } from "./storage.ts";

type Options = {
  openQueue: OpenQueue;
  limits: QueueOptions;
  leaseMs: number;
  resolve: (text: string) => string;
  invoke: Invoke;
  log: Log;
};

const POISON = "-poison";
const MAX_QUEUE_NAME = 63;

/** The queue-triggered functions: their listeners, and runs by hand. */
export function queueFunctions({ openQueue, limits, leaseMs, resolve, invoke, log }: Options) {
  const listeners: ReturnType<typeof startQueueListener>[] = [];
  const wake = (queueName: string) => {
    for (const listener of listeners) if (listener.queueName === queueName) listener.wake();
  };

  const listen = (registered: RegisteredFunction, trigger: BindingInfo) => {
    const functionName = registered.metadata.name;
    const connection = trigger.connection as string | undefined;
    const queueName = resolve(String(trigger.queueName));
    // As in Azure, a poison queue has no poison queue of its own (QueueListenerFactory.CreatePoisonQueueReference).
    const hasPoison = !queueName.endsWith(POISON) && queueName.length + POISON.length <= MAX_QUEUE_NAME;
    const work = async (message: DequeuedMessageItem) => {
      const invocation = readMessage(message, trigger, functionName);
      await invoke(registered, invocation);
    };
    return startQueueListener({
      functionName,
      queue: openQueue(connection, queueName),
      poisonQueue: hasPoison ? openQueue(connection, queueName + POISON) : undefined,
      leaseMs,
      limits,
      work,
      onPoison: wake,
      log,
      random: Math.random,
    });
  };

  const readMessage = (message: DequeuedMessageItem, trigger: BindingInfo, functionName: string) => {
    try {
      return toInvocation(message, limits.messageEncoding, trigger.dataType);
    } catch (error) {
      log({ level: "error", functionName, message: `Message ${message.messageId}: ${describeError(error)}` });
      throw error;
    }
  };

  return {
    wake,
    start: (functions: RegisteredFunction[]) => {
      for (const registered of functions) {
        const trigger = triggerOf(registered, "queuetrigger");
        if (trigger) listeners.push(listen(registered, trigger));
      }
    },
    stop: async () => {
      await Promise.all(listeners.map((listener) => listener.stop()));
    },
    /** Calls the function with `input` as its message, without a queue. */
    runByHand: (registered: RegisteredFunction, trigger: BindingInfo, input: string) =>
      invoke(
        registered,
        toInvocation(
          messageByHand(encodeText(input, limits.messageEncoding)),
          limits.messageEncoding,
          trigger.dataType,
        ),
      ),
  };
}

function messageByHand(messageText: string): DequeuedMessageItem {
  const now = new Date();
  const times = { insertedOn: now, expiresOn: now, nextVisibleOn: now };
  return { messageId: crypto.randomUUID(), popReceipt: "", dequeueCount: 1, messageText, ...times };
}
