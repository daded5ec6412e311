import type { TokenCredential } from "@azure/identity";
import type { QueueClient } from "@azure/storage-queue";
import type { StorageSettings } from "../../settings.ts";
import { whenNeeded } from "../when-needed.ts";
import { unavailable } from "./refusal.ts";
import { statusOf } from "./status-of.ts";

const TIMEOUT_MS = 10_000;
const MAX_MESSAGE_BYTES = 48 * 1024;

/** A storage queue as the Functions host reads it, and its poison queue: base64 JSON. A missing queue is made when it is first written. */
export function makeQueue<Message>(storage: StorageSettings, credential: TokenCredential, name: string) {
  const queue = whenNeeded(() => clientOf(storage, credential, name));
  const poison = whenNeeded(() => clientOf(storage, credential, `${name}-poison`));
  return {
    send: (message: Message, delaySeconds = 0): Promise<void> => send(queue, message, delaySeconds),
    sendToPoison: (raw: unknown): Promise<void> => send(poison, fitting(raw), 0),
    /** Throws when the queue could not be written to; one that is not there yet is made when it is. */
    async check(): Promise<void> {
      try {
        await (await queue()).getProperties({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
      } catch (error) {
        if (statusOf(error) !== 404) throw refused(error);
      }
    },
  };
}

/** A message that cannot be read may, written anew, be longer than a queue takes (64 KiB in base64): its beginning tells enough. */
function fitting(raw: unknown): unknown {
  const text = JSON.stringify(raw) ?? "";
  return Buffer.byteLength(text) <= MAX_MESSAGE_BYTES ? raw : text.slice(0, MAX_MESSAGE_BYTES / 8);
}

async function send(open: () => Promise<QueueClient>, message: unknown, visibilityTimeout: number): Promise<void> {
  const text = Buffer.from(JSON.stringify(message)).toString("base64");
  try {
    const queue = await open();
    const put = () => queue.sendMessage(text, { visibilityTimeout, abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
    await put().catch(async (error: unknown) => {
      if ((error as { code?: unknown }).code !== "QueueNotFound") throw error;
      await queue.createIfNotExists({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
      await put();
    });
  } catch (error) {
    throw refused(error);
  }
}

const refused = (error: unknown) =>
  unavailable(error, {
    forbidden: "The storage account refuses this app. Give its identity the role Storage Queue Data Contributor",
    silent: "The queue does not answer.",
    forbiddenRetrySeconds: 30,
  });

async function clientOf(storage: StorageSettings, credential: TokenCredential, name: string): Promise<QueueClient> {
  const { QueueServiceClient } = await import("@azure/storage-queue");
  const options = { retryOptions: { maxTries: 3, retryDelayInMs: 300, maxRetryDelayInMs: 2000 } };
  if ("connectionString" in storage)
    return QueueServiceClient.fromConnectionString(storage.connectionString, options).getQueueClient(name);
  return new QueueServiceClient(storage.queueUrl, credential, options).getQueueClient(name);
}
