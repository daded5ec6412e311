import { describe, expect, test } from "@jest/globals";
import { inMemory } from "./in-memory.ts";

const aMessage = (hooks: ReturnType<typeof inMemory>) => ({
  v: 1 as const,
  webhookId: "w-1",
  attempt: 3,
  putBacks: 0,
  event: hooks.event(),
});

describe("A message that failed too often", () => {
  test("is stored as a failed attempt and audited with its session", async () => {
    const hooks = inMemory();
    const message = aMessage(hooks);
    await hooks.webhooks.giveUp(message, "c-1");
    expect(await hooks.deliveries.ofEvent("w-1", message.event.id)).toEqual([
      {
        event: message.event,
        number: 3,
        state: "failed",
        at: hooks.later(0),
        until: hooks.later(0),
        problem: "given-up",
      },
    ]);
    expect(hooks.entries).toEqual([
      {
        id: expect.any(String),
        at: hooks.later(0),
        actor: { id: "connector", kind: "system" },
        action: "webhook.deliver",
        phase: "outcome",
        result: "failed",
        reason: "given-up w-1",
        sessionId: message.event.sessionId,
        correlationId: "c-1",
      },
    ]);
  });

  test("ends an attempt that is under way, and leaves what it saw", async () => {
    const hooks = inMemory();
    const { event, ...message } = aMessage(hooks);
    const sending = { event, number: 3, state: "sending" as const, at: hooks.later(-5), until: hooks.later(5) };
    await hooks.deliveries.claim("w-1", sending);
    await hooks.webhooks.giveUp({ ...message, event }, "c-1");
    expect(await hooks.deliveries.ofEvent("w-1", event.id)).toEqual([
      { ...sending, state: "failed", problem: "given-up" },
    ]);
  });

  test.each(["delivered", "waiting", "cancelled"] as const)("takes nothing back from one that is %s", async (state) => {
    const hooks = inMemory();
    const { event, ...message } = aMessage(hooks);
    const ended = { event, number: 3, state, at: hooks.later(-5), until: hooks.later(5) };
    await hooks.deliveries.claim("w-1", ended);
    await hooks.webhooks.giveUp({ ...message, event }, "c-1");
    expect(await hooks.deliveries.ofEvent("w-1", event.id)).toEqual([ended]);
  });

  test("and is not one of ours leaves only a line", async () => {
    const hooks = inMemory();
    await hooks.webhooks.giveUp(undefined, "c-1");
    expect(hooks.lines()).toEqual(["webhook.deliver outcome failed malformed-message"]);
    expect(hooks.entries[0]).not.toHaveProperty("sessionId");
    expect(hooks.journal.calls).toEqual(["audit.append"]);
  });

  test("goes to the poison queue as it came", async () => {
    const hooks = inMemory();
    await hooks.webhooks.sendToPoison("not one of ours");
    expect(hooks.poison).toEqual(["not one of ours"]);
  });
});
