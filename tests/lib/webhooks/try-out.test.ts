import { describe, expect, test } from "@jest/globals";
import { ADA, answered, codeOf, inMemory, START } from "./in-memory.ts";

describe("Trying out a webhook", () => {
  test("sends a test event once and answers what the target said", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    const { webhook, delivery } = await hooks.webhooks.tryOut(ADA, id, "c-1");
    expect(webhook).toEqual(await hooks.webhooks.read(id));
    expect(delivery).toEqual({
      id: expect.stringMatching(/^\d{19}-/),
      type: "webhook.test",
      at: START,
      state: "delivered",
      attempts: [{ number: 1, at: START, status: 204, durationMs: 20 }],
    });
    expect(hooks.calls).toMatchObject([{ method: "POST", headers: { "webhook-id": delivery?.id } }]);
    expect(JSON.parse(hooks.calls[0]?.body ?? "").data).toEqual({});
    expect(await hooks.webhooks.deliveries(id, { top: 10 })).toEqual({ value: [delivery] });
    expect(hooks.lines()).toEqual(["webhook.deliver intent", `webhook.deliver outcome success test ${id}`]);
  });

  test.each([
    ["an error", answered(500), { status: 500, problem: "status" }],
    ["nothing", { outcome: "timeout", durationMs: 20 } as const, { problem: "timeout" }],
  ])("that gets %s answers that, and does not try again", async (_title, answer, seen) => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    hooks.answer(answer);
    const { delivery } = await hooks.webhooks.tryOut(ADA, id, "c-1");
    expect(delivery).toMatchObject({ state: "failed", attempts: [{ number: 1, at: START, durationMs: 20, ...seen }] });
    expect(delivery?.attempts[0]).toHaveProperty("durationMs", 20);
    expect((await hooks.webhooks.deliveries(id, { top: 10 })).value).toEqual([delivery]);
    expect(hooks.queue).toEqual([]);
    expect(hooks.lines().at(-1)).toBe(`webhook.deliver outcome failed test ${id}`);
  });

  test("that is paused sends the event, too, so that one can see whether it is well again", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint({ status: "paused", problem: "failing" });
    const { webhook, delivery } = await hooks.webhooks.tryOut(ADA, id, "c-1");
    expect([webhook.status, delivery?.state]).toEqual(["paused", "delivered"]);
  });

  test("that is pending asks for consent again instead", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint({ status: "pending", problem: "timeout" });
    hooks.answer(answered(404));
    expect(await hooks.webhooks.tryOut(ADA, id, "c-1")).toEqual({
      webhook: expect.objectContaining({ status: "pending", problem: "not-proven" }),
    });
    expect(hooks.lines().at(-1)).toBe(`webhook.deliver outcome failed consent ${id}`);
    hooks.answer(answered(200, { allowedOrigin: "*" }));
    const { webhook, ...rest } = await hooks.webhooks.tryOut(ADA, id, "c-1");
    expect([webhook.status, webhook.problem, rest]).toEqual(["active", undefined, {}]);
    expect(hooks.lines().at(-1)).toBe(`webhook.deliver outcome success consent ${id}`);
  });

  test.each(["active", "pending"] as const)(
    "that is %s without its secret says what to do, and sends nothing",
    async (status) => {
      const hooks = inMemory();
      const { id, secretName } = await hooks.endpoint({ status });
      await hooks.vault.remove(secretName);
      await expect(hooks.webhooks.tryOut(ADA, id, "c-1")).rejects.toMatchObject({
        code: "webhook-not-active",
        message: expect.stringMatching(/[Rr]otate/),
      });
      expect(hooks.calls).toEqual([]);
      expect(hooks.lines().at(-1)).toBe(`webhook.deliver outcome failed webhook-not-active ${id}`);
    },
  );

  test("of one that is not there says so and leaves no line", async () => {
    const hooks = inMemory();
    expect(await codeOf(hooks.webhooks.tryOut(ADA, "another", "c-1"))).toBe("webhook-not-found");
    expect(hooks.entries).toEqual([]);
  });

  test("stores the attempt as under way before the target is called", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    hooks.answer(async () => {
      const { value } = await hooks.webhooks.deliveries(id, { top: 1 });
      expect(value[0]).toMatchObject({ state: "sending", attempts: [{ number: 1 }] });
      return answered(204);
    });
    expect((await hooks.webhooks.tryOut(ADA, id, "c-1")).delivery?.state).toBe("delivered");
  });
});
