import { describe, expect, test } from "@jest/globals";
import { changeWebhook, findWebhook } from "../../../lib/webhooks/change.ts";
import { codeOf, inMemory } from "./in-memory.ts";

const rename = (description: string) => ({ decide: (each: object) => ({ ...each, description }) as never });

describe("A change of a stored endpoint", () => {
  test("is decided again on what somebody else stored meanwhile, so neither change is lost", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    hooks.journal.before("store.update", async () => {
      const stored = await findWebhook(hooks, id);
      await hooks.store.update(stored, { ...stored.value, events: ["session.failed"] });
    });
    const { webhook, changed } = await changeWebhook(hooks, id, rename("new").decide);
    expect([webhook.events, webhook.description, changed]).toEqual([["session.failed"], "new", true]);
    expect(await hooks.row(id)).toEqual(webhook);
  });

  test("that decides to leave it writes nothing and says so", async () => {
    const hooks = inMemory();
    const webhook = await hooks.endpoint();
    expect(await changeWebhook(hooks, webhook.id, () => undefined)).toEqual({ webhook, changed: false });
    expect(hooks.journal.countOf("store.update")).toBe(0);
  });

  test("gives up after five rounds against others and says when to come again", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    hooks.journal.instead("store.update", () => undefined, 100);
    await expect(changeWebhook(hooks, id, rename("new").decide)).rejects.toMatchObject({
      code: "upstream-unavailable",
      retryAfterSeconds: 1,
      message: expect.stringMatching(/again/),
    });
    expect(hooks.journal.countOf("store.update")).toBe(5);
  });

  test("is seen by the next event in this process; one that was not made costs no new look", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    const known = async () => (await hooks.known.current())[0]?.value.description;
    await known();
    await changeWebhook(hooks, id, rename("new").decide);
    expect(await known()).toBe("new");
    const looks = hooks.journal.countOf("store.list");
    await changeWebhook(hooks, id, () => undefined);
    await known();
    expect(hooks.journal.countOf("store.list")).toBe(looks);
  });

  test("of one that is deleted or was never there is no change", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint({ status: "deleted" });
    for (const each of [id, "another"])
      expect(await codeOf(changeWebhook(hooks, each, rename("new").decide))).toBe("webhook-not-found");
  });
});
