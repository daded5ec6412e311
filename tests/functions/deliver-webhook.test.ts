import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { WebhookEvent } from "../../lib/webhooks/event.ts";
import type { DeliveryMessage } from "../../lib/webhooks/ports.ts";
import { MAX_ATTEMPTS } from "../../lib/webhooks/schedule.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting, inShort } from "../connect.ts";
import { hooking } from "../hooking.ts";
import type { Receiver } from "../receiver.ts";
import { must } from "../requesting.ts";

let product: TestApp;
let hooks: ReturnType<typeof hooking>;
let target: Receiver;
let id: string;

beforeAll(async () => {
  product = await startTestApp();
  hooks = hooking(product);
});

beforeEach(async () => {
  await product.reset();
  target = await hooks.receiver();
  id = (await hooks.create(target.url)).id;
});

afterEach(() => hooks.close());

afterAll(() => product.stop());

const DAY_MS = 24 * 3_600_000;

/** A message as the audit's telling puts it into the queue. */
function aMessage(change: Partial<DeliveryMessage> = {}): DeliveryMessage {
  const at = product.clock.now();
  const event: WebhookEvent = {
    id: newEventId(at),
    type: "session.requested",
    state: "open",
    at: at.toISOString(),
    sessionId: randomUUID().replaceAll("-", ""),
    deviceId: randomUUID(),
  };
  return { v: 1, webhookId: id, attempt: 1, putBacks: 0, event, ...change };
}

let numbers = 0;
function newEventId(at: Date): string {
  numbers += 1;
  const us = BigInt(at.getTime()) * 1000n + BigInt(numbers);
  return `${String(8_640_000_000_000_000_000n - us).padStart(19, "0")}-${String(numbers).padStart(16, "0")}`;
}

const only = async () => {
  const [delivery] = await hooks.deliveries(id);
  if (!delivery) throw new Error("no delivery");
  return delivery;
};
const statuses = async () => (await only()).attempts.map(({ status, problem }) => status ?? problem);

describe("An event that is not taken", () => {
  test("is tried ten times over three days, at the documented times, with one id, then given up", async () => {
    const { app, next } = hooks.processWithList();
    const startedMs = product.clock.now().getTime();
    target.answer(500);
    await app.webhooks.deliver(aMessage());
    while (await next());
    const hours = target.received.map(({ headers }) => Number(headers["webhook-timestamp"]) - startedMs / 1000);
    expect(hours).toEqual([0, 5, 305, 2105, 9305, 27_305, 63_305, 113_705, 185_705, 272_105]);
    expect(new Set(target.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(target.received).toHaveLength(MAX_ATTEMPTS);
    expect(await only()).toMatchObject({ state: "failed" });
    expect(await statuses()).toEqual(Array(10).fill(500));
  });

  test("says when it is tried again", async () => {
    target.answer(500);
    await hooks.processWithList().app.webhooks.deliver(aMessage());
    const nextAt = new Date(product.clock.now().getTime() + 5000).toISOString();
    expect(await only()).toMatchObject({ state: "waiting", nextAt });
  });

  test("is delivered once the receiver is well again", async () => {
    const { app, next, waiting } = hooks.processWithList();
    target.answer(503);
    await app.webhooks.deliver(aMessage());
    await next();
    expect((await hooks.look(id)).failingSince).toBeDefined();
    target.answer(200);
    await next();
    expect([await statuses(), (await only()).state, waiting.length]).toEqual([[503, 503, 200], "delivered", 0]);
    expect(await hooks.look(id)).not.toHaveProperty("failingSince");
  });

  test("comes back when the receiver asked for, at most a day later", async () => {
    for (const [asked, seconds] of [
      ["120", 120],
      ["1", 5],
      ["999999999", 86_400],
    ] as const) {
      const { app, waiting } = hooks.processWithList();
      target.answer((_received, response) => void response.writeHead(429, { "retry-after": asked }).end());
      await app.webhooks.deliver(aMessage());
      expect(waiting.map(({ dueMs }) => (dueMs - product.clock.now().getTime()) / 1000)).toEqual([seconds]);
    }
  });

  test.each([
    ["301 elsewhere", 301, "redirected"],
    ["304", 304, "redirected"],
    ["100 times not found", 404, "status"],
    ["an error", 500, "status"],
  ])("because of %s is not delivered", async (_title, status, problem) => {
    const other = await hooks.receiver();
    target.answer((_received, response) => void response.writeHead(status, { location: other.url }).end());
    await hooks.processWithList().app.webhooks.deliver(aMessage());
    expect((await only()).attempts).toEqual([expect.objectContaining({ status, problem })]);
    expect(other.connections()).toBe(0);
  });

  test("because nobody is there, or the connection is cut, says so", async () => {
    const { app, next } = hooks.processWithList();
    target.answer((_received, response) => void response.socket?.destroy());
    await app.webhooks.deliver(aMessage());
    await target.close();
    await next();
    expect(await statuses()).toEqual(["cut", "unreachable"]);
  });
});

describe("An endpoint", () => {
  test("that answers 410 is paused at once and audited; it has to agree before it goes on", async () => {
    const { app, waiting } = hooks.processWithList();
    target.answer(410);
    await app.webhooks.deliver(aMessage());
    expect([waiting.length, (await only()).state]).toEqual([0, "failed"]);
    expect(await hooks.look(id)).toMatchObject({ status: "paused", problem: "gone" });
    const pauses = (await product.audit("webhook.")).filter(({ action }) => action === "webhook.pause");
    expect(pauses).toMatchObject([
      { phase: "intent", actor: { id: "connector", kind: "system" } },
      { phase: "outcome", result: "success", reason: `gone ${id}` },
    ]);
    target.agree("no");
    const resume = async () => must(await hooks.call("PATCH", `/${id}`, { paused: false }), 200).json();
    expect(await resume()).toMatchObject({ status: "pending", problem: "not-proven" });
    target.agree("handshake");
    must(await hooks.call("POST", `/${id}/test`), 200);
    expect(await hooks.look(id)).toMatchObject({ status: "active" });
  });

  test("that fails for five days without a success is paused; a success in between starts anew", async () => {
    const { app } = hooks.processWithList();
    const deliver = async (status: number) => {
      target.answer(status);
      await app.webhooks.deliver(aMessage());
      return (await hooks.look(id)).status;
    };
    await deliver(500);
    product.clock.advance(4 * DAY_MS);
    await deliver(200);
    await deliver(500);
    product.clock.advance(5 * DAY_MS - 1);
    expect(await deliver(500)).toBe("active");
    product.clock.advance(1);
    expect(await deliver(500)).toBe("paused");
    expect(await hooks.look(id)).toMatchObject({ problem: "failing" });
    const lines = inShort(await product.audit("webhook.")).filter((line) => line.startsWith("webhook.pause"));
    expect(lines).toEqual(["webhook.pause intent", "webhook.pause outcome success"]);
  });
});

describe("One event for one endpoint", () => {
  test("is sent once, however many copies of its message come, to however many processes, at once", async () => {
    const message = aMessage();
    const processes = [1, 2, 3, 4].map(() => hooks.processWithList());
    target.answer((_received, response) => void setTimeout(() => response.writeHead(200).end(), 200));
    await Promise.all([...processes, ...processes].map(({ app }) => app.webhooks.deliver(message)));
    for (const { next } of processes) while (await next());
    expect(target.received).toHaveLength(1);
    expect(await only()).toMatchObject({ state: "delivered" });
  });

  test("is sent again by another process when the one that sent it died: at least once, with the same id", async () => {
    const dying = hooks.processWithList({ callTarget: () => new Promise(() => undefined) });
    const message = aMessage();
    dying.app.webhooks.deliver(message).catch(() => undefined);
    await expect(settled(() => only())).resolves.toMatchObject({ state: "sending" });
    const other = hooks.processWithList();
    await other.app.webhooks.deliver(message);
    expect(target.received).toHaveLength(0);
    await other.next();
    expect([target.received.length, (await only()).state]).toEqual([1, "delivered"]);
  });

  test.each(["before the next message is sent", "after it, before the attempt is marked"])(
    "is not lost when a process dies after a failed attempt, %s",
    async (moment) => {
      target.answer(500);
      const { queue, deliveries } = hooks.ports();
      const dead = () => Promise.reject(new Error("the process died"));
      const sent: DeliveryMessage[] = [];
      const dying = hooks.processWithList(
        moment.startsWith("before")
          ? { queue: { ...queue, send: dead } }
          : {
              queue: { ...queue, send: async (each) => void sent.push(each) },
              deliveries: { ...deliveries, update: dead },
            },
      );
      const message = aMessage();
      await expect(dying.app.webhooks.deliver(message)).rejects.toThrow("died");
      target.answer(200);
      product.clock.advance(10 * 60_000);
      const other = hooks.processWithList();
      for (const each of [message, ...sent]) await other.app.webhooks.deliver(each);
      while (await other.next());
      expect((await only()).state).toBe("delivered");
    },
  );

  test("costs at most three calls of storage an attempt, and none of the vault once its secret is known", async () => {
    const proxy = await hooks.storageProxy();
    const process = product.newProcess({ AzureWebJobsStorage: proxy.connectionString });
    await process.deliver("deliver-webhook", aMessage());
    const costs: number[] = [];
    const cost = async (status: number) => {
      target.answer(status);
      const before = proxy.calls.length;
      await process.deliver("deliver-webhook", aMessage());
      costs.push(proxy.calls.length - before);
    };
    const reads = product.around.vault.journal.length;
    await cost(200);
    // The first failure is noted in the endpoint's row and the endpoints are read again, once; the queue is made.
    for (let count = 0; count < 4; count += 1) await cost(500);
    expect(costs).toEqual([2, expect.any(Number), 4, 3, 3]);
    expect(product.around.vault.journal.length).toBe(reads);
  });
});

describe("A slow receiver", () => {
  test("gets one call at a time; the others are served meanwhile", async () => {
    const slow = await hooks.receiver();
    const slowId = (await hooks.create(slow.url)).id;
    const { app, waiting } = hooks.processWithList();
    let underWay = 0;
    let most = 0;
    const open: (() => void)[] = [];
    slow.answer((_received, response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      open.push(() => {
        underWay -= 1;
        response.writeHead(200).end();
      });
    });
    const stuck = Array.from({ length: 20 }, () => app.webhooks.deliver(aMessage({ webhookId: slowId })));
    await settled(() => (underWay === 1 && waiting.length === 19 ? true : undefined));
    for (let count = 0; count < 20; count += 1) await app.webhooks.deliver(aMessage());
    expect(target.received).toHaveLength(20);
    expect([most, slow.received.length]).toEqual([1, 1]);
    expect(waiting.every(({ message }) => message.attempt === 1 && message.putBacks === 1)).toBe(true);
    for (const end of open) end();
    await Promise.all(stuck);
  });
});

describe("An outage", () => {
  test("of the vault puts the message back and counts as no attempt", async () => {
    const { app, waiting, next } = hooks.processWithList();
    product.around.vault.addFault({ path: "/secrets/wh-", status: 403, times: 0 });
    await app.webhooks.deliver(aMessage());
    expect(waiting).toMatchObject([{ message: { attempt: 1, putBacks: 1 } }]);
    expect([target.received.length, await hooks.deliveries(id)]).toEqual([0, []]);
    product.clearFaults();
    await next();
    expect(await statuses()).toEqual([204]);
  });
});

describe("A message", () => {
  test("that is not one of ours goes to the poison queue at once", async () => {
    const good = aMessage();
    const odd = ["not JSON", "", null, 7, [], {}, { ...good, v: 2 }, { ...good, extra: 1 }, { ...good, attempt: 0 }];
    for (const message of [...odd, { ...good, webhookId: "../x" }, { ...good, event: { ...good.event, id: "x~0001" } }])
      await product.deliver("deliver-webhook", message);
    expect(await hooks.agent.messages("webhooks-poison")).toHaveLength(odd.length + 2);
    expect(target.received).toHaveLength(0);
  });

  test("for an endpoint that is gone is dropped", async () => {
    await product.deliver("deliver-webhook", aMessage({ webhookId: randomUUID() }));
    expect(await product.rows("deliveries")).toEqual([]);
  });

  test("that failed too often is marked in its delivery and audited", async () => {
    const message = aMessage();
    await product.deliver("deliver-webhook-poison", message);
    expect(await only()).toMatchObject({ state: "failed", attempts: [{ number: 1, problem: "given-up" }] });
    await product.deliver("deliver-webhook-poison", "not one of ours");
    expect((await product.audit("webhook.")).slice(-2)).toMatchObject([
      { action: "webhook.deliver", result: "failed", reason: `given-up ${id}`, sessionId: message.event.sessionId },
      { action: "webhook.deliver", result: "failed", reason: "malformed-message" },
    ]);
  });

  test("in the poison queue takes nothing back from what was delivered", async () => {
    const message = aMessage();
    await product.deliver("deliver-webhook", message);
    await product.deliver("deliver-webhook-poison", message);
    expect((await only()).state).toBe("delivered");
  });

  test("has at most two kilobytes", () => {
    const message = aMessage({ attempt: 1000, putBacks: 1_000_000 });
    const largest = { ...message.event, reason: "x".repeat(200), challenge: "x".repeat(100) };
    expect(Buffer.from(JSON.stringify({ ...message, event: largest })).toString("base64").length).toBeLessThan(2048);
  });
});

test("deliveries are kept as long as sessions, not longer", async () => {
  await product.deliver("deliver-webhook", aMessage());
  product.clock.advance(90 * DAY_MS - 1000);
  await product.deliver("deliver-webhook", aMessage());
  await product.runTimer("keep-connected");
  expect(await hooks.deliveries(id)).toHaveLength(2);
  product.clock.advance(2000);
  await product.runTimer("keep-connected");
  expect(await hooks.deliveries(id)).toHaveLength(1);
});

test("without webhooks a session costs no call of storage more, but for one look a minute", async () => {
  must(await hooks.call("DELETE", `/${id}`), 202);
  await connecting(product).connected();
  const proxy = await hooks.storageProxy();
  const process = product.newProcess({ AzureWebJobsStorage: proxy.connectionString });
  const calls = async () => {
    const before = proxy.calls.length;
    await hooks.agent.open({}, { process });
    return proxy.calls.slice(before).filter(({ about }) => /webhooks|deliveries/.test(about)).length;
  };
  expect([await calls(), await calls(), await calls()]).toEqual([1, 0, 0]);
  product.clock.advance(60_000);
  await process.runTimer("follow-sessions");
  expect(await calls()).toBe(0);
});

/** What `look` finds, once it finds something. */
async function settled<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let round = 0; round < 200; round += 1) {
    const found = await Promise.resolve(look()).catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it never came to be");
}
