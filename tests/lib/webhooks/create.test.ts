import { describe, expect, test } from "@jest/globals";
import { MAX_WEBHOOKS } from "../../../lib/webhooks/webhook.ts";
import { ADA, answered, codeOf, inMemory, START } from "./in-memory.ts";

const url = "https://hooks.example/in?key=abc";
const wanted = { url, events: ["session.closed", "session.requested", "session.closed"] as const };

describe("Registering a webhook", () => {
  test("whose target agrees makes it active and answers its secret, once", async () => {
    const hooks = inMemory();
    const made = await hooks.webhooks.create(ADA, { ...wanted, description: "tickets" }, "c-1");
    expect(made).toEqual({
      id: expect.stringMatching(/^0d000000/),
      url: "https://hooks.example/in?…",
      status: "active",
      events: ["session.closed", "session.requested"],
      description: "tickets",
      createdBy: ADA.id,
      createdAt: START,
      secret: expect.stringMatching(/^whsec_/),
    });
    expect(await hooks.row(made.id)).toMatchObject({ url, activeSince: START, retiredSecrets: [] });
    const { secretName = "" } = (await hooks.row(made.id)) ?? {};
    expect(secretName).toMatch(/^wh-0d000000/);
    expect(await hooks.vault.read(secretName)).toEqual({ current: made.secret });
    expect(await hooks.webhooks.read(made.id)).not.toHaveProperty("secret");
    expect(hooks.lines()).toEqual(["webhook.create intent", `webhook.create outcome success active ${made.id}`]);
    expect(hooks.entries[0]).toMatchObject({ actor: { id: ADA.id, kind: "person" }, correlationId: "c-1" });
  });

  test("is pending, and told nothing, while its target is asked", async () => {
    const hooks = inMemory();
    hooks.answer(async () => {
      expect((await hooks.store.list()).map(({ value }) => value.status)).toEqual(["pending"]);
      return answered(200, { allowedOrigin: "*" });
    });
    expect((await hooks.webhooks.create(ADA, wanted, "c-1")).status).toBe("active");
  });

  test("without a description leaves none, and an empty one is none", async () => {
    const hooks = inMemory();
    for (const description of [undefined, ""])
      expect(await hooks.webhooks.create(ADA, { ...wanted, description }, "c-1")).not.toHaveProperty("description");
  });

  test("whose target does not agree leaves it pending and says why", async () => {
    const hooks = inMemory();
    hooks.answer(answered(404));
    const made = await hooks.webhooks.create(ADA, wanted, "c-1");
    expect(made).toMatchObject({ status: "pending", problem: "not-proven", secret: expect.any(String) });
    expect(await hooks.row(made.id)).not.toHaveProperty("activeSince");
    expect(hooks.lines().at(-1)).toBe(`webhook.create outcome success pending ${made.id}`);
  });

  test("is known to the next event of this process at once, as it became", async () => {
    const hooks = inMemory();
    expect(await hooks.known.current()).toEqual([]);
    const { id } = await hooks.webhooks.create(ADA, wanted, "c-1");
    expect((await hooks.known.current()).map(({ value }) => [value.id, value.status])).toEqual([[id, "active"]]);
  });

  test("writes the row before the secret and asks the target last, after the intent", async () => {
    const hooks = inMemory();
    await hooks.webhooks.create(ADA, wanted, "c-1");
    const order = ["audit.append", "store.add", "vault.write", "target.OPTIONS", "store.update", "audit.append"];
    expect(hooks.journal.calls.filter((call) => order.includes(call))).toEqual(order);
  });

  test("that cannot write its secret leaves a deleted row for the timer, and fails", async () => {
    const hooks = inMemory();
    hooks.journal.fail("vault.write");
    expect(await codeOf(hooks.webhooks.create(ADA, wanted, "c-1"))).toBe("vault.write is away");
    expect((await hooks.store.list()).map(({ value }) => value.status)).toEqual(["deleted"]);
    expect(hooks.lines().at(-1)).toMatch(/^webhook.create outcome failed internal-error 0d/);
  });

  test("says what went wrong, even when the row cannot be marked as deleted", async () => {
    const hooks = inMemory();
    hooks.journal.fail("vault.write");
    hooks.journal.fail("store.update");
    expect(await codeOf(hooks.webhooks.create(ADA, wanted, "c-1"))).toBe("vault.write is away");
  });

  test("does nothing without its intent", async () => {
    const hooks = inMemory();
    hooks.journal.fail("audit.append");
    expect(await codeOf(hooks.webhooks.create(ADA, wanted, "c-1"))).toBe("upstream-unavailable");
    expect(await hooks.store.list()).toEqual([]);
  });

  test("is refused for an address that cannot be a target, and names the reason", async () => {
    const hooks = inMemory();
    const refused = hooks.webhooks.create(ADA, { ...wanted, url: "http://hooks.example" }, "c-1");
    await expect(refused).rejects.toMatchObject({
      code: "invalid-request",
      message: expect.stringMatching(/url.*https/),
    });
    expect([hooks.entries, hooks.calls]).toEqual([[], []]);
  });

  test("takes a receiver on the same machine where the setting says so", async () => {
    const local = { ...wanted, url: "http://localhost:7072/in" };
    expect(await codeOf(inMemory().webhooks.create(ADA, local, "c-1"))).toBe("invalid-request");
    expect(await codeOf(inMemory({ allowLoopback: true }).webhooks.create(ADA, local, "c-1"))).toBe("done");
  });

  test("keeps the address as the parser wrote it", async () => {
    const hooks = inMemory();
    const { id } = await hooks.webhooks.create(ADA, { ...wanted, url: "HTTPS://Hooks.EXAMPLE" }, "c-1");
    expect((await hooks.row(id))?.url).toBe("https://hooks.example/");
  });

  test(`is possible up to ${MAX_WEBHOOKS} of them; deleted ones do not count`, async () => {
    const hooks = inMemory();
    const add = (number: number, status: "active" | "deleted") =>
      hooks.endpoint({ id: `id-${number}`, secretName: `wh-${number}`, status });
    for (let number = 0; number < MAX_WEBHOOKS - 1; number += 1) await add(number, "active");
    for (let number = 100; number < 105; number += 1) await add(number, "deleted");
    expect(await codeOf(hooks.webhooks.create(ADA, wanted, "c-1"))).toBe("done");
    const refused = hooks.webhooks.create(ADA, wanted, "c-1");
    await expect(refused).rejects.toMatchObject({ code: "too-many-webhooks", message: expect.stringContaining("50") });
  });
});
