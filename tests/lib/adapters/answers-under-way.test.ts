import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { makePaced } from "../../../lib/adapters/answers-under-way.ts";

const PART = new Uint8Array(256 * 1024);
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** Sends `body` as the Functions library does: it writes on whatever the answer says, and leaves it open on a failure. */
async function sent(body: () => AsyncGenerator<Uint8Array>, invocationId = "call-1") {
  const paced = makePaced();
  let ended: unknown;
  const over = Promise.withResolvers<void>();
  const send = async (answer: ServerResponse) => {
    const parts = await paced(ReadableStream.from(body()), invocationId);
    for await (const part of parts) answer.write(part);
    answer.end();
  };
  const server = createServer((_, answer) => {
    send(answer)
      .catch((error: unknown) => {
        ended = error;
      })
      .finally(over.resolve);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { "x-ms-invocation-id": "call-1" };
    request({ host: "127.0.0.1", port, headers, agent: false }, resolve).on("error", reject).end();
  });
  return { answer, over: over.promise, failure: () => ended };
}

/** Counts what was asked of it. */
function parts(count: number) {
  const made = { count: 0, isEnded: false };
  async function* body() {
    try {
      for (; made.count < count; made.count += 1) yield PART;
    } finally {
      made.isEnded = true;
    }
  }
  return { made, body };
}
const aMoment = () => new Promise((done) => setTimeout(done, 150));

describe("A body on its way", () => {
  test("waits for a caller who does not read, and comes whole once they do", async () => {
    const { made, body } = parts(200);
    const { answer } = await sent(body);
    const incoming = await answer;
    await aMoment();
    const before = made.count;
    await aMoment();
    expect([before < 60, made.count]).toEqual([true, before]);
    let bytes = 0;
    for await (const chunk of incoming) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(200 * PART.length);
  });

  test("is read no further when its caller goes away", async () => {
    const { made, body } = parts(10_000);
    const { answer, over } = await sent(body);
    (await answer).destroy();
    await over;
    expect([made.count < 200, made.isEnded]).toEqual([true, true]);
  });

  test("that breaks off breaks the answer off, so that nobody waits for the rest or takes it for whole", async () => {
    const { answer, over, failure } = await sent(async function* () {
      yield PART;
      yield PART;
      throw new Error("the table is away");
    });
    const incoming = await answer;
    const reading = (async () => {
      for await (const _ of incoming);
    })();
    await expect(reading).rejects.toThrow("aborted");
    await over;
    expect(failure()).toMatchObject({ message: "the table is away" });
  });
});

test("a body that fails before its first part is no body: the failure can still be answered", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull() {
      throw new Error("the table is away");
    },
  });
  await expect(makePaced()(broken, "call-2")).rejects.toThrow("the table is away");
});

test("an answer that nobody knows is not waited for", async () => {
  const body = await makePaced()(ReadableStream.from(parts(3).body()), "call-3");
  const sizes: number[] = [];
  for await (const { length } of body) sizes.push(length);
  expect(sizes).toEqual([PART.length, PART.length, PART.length]);
});
