import { ManagedIdentityCredential } from "@azure/identity";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../../infra/local/azurite.ts";
import { startStandIn } from "../../../../infra/local/stand-in.ts";
import { makeNotificationQueue } from "../../../../lib/adapters/azure/notification-queue.ts";
import type { NotificationMessage } from "../../../../lib/notifications/ports.ts";

const message: NotificationMessage = {
  v: 1,
  sessionId: "0123456789abcdef0123456789abcdef",
  number: 1,
  attempt: 1,
  notAfter: "2026-11-22T11:00:00.000Z",
};

let azurite: Azurite;
let service: QueueServiceClient;

beforeAll(async () => {
  azurite = await startAzurite();
  service = QueueServiceClient.fromConnectionString(azurite.connectionString);
});

beforeEach(async () => {
  for await (const { name } of service.listQueues()) await service.deleteQueue(name);
});

afterAll(() => azurite.close());

const queueOn = (connectionString: string) =>
  makeNotificationQueue({ connectionString }, new ManagedIdentityCredential());

async function received(name: string): Promise<unknown[]> {
  const { receivedMessageItems } = await service.getQueueClient(name).receiveMessages({ numberOfMessages: 32 });
  return receivedMessageItems.map(({ messageText }) => JSON.parse(Buffer.from(messageText, "base64").toString()));
}

describe("The queue of notifications", () => {
  test("is made when it is first written, and holds base64 JSON as the host reads it", async () => {
    await queueOn(azurite.connectionString).send(message);
    expect(await received("notifications")).toEqual([message]);
  });

  test("takes every message of many who write first at the same moment", async () => {
    const queue = queueOn(azurite.connectionString);
    await Promise.all(Array.from({ length: 10 }, (_, index) => queue.send({ ...message, number: index + 1 })));
    expect(await received("notifications")).toHaveLength(10);
  });

  test("hides a message that shall come later", async () => {
    await queueOn(azurite.connectionString).send(message, 1);
    expect(await received("notifications")).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await received("notifications")).toEqual([message]);
  });

  test("puts what nobody can read into the poison queue as it came", async () => {
    const queue = queueOn(azurite.connectionString);
    for (const odd of ["not JSON", { v: 2 }, null, ["x"]]) await queue.sendToPoison(odd);
    expect(await received("notifications-poison")).toEqual(["not JSON", { v: 2 }, null, ["x"]]);
  });

  test("that refuses is an outage that says when to come back", async () => {
    const refusing = await startStandIn({ name: "storage", port: 0, routes: [], notFound: () => ({ status: 403 }) });
    try {
      const queue = queueOn(azurite.connectionString.replaceAll(azurite.queueUrl, `${refusing.url}/devstoreaccount1`));
      const outage = expect.objectContaining({ code: "upstream-unavailable", retryAfterSeconds: 30 });
      await expect(queue.send(message)).rejects.toEqual(outage);
    } finally {
      await refusing.close();
    }
  });
});
