import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TableClient } from "@azure/data-tables";
import { QueueServiceClient } from "@azure/storage-queue";
import { describe, expect, test } from "@jest/globals";
import { startAzurite } from "../../../../infra/local/azurite.ts";

const entity = { partitionKey: "p", rowKey: "r", value: "kept" };

describe("The storage of one machine", () => {
  test("has blobs, queues and tables, and forgets them without a directory", async () => {
    const azurite = await startAzurite();
    const blobs = await fetch(`${azurite.blobUrl}?comp=list`);
    expect(blobs.headers.get("server")).toMatch(/^Azurite-Blob/);
    const queues = QueueServiceClient.fromConnectionString(azurite.connectionString);
    await queues.createQueue("first");
    const tables = tableOf(azurite.connectionString);
    await tables.createTable();
    await tables.createEntity(entity);
    expect(await tables.getEntity("p", "r")).toMatchObject(entity);
    await azurite.close();

    const next = await startAzurite();
    const fresh = QueueServiceClient.fromConnectionString(next.connectionString).getQueueClient("first");
    expect(await fresh.exists()).toBe(false);
    await next.close();
  });

  test("keeps queues and tables in a directory", async () => {
    const directory = mkdtempSync(join(tmpdir(), "azurite-"));
    try {
      const before = await startAzurite({ directory });
      const queue = QueueServiceClient.fromConnectionString(before.connectionString).getQueueClient("kept");
      await queue.create();
      await queue.sendMessage("text");
      await tableOf(before.connectionString).createTable();
      await tableOf(before.connectionString).createEntity(entity);
      await before.close();

      const after = await startAzurite({ directory });
      const again = QueueServiceClient.fromConnectionString(after.connectionString).getQueueClient("kept");
      const { receivedMessageItems } = await again.receiveMessages();
      expect(receivedMessageItems.map(({ messageText }) => messageText)).toEqual(["text"]);
      expect(await tableOf(after.connectionString).getEntity("p", "r")).toMatchObject(entity);
      await after.close();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test("does not start on a port that is taken", async () => {
    const first = await startAzurite();
    const port = Number(new URL(first.blobUrl).port);
    await expect(startAzurite({ port })).rejects.toThrow(/EADDRINUSE/);
    await first.close();
  });
});

function tableOf(connectionString: string) {
  return TableClient.fromConnectionString(connectionString, "kept", { allowInsecureConnection: true });
}
