import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TableClient } from "@azure/data-tables";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../../infra/local/azurite.ts";

const entity = { partitionKey: "p", rowKey: "r", value: "kept" };

let directory: string;
let running: Azurite[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "azurite-"));
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map(({ close }) => close()));
  rmSync(directory, { recursive: true, force: true });
});

async function start(options?: Parameters<typeof startAzurite>[0]) {
  const azurite = await startAzurite(options);
  running.push(azurite);
  return azurite;
}

async function end(azurite: Azurite) {
  running = running.filter((each) => each !== azurite);
  await azurite.close();
}

describe("The storage of one machine", () => {
  test("has blobs, queues and tables, and forgets them without a directory", async () => {
    const azurite = await start();
    const blobs = await fetch(`${azurite.blobUrl}?comp=list`);
    expect(blobs.headers.get("server")).toMatch(/^Azurite-Blob/);
    const queues = QueueServiceClient.fromConnectionString(azurite.connectionString);
    await queues.createQueue("first");
    const tables = tableOf(azurite.connectionString);
    await tables.createTable();
    await tables.createEntity(entity);
    expect(await tables.getEntity("p", "r")).toMatchObject(entity);
    await end(azurite);

    const next = await start();
    const fresh = QueueServiceClient.fromConnectionString(next.connectionString).getQueueClient("first");
    expect(await fresh.exists()).toBe(false);
  });

  test("keeps queues and tables in a directory", async () => {
    const before = await start({ directory });
    const queue = QueueServiceClient.fromConnectionString(before.connectionString).getQueueClient("kept");
    await queue.create();
    await queue.sendMessage("text");
    await tableOf(before.connectionString).createTable();
    await tableOf(before.connectionString).createEntity(entity);
    await end(before);

    const after = await start({ directory });
    const again = QueueServiceClient.fromConnectionString(after.connectionString).getQueueClient("kept");
    const { receivedMessageItems } = await again.receiveMessages();
    expect(receivedMessageItems.map(({ messageText }) => messageText)).toEqual(["text"]);
    expect(await tableOf(after.connectionString).getEntity("p", "r")).toMatchObject(entity);
  });

  test("does not start on a port that is taken", async () => {
    const first = await start();
    const port = Number(new URL(first.blobUrl).port);
    await expect(start({ port })).rejects.toThrow(/EADDRINUSE/);
  });
});

function tableOf(connectionString: string) {
  return TableClient.fromConnectionString(connectionString, "kept", { allowInsecureConnection: true });
}
