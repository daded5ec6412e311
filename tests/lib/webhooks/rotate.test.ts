import { describe, expect, test } from "@jest/globals";
import { ADA, codeOf, inMemory } from "./in-memory.ts";

const HOUR_MS = 3_600_000;

describe("Rotating a secret", () => {
  test("answers a new one and lets the old one sign for a day more", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint({ retiredSecrets: [{ name: "wh-0", after: hooks.later(1) }] });
    const rotated = await hooks.webhooks.rotate(ADA, id, "c-1");
    expect(rotated).toMatchObject({
      id,
      secret: expect.stringMatching(/^whsec_0/),
      previousSecretUntil: hooks.later(24 * HOUR_MS),
    });
    const row = await hooks.row(id);
    expect(row?.secretName).toMatch(/^wh-0d000000/);
    expect(await hooks.vault.read(row?.secretName ?? "")).toEqual({
      current: rotated.secret,
      previous: "whsec_AAAA",
      previousUntil: hooks.later(24 * HOUR_MS),
    });
    expect(row?.retiredSecrets).toEqual([
      { name: "wh-0", after: hooks.later(1) },
      { name: "wh-1", after: hooks.later(HOUR_MS) },
    ]);
    expect(hooks.lines()).toEqual(["webhook.rotate intent", `webhook.rotate outcome success ${id}`]);
  });

  test("twice within a day leaves the last two", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    const first = await hooks.webhooks.rotate(ADA, id, "c-1");
    hooks.advance(HOUR_MS);
    const second = await hooks.webhooks.rotate(ADA, id, "c-1");
    const row = await hooks.row(id);
    expect(await hooks.vault.read(row?.secretName ?? "")).toMatchObject({
      current: second.secret,
      previous: first.secret,
    });
    expect(row?.previousSecretUntil).toBe(hooks.later(24 * HOUR_MS));
    expect(row?.retiredSecrets).toHaveLength(2);
  });

  test("of an endpoint whose secret is gone gives it one, with no other beside it", async () => {
    const hooks = inMemory();
    const { id, secretName } = await hooks.endpoint({ previousSecretUntil: "2026-11-22T12:00:00.000Z" });
    await hooks.vault.remove(secretName);
    const rotated = await hooks.webhooks.rotate(ADA, id, "c-1");
    expect(rotated).not.toHaveProperty("previousSecretUntil");
    const row = await hooks.row(id);
    expect(await hooks.vault.read(row?.secretName ?? "")).toEqual({ current: rotated.secret });
  });

  test("names the new secret in the row before it is written, so none is left that nobody knows of", async () => {
    const hooks = inMemory();
    const { id, secretName } = await hooks.endpoint();
    hooks.journal.fail("vault.write");
    expect(await codeOf(hooks.webhooks.rotate(ADA, id, "c-1"))).toBe("vault.write is away");
    const row = await hooks.row(id);
    expect(row?.secretName).toBe(secretName);
    expect(row?.retiredSecrets).toEqual([{ name: expect.stringMatching(/^wh-0d/), after: hooks.later(HOUR_MS) }]);
    expect(hooks.lines().at(-1)).toBe(`webhook.rotate outcome failed internal-error ${id}`);
  });

  test.each([
    ["before its first write", 0],
    ["before its second one", 1],
  ])("while somebody else changes the endpoint %s is refused and changes nothing of theirs", async (_title, writes) => {
    const hooks = inMemory();
    const { id, secretName } = await hooks.endpoint();
    const change = async () => {
      const stored = await hooks.store.find(id);
      if (stored) await hooks.store.update(stored, { ...stored.value, description: "theirs" });
    };
    if (writes === 0) hooks.journal.before("store.update", change);
    else hooks.journal.after("vault.write", change);
    expect(await codeOf(hooks.webhooks.rotate(ADA, id, "c-1"))).toBe("webhook-changed");
    expect(await hooks.row(id)).toMatchObject({ secretName, description: "theirs" });
    expect(hooks.journal.countOf("vault.write")).toBe(writes);
    expect(hooks.lines().at(-1)).toBe(`webhook.rotate outcome failed webhook-changed ${id}`);
  });

  test("is known to the next event in this process", async () => {
    const hooks = inMemory();
    const { id, secretName } = await hooks.endpoint();
    await hooks.known.current();
    await hooks.webhooks.rotate(ADA, id, "c-1");
    expect((await hooks.known.find(id))?.value.secretName).not.toBe(secretName);
  });

  test("of one that is not there is no rotation", async () => {
    const hooks = inMemory();
    expect(await codeOf(hooks.webhooks.rotate(ADA, "another", "c-1"))).toBe("webhook-not-found");
    expect(hooks.entries).toEqual([]);
  });
});
