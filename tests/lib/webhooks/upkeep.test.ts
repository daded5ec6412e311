import { describe, expect, test } from "@jest/globals";
import { codeOf, inMemory } from "./in-memory.ts";

const DAY_MS = 24 * 3_600_000;

describe("Every hour", () => {
  test("secrets out of use are removed once their time is over, and no other", async () => {
    const hooks = inMemory();
    const retired = [
      { name: "wh-old", after: hooks.later(0) },
      { name: "wh-young", after: hooks.later(1) },
    ];
    const { id } = await hooks.endpoint({ retiredSecrets: retired, description: "tickets" });
    for (const { name } of retired) await hooks.vault.write(name, id, { current: "whsec_AAAA" });
    await hooks.webhooks.upkeep();
    expect(hooks.secretNames()).toEqual(["wh-1", "wh-young"]);
    expect(await hooks.row(id)).toMatchObject({ retiredSecrets: [retired[1]], description: "tickets" });
    hooks.advance(1);
    await hooks.webhooks.upkeep();
    expect([hooks.secretNames(), (await hooks.row(id))?.retiredSecrets]).toEqual([["wh-1"], []]);
  });

  test("the row is written only when a secret went, and still names one that could not be removed", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint({ retiredSecrets: [{ name: "wh-old", after: hooks.later(5) }] });
    await hooks.webhooks.upkeep();
    expect(hooks.journal.countOf("store.update")).toBe(0);
    hooks.advance(5);
    hooks.journal.fail("vault.remove");
    expect(await codeOf(hooks.webhooks.upkeep())).toBe("vault.remove is away");
    expect((await hooks.row(id))?.retiredSecrets).toHaveLength(1);
  });

  test("deliveries past their retention are dropped", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    const days = async () => (await hooks.webhooks.deliveries(id, { top: 10 })).value.length;
    for (const age of [89, 91]) {
      const at = new Date(hooks.now().getTime() - age * DAY_MS);
      const event = hooks.event({ id: hooks.newEventId(at), at: at.toISOString() });
      await hooks.deliveries.claim(id, { event, number: 1, state: "delivered", at: event.at, until: event.at });
    }
    expect(await days()).toBe(2);
    await hooks.webhooks.upkeep();
    expect(await days()).toBe(1);
  });

  test("all of a deleted endpoint goes: its secrets, its deliveries, at last its row", async () => {
    const hooks = inMemory();
    const retired = { name: "wh-young", after: hooks.later(DAY_MS) };
    const { id } = await hooks.endpoint({ status: "deleted", retiredSecrets: [retired] });
    await hooks.vault.write(retired.name, id, { current: "whsec_AAAA" });
    // Delivered after the deletion, by a process that had not heard of it.
    const event = hooks.event();
    await hooks.deliveries.claim(id, { event, number: 1, state: "delivered", at: event.at, until: event.at });
    await hooks.webhooks.upkeep();
    expect([hooks.secretNames(), await hooks.row(id)]).toEqual([[], undefined]);
    expect(await hooks.deliveries.ofEvent(id, event.id)).toEqual([]);
    const order = hooks.journal.calls.filter((call) => /remove|drop/.test(call));
    expect(order).toEqual(["vault.remove", "vault.remove", "deliveries.dropBefore", "store.remove"]);
  });

  test("one deleted endpoint does not keep the others from their turn", async () => {
    const hooks = inMemory();
    await hooks.endpoint({ id: "0-first", status: "deleted" });
    const { id } = await hooks.endpoint({
      secretName: "wh-2",
      retiredSecrets: [{ name: "wh-old", after: hooks.later(0) }],
    });
    await hooks.webhooks.upkeep();
    expect((await hooks.row(id))?.retiredSecrets).toEqual([]);
  });
});
