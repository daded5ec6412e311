import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../../infra/local/azurite.ts";
import { type AppProcess, startApp, until } from "./app-process.ts";

const MAIN = `
import { app, output } from "@azure/functions";
const tell = (context, what) => context.log("SEEN " + JSON.stringify({ at: context.functionName, ...what }));
app.storageQueue("takes", { queueName: "%TAKEN_QUEUE%", handler: (message, context) =>
  tell(context, { type: typeof message, message, metadata: context.triggerMetadata }) });
app.storageQueue("fails", { queueName: "failing", handler: (message, context) => {
  tell(context, { message, count: context.triggerMetadata.dequeueCount });
  throw new Error("cannot " + message);
} });
app.storageQueue("fails-poison", { queueName: "failing-poison", connection: "AzureWebJobsStorage", handler: (message, context) =>
  tell(context, { message, count: context.triggerMetadata.dequeueCount }) });
app.storageQueue("long", { queueName: "%LONG_QUEUE%", handler: async (message, context) => {
  tell(context, { begun: message });
  await new Promise((done) => setTimeout(done, 1500));
  tell(context, { done: message });
} });
const copies = output.storageQueue({ queueName: "takes" });
app.http("sends", { methods: ["POST"], authLevel: "anonymous", extraOutputs: [copies], handler: async (request, context) => {
  context.extraOutputs.set(copies, [await request.json(), "plain"]);
  return { status: 201 };
} });
app.http("sends-nowhere", { methods: ["POST"], authLevel: "anonymous",
  extraOutputs: [output.storageQueue({ name: "bad", queueName: "NOT A QUEUE NAME" })],
  handler: (request, context) => { context.extraOutputs.set("bad", "x"); return { status: 201 }; } });
`;

const HOST_JSON = {
  version: "2.0",
  extensions: {
    http: { routePrefix: "" },
    queues: { maxPollingInterval: "00:00:00.2", visibilityTimeout: "00:00:00", maxDequeueCount: 3, batchSize: 2 },
  },
};

type Seen = { at: string; type?: string; message?: unknown; count?: number; metadata?: Record<string, unknown> };

let azurite: Azurite;
let storage: QueueServiceClient;
let app: AppProcess;

beforeAll(async () => {
  azurite = await startAzurite();
  storage = QueueServiceClient.fromConnectionString(azurite.connectionString);
  const env = { AzureWebJobsStorage: azurite.connectionString, TAKEN_QUEUE: "takes", LONG_QUEUE: "long" };
  app = await startApp({ files: { "main.mjs": MAIN, "host.json": HOST_JSON }, env });
}, 15_000);

afterAll(async () => {
  await app.stop();
  await azurite.close();
}, 15_000);

const base64 = (text: string) => Buffer.from(text).toString("base64");
const seenBy = (name: string) =>
  [...app.output().matchAll(/SEEN (.*)$/gm)]
    .map(([, json]) => JSON.parse(json ?? "") as Seen)
    .filter(({ at }) => at === name);
const waitFor = (name: string, test: (seen: Seen) => boolean) => until(() => seenBy(name).find(test));
const send = async (queue: string, text: string) => {
  const client = storage.getQueueClient(queue);
  await until(() => client.exists());
  return client.sendMessage(text);
};
const count = async (queue: string) =>
  (await storage.getQueueClient(queue).getProperties()).approximateMessagesCount ?? 0;

describe("A queue function", () => {
  test("gets a JSON message as an object, with its metadata, and the message is gone", async () => {
    const { messageId } = await send("takes", base64('{"session":"s1"}'));
    const seen = await waitFor("takes", ({ metadata }) => metadata?.id === messageId);
    expect(seen).toMatchObject({
      type: "object",
      message: { session: "s1" },
      metadata: {
        dequeueCount: 1,
        queueTrigger: { session: "s1" },
        insertionTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/),
        expirationTime: expect.any(String),
        nextVisibleTime: expect.any(String),
        popReceipt: expect.any(String),
        session: "s1",
      },
    });
    await until(async () => (await count("takes")) === 0);
  });

  test("gets any other message as text", async () => {
    await send("takes", base64("no {json"));
    expect(await waitFor("takes", ({ message }) => message === "no {json")).toMatchObject({ type: "string" });
  });

  test("that fails is tried as often as host.json says; then the poison queue's function has the message", async () => {
    await send("failing", base64("bad"));
    const seen = await waitFor("fails-poison", ({ message }) => message === "bad");
    expect(seen.count).toBe(1);
    expect(seenBy("fails").map(({ count }) => count)).toEqual([1, 2, 3]);
    expect(await count("failing")).toBe(0);
    expect(app.output()).toMatch(/warning fails: Message .* was tried 3 times; moving it to failing-poison/);
    await until(async () => (await count("failing-poison")) === 0);
  });

  test("never sees a message that is not base64, which ends in the poison queue", async () => {
    await send("takes", '{"plain":"json"}');
    const poison = storage.getQueueClient("takes-poison");
    await until(async () => (await poison.exists()) && (await count("takes-poison")) === 1);
    const { peekedMessageItems } = await poison.peekMessages();
    expect(peekedMessageItems[0]?.messageText).toBe('{"plain":"json"}');
    expect(app.output()).toMatch(/error takes: Message .* is not base64/);
  });

  test("works on a batch side by side", async () => {
    for (const each of ["one", "two"]) await send("long", base64(each));
    await until(() => seenBy("long").length >= 2);
    expect(seenBy("long")).toMatchObject([{ begun: "one" }, { begun: "two" }]);
  });

  test("runs by hand with an input", async () => {
    const headers = { "x-functions-key": app.keys.master };
    const body = JSON.stringify({ input: '{"by":"hand"}' });
    const response = await fetch(`${app.url}/admin/functions/takes`, { method: "POST", headers, body });
    expect(response.status).toBe(202);
    await waitFor("takes", ({ message }) => (message as { by?: string }).by === "hand");
  });
});

describe("A queue output", () => {
  test("puts one message per element into the queue, which wakes its function", async () => {
    const response = await fetch(`${app.url}/sends`, { method: "POST", body: '{"from":"output"}' });
    expect(response.status).toBe(201);
    await waitFor("takes", ({ message }) => (message as { from?: string }).from === "output");
    await waitFor("takes", ({ message }) => message === "plain");
  });

  test("that cannot be written fails the request", async () => {
    expect((await fetch(`${app.url}/sends-nowhere`, { method: "POST" })).status).toBe(500);
  });
});

describe("The queue listener", () => {
  test("makes its queue again when somebody deleted it", async () => {
    await storage.deleteQueue("takes");
    await send("takes", base64("after the deletion"));
    await waitFor("takes", ({ message }) => message === "after the deletion");
  });

  test("outlives a storage that goes away and comes back", async () => {
    const line = await startLine(azurite.queueUrl);
    const env = {
      AzureWebJobsStorage: azurite.connectionString.replace(azurite.queueUrl, line.url),
      TAKEN_QUEUE: "far",
    };
    const other = await startApp({
      files: { "main.mjs": MAIN, "host.json": HOST_JSON },
      env: { ...env, ...onlyTakes },
    });
    await until(() => storage.getQueueClient("far").exists());

    await line.cut();
    await until(() => other.output().includes("Cannot read queue far, trying again"));
    await line.mend();
    await until(() => other.output().includes("Reading queue far again."));
    await send("far", base64("back"));
    await until(() => other.output().includes('"message":"back"'));
    expect(other.output().match(/Cannot read queue far/g)).toHaveLength(1);
    await other.stop();
    await line.cut();
  }, 20_000);

  test("at SIGTERM finishes the messages it has begun", async () => {
    const env = { AzureWebJobsStorage: azurite.connectionString, TAKEN_QUEUE: "unused", LONG_QUEUE: "drained" };
    const other = await startApp({ files: { "main.mjs": MAIN, "host.json": HOST_JSON }, env });
    await send("drained", base64("last"));
    await until(() => other.output().includes('"begun":"last"'));
    expect(await other.stop()).toBe(0);
    expect(other.output()).toContain('"done":"last"');
    expect(await count("drained")).toBe(0);
  });
});

const onlyTakes = {
  "AzureWebJobs.fails.Disabled": "true",
  "AzureWebJobs.fails-poison.Disabled": "true",
  LONG_QUEUE: "unused",
};

/** A line to the storage that can be cut and mended. */
async function startLine(target: string) {
  const { hostname, port, pathname } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  server.unref();
  const listen = (at: number) => new Promise<void>((done) => server.listen(at, "127.0.0.1", done));
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${own}${pathname}`,
    mend: () => listen(own),
    cut: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
