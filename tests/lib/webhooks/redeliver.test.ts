import { describe, expect, test } from "@jest/globals";
import type { Attempt } from "../../../lib/webhooks/delivery.ts";
import { ADA, codeOf, inMemory } from "./in-memory.ts";

/** An endpoint with one event whose attempts ended in these states. */
async function tried(states: Attempt["state"][], change: Partial<Attempt> = {}) {
  const hooks = inMemory();
  const { id } = await hooks.endpoint();
  const event = hooks.event();
  for (const [index, state] of states.entries())
    await hooks.deliveries.claim(id, {
      event,
      number: index + 1,
      state,
      at: hooks.later(0),
      until: hooks.later(0),
      ...change,
    });
  return { hooks, id, event, again: () => hooks.webhooks.redeliver(ADA, id, event.id, "c-1") };
}

describe("An event sent once more", () => {
  test.each(["delivered", "failed", "waiting", "cancelled", "sending"] as const)(
    "after it was %s is put into the queue at once as the next attempt",
    async (state) => {
      const { hooks, id, event, again } = await tried(["failed", state]);
      expect(await again()).toMatchObject({ id: event.id, state, attempts: [{ number: 1 }, { number: 2 }] });
      expect(hooks.queue).toEqual([
        {
          message: { v: 1, webhookId: id, attempt: 3, putBacks: 0, event, correlationId: "c-1" },
          delaySeconds: undefined,
        },
      ]);
      expect(hooks.lines()).toEqual(["webhook.deliver intent", `webhook.deliver outcome success again ${id}`]);
    },
  );

  test("while it is being sent is refused for a minute", async () => {
    const { hooks, again } = await tried(["sending"], { until: "2026-11-22T10:00:00.001Z" });
    await expect(again()).rejects.toMatchObject({ code: "request-in-progress", retryAfterSeconds: 60 });
    expect([hooks.queue, hooks.entries]).toEqual([[], []]);
  });

  test("that ended is not held back by the time it might have taken", async () => {
    const { again } = await tried(["failed"], { until: "2026-11-22T10:00:59.000Z" });
    expect(await codeOf(again())).toBe("done");
  });

  test("that nobody knows is not found", async () => {
    expect(await codeOf((await tried([])).again())).toBe("delivery-not-found");
  });

  test.each(["paused", "pending"] as const)("to an endpoint that is %s is refused", async (status) => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint({ status });
    await expect(hooks.webhooks.redeliver(ADA, id, hooks.event().id, "c-1")).rejects.toMatchObject({
      code: "webhook-not-active",
      message: expect.stringMatching(/active/),
    });
  });

  test("to an endpoint that is not there is not found", async () => {
    const hooks = inMemory();
    expect(await codeOf(hooks.webhooks.redeliver(ADA, "another", hooks.event().id, "c-1"))).toBe("webhook-not-found");
  });
});
