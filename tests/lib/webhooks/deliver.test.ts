import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import type { DeliveryMessage } from "../../../lib/webhooks/ports.ts";
import { answered, codeOf, type InMemory, inMemory } from "./in-memory.ts";

const away = new AppError("upstream-unavailable", "away");

/** One active endpoint and a message for it. */
async function aDelivery(change: Partial<DeliveryMessage> = {}) {
  const hooks = inMemory();
  const webhook = await hooks.endpoint();
  const message = { v: 1 as const, webhookId: webhook.id, attempt: 1, putBacks: 0, event: hooks.event(), ...change };
  return { ...hooks, hooks, webhook, message, deliver: () => hooks.webhooks.deliver(message) };
}

const attemptOf = async ({ deliveries }: InMemory, { webhookId, event, attempt }: DeliveryMessage) =>
  (await deliveries.find(webhookId, event.id, attempt))?.value;

describe("An event", () => {
  test("that is taken is stored as delivered, and nothing is left in the queue", async () => {
    const { hooks, message, deliver, calls, later } = await aDelivery();
    await deliver();
    expect(await attemptOf(hooks, message)).toEqual({
      event: message.event,
      number: 1,
      state: "delivered",
      at: later(0),
      until: later(60_000),
      status: 204,
      durationMs: 20,
    });
    expect([calls.length, calls[0]?.url, hooks.queue]).toEqual([1, "https://hooks.example/in", []]);
    expect(hooks.journal.countOf("store.update")).toBe(0);
  });

  test("that is not taken waits for its next attempt, which is in the queue before the row says so", async () => {
    const { hooks, message, deliver, later } = await aDelivery({ attempt: 2, putBacks: 3 });
    hooks.state.random = 0.5;
    hooks.answer(answered(500));
    await deliver();
    expect(await attemptOf(hooks, message)).toMatchObject({
      state: "waiting",
      status: 500,
      problem: "status",
      nextAt: later(330_000),
    });
    expect(hooks.queue).toEqual([{ message: { ...message, attempt: 3, putBacks: 0 }, delaySeconds: 330 }]);
    const order = hooks.journal.calls.filter((call) => ["queue.send", "deliveries.update"].includes(call));
    expect(order).toEqual(["queue.send", "deliveries.update"]);
    expect((await hooks.row(message.webhookId))?.failingSince).toBe(later(0));
  });

  test("whose receiver asks for time gets it", async () => {
    const { hooks, deliver } = await aDelivery();
    hooks.answer(answered(429, { retryAfterSeconds: 120 }));
    await deliver();
    expect(hooks.queue.map(({ delaySeconds }) => delaySeconds)).toEqual([120]);
  });

  test("that nobody answers says why and has no status", async () => {
    const { hooks, message, deliver } = await aDelivery();
    hooks.answer({ outcome: "timeout", durationMs: 15_000 });
    await deliver();
    const attempt = await attemptOf(hooks, message);
    expect(attempt).toMatchObject({ state: "waiting", problem: "timeout", durationMs: 15_000 });
    expect(attempt).not.toHaveProperty("status");
  });

  test.each([
    ["the tenth time", { attempt: 10 }, 500],
    ["because the receiver is gone", {}, 410],
  ])("that fails %s is not tried again", async (_title, change, status) => {
    const { hooks, message, deliver } = await aDelivery(change);
    hooks.answer(answered(status));
    await deliver();
    const attempt = await attemptOf(hooks, message);
    expect(attempt).toMatchObject({ state: "failed", status });
    expect(attempt).not.toHaveProperty("nextAt");
    expect(hooks.queue).toEqual([]);
  });

  test("for a receiver that is gone pauses the endpoint", async () => {
    const { hooks, message, deliver } = await aDelivery();
    hooks.answer(answered(410));
    await deliver();
    expect(await hooks.row(message.webhookId)).toMatchObject({ status: "paused", problem: "gone" });
  });
});

describe("A message that comes twice", () => {
  test.each(["delivered", "waiting", "failed", "cancelled"] as const)(
    "after its attempt was %s does nothing",
    async (state) => {
      const { hooks, message, deliver, later } = await aDelivery();
      const { event } = message;
      await hooks.deliveries.claim(message.webhookId, { event, number: 1, state, at: later(-9e6), until: later(-9e6) });
      await deliver();
      expect([hooks.calls, hooks.queue]).toEqual([[], []]);
      expect((await attemptOf(hooks, message))?.state).toBe(state);
    },
  );

  test("while its attempt is under way comes back a minute later", async () => {
    const { hooks, message, deliver, later } = await aDelivery({ putBacks: 2 });
    const { event } = message;
    await hooks.deliveries.claim(message.webhookId, {
      event,
      number: 1,
      state: "sending",
      at: later(0),
      until: later(1),
    });
    await deliver();
    expect(hooks.calls).toEqual([]);
    expect(hooks.queue).toEqual([{ message: { ...message, putBacks: 3 }, delaySeconds: 60 }]);
  });

  test("after the process that made the attempt died takes it over", async () => {
    const { hooks, message, deliver, later } = await aDelivery();
    const { event } = message;
    await hooks.deliveries.claim(message.webhookId, {
      event,
      number: 1,
      state: "sending",
      at: later(-9),
      until: later(0),
    });
    await deliver();
    expect(await attemptOf(hooks, message)).toMatchObject({ state: "delivered", at: later(0), until: later(60_000) });
    expect(hooks.calls).toHaveLength(1);
  });

  test("to two processes after that is sent by one of them", async () => {
    const { hooks, message, deliver, later } = await aDelivery();
    const { event } = message;
    await hooks.deliveries.claim(message.webhookId, {
      event,
      number: 1,
      state: "sending",
      at: later(-9),
      until: later(0),
    });
    hooks.journal.instead("deliveries.update", () => undefined);
    await deliver();
    expect([hooks.calls.length, hooks.queue.map(({ delaySeconds }) => delaySeconds)]).toEqual([0, [60]]);
  });
});

describe("An endpoint", () => {
  test.each(["paused", "pending"] as const)("that is %s gets nothing: its deliveries are cancelled", async (status) => {
    const hooks = inMemory();
    const { id: webhookId } = await hooks.endpoint({ status });
    const message = { v: 1 as const, webhookId, attempt: 1, putBacks: 0, event: hooks.event() };
    await hooks.webhooks.deliver(message);
    expect(await attemptOf(hooks, message)).toMatchObject({ state: "cancelled", problem: "paused" });
    expect([hooks.calls, hooks.queue, hooks.journal.countOf("vault.read")]).toEqual([[], [], 0]);
  });

  test("without its secret gets nothing unsigned", async () => {
    const { hooks, message, deliver, webhook } = await aDelivery();
    await hooks.vault.remove(webhook.secretName);
    await deliver();
    expect(await attemptOf(hooks, message)).toMatchObject({ state: "cancelled", problem: "given-up" });
    expect(hooks.calls).toEqual([]);
  });

  test.each(["deleted", "unknown"])("that is %s gets nothing, and nothing is stored or put back", async (how) => {
    const { hooks, message, deliver, webhook } = await aDelivery();
    const stored = await hooks.store.find(webhook.id);
    if (stored && how === "deleted") await hooks.store.update(stored, { ...webhook, status: "deleted" });
    if (stored && how === "unknown") await hooks.store.remove(stored);
    await deliver();
    expect([await attemptOf(hooks, message), hooks.calls, hooks.queue]).toEqual([undefined, [], []]);
  });
});

describe("An outage", () => {
  test.each(["vault.read", "deliveries.claim", "store.list"])(
    "at %s puts the message back for a minute and counts as no attempt",
    async (label) => {
      const { hooks, message, deliver } = await aDelivery({ attempt: 4, putBacks: 7 });
      hooks.journal.fail(label, 1, away);
      await deliver();
      expect(hooks.queue).toEqual([{ message: { ...message, putBacks: 8 }, delaySeconds: 60 }]);
      expect([hooks.calls, await attemptOf(hooks, message)]).toEqual([[], undefined]);
    },
  );

  test("of any other kind is the host's matter, which hands the message over again", async () => {
    const { hooks, deliver } = await aDelivery();
    hooks.journal.fail("deliveries.claim");
    expect(await codeOf(deliver())).toBe("deliveries.claim is away");
    expect(hooks.queue).toEqual([]);
  });
});

describe("A receiver", () => {
  /** How many of four calls at once begin, after `first` was answered in `durationMs`. */
  async function wide(durationMs: number, status = 204): Promise<{ begun: number; delays: (number | undefined)[] }> {
    const { hooks, message, deliver } = await aDelivery();
    hooks.answer(answered(status, { durationMs }));
    await deliver();
    hooks.queue.splice(0);
    let begun = 0;
    const ends: (() => void)[] = [];
    hooks.answer(() => {
      begun += 1;
      return new Promise((resolve) => ends.push(() => resolve(answered(204))));
    });
    const asked = [1, 2, 3, 4].map(() => hooks.webhooks.deliver({ ...message, putBacks: 2, event: hooks.event() }));
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const begunAtOnce = begun;
    hooks.answer(answered(204));
    for (const end of ends) end();
    await Promise.all(asked);
    return { begun: begunAtOnce, delays: hooks.queue.map(({ delaySeconds }) => delaySeconds) };
  }

  test("that took the last one within two seconds gets several at once", async () => {
    expect(await wide(1_999)).toEqual({ begun: 4, delays: [] });
  });

  test.each([
    ["slow", 2_000, 204, [2, 4, 6]],
    ["failing late", 3_000, 500, [3, 6, 9]],
    ["failing at once", 5, 500, []],
  ])(
    "that was %s gets one at a time; the others come one after another",
    async (_title, durationMs, status, delays) => {
      expect(await wide(durationMs, status)).toEqual({ begun: 1, delays });
    },
  );

  test("whose delivery broke off has its lane free again", async () => {
    const { hooks, message, deliver } = await aDelivery();
    hooks.journal.fail("deliveries.claim");
    await codeOf(deliver());
    await hooks.webhooks.deliver(message);
    expect((await attemptOf(hooks, message))?.state).toBe("delivered");
  });

  /** How many of two calls at once begin. */
  async function begunOfTwo(hooks: InMemory, message: DeliveryMessage): Promise<number> {
    const ends: (() => void)[] = [];
    hooks.answer(() => new Promise((resolve) => ends.push(() => resolve(answered(204)))));
    const asked = [1, 2].map(() => hooks.webhooks.deliver({ ...message, event: hooks.event() }));
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const begun = ends.length;
    for (const end of ends) end();
    await Promise.all(asked);
    return begun;
  }

  test.each(["delivered", "sending"] as const)(
    "loses nothing of its width by a message whose attempt is %s already",
    async (state) => {
      const { hooks, message, deliver, later } = await aDelivery();
      await deliver();
      const event = hooks.event();
      await hooks.deliveries.claim(message.webhookId, { event, number: 1, state, at: later(0), until: later(1) });
      await hooks.webhooks.deliver({ ...message, event });
      expect(await begunOfTwo(hooks, message)).toBe(2);
    },
  );

  test("whose delivery broke off is not taken for a quick one", async () => {
    const { hooks, message, deliver } = await aDelivery();
    await deliver();
    hooks.journal.fail("deliveries.claim");
    await codeOf(hooks.webhooks.deliver({ ...message, event: hooks.event() }));
    expect(await begunOfTwo(hooks, message)).toBe(1);
  });
});
