import type { createRequire } from "node:module";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../infra/local/azurite.ts";

type Database = { Collection: { prototype: { ensureAllIndexes: (force?: boolean) => void } } };

// Node's own, as the storage loads it: a test runner has modules of its own.
const load = process.getBuiltinModule("node:module").createRequire(import.meta.url) as ReturnType<typeof createRequire>;
const { Collection } = load("lokijs") as Database;

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.close());

const names = ["one", "two", "three", "four", "five"];

/** A queue with five messages in it, all of them received. */
async function fiveMessages(name: string) {
  const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(name);
  await queue.create();
  for (const each of names) await queue.sendMessage(each);
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 5, visibilityTimeout: 1 });
  return { queue, received: receivedMessageItems };
}

describe("The storage of one machine", () => {
  let sortings: jest.SpiedFunction<Database["Collection"]["prototype"]["ensureAllIndexes"]>;
  beforeEach(() => {
    sortings = jest.spyOn(Collection.prototype, "ensureAllIndexes");
  });
  afterEach(() => sortings.mockRestore());

  test("receives and deletes messages without sorting those that wait, and keeps their order", async () => {
    const { queue, received } = await fiveMessages("deleted");
    for (const { messageText, messageId, popReceipt } of received)
      if (messageText === "two" || messageText === "four") await queue.deleteMessage(messageId, popReceipt);
      else await queue.updateMessage(messageId, popReceipt, undefined, 0);
    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 5 });
    expect(receivedMessageItems.map(({ messageText }) => messageText)).toEqual(["one", "three", "five"]);
    expect(sortings).not.toHaveBeenCalled();
  });

  test("clears a queue of all its messages and of none of another's", async () => {
    const kept = await fiveMessages("kept");
    const cleared = await fiveMessages("cleared");
    await cleared.queue.clearMessages();
    const countOf = async ({ queue }: typeof kept) => (await queue.getProperties()).approximateMessagesCount;
    expect([await countOf(cleared), await countOf(kept)]).toEqual([0, 5]);
    for (const { messageId, popReceipt } of kept.received) await kept.queue.deleteMessage(messageId, popReceipt);
    expect(await countOf(kept)).toBe(0);
  });
});
