import { describe, expect, test } from "@jest/globals";
import { changed } from "../../../../lib/webhooks/inbound/update.ts";
import { ADA, codeOf } from "../in-memory.ts";
import { aDesk } from "./a-desk.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const keys = ({ tables }: ReturnType<typeof aDesk>) => tables.rows("inbound").map(({ rowKey }) => rowKey);
const row = async ({ store }: ReturnType<typeof aDesk>) => (await store.list())[0]?.value;

describe("Registering a source", () => {
  test("makes its row, its secret and its audit, and tells the secret once", async () => {
    const desk = aDesk();
    const { secret, ...source } = await desk.register({ description: "Incidents", rights: ["close", "close"] });
    expect(source).toEqual({
      id: expect.stringMatching(/^0d000000-/),
      name: "tickets",
      description: "Incidents",
      rights: ["close"],
      paused: false,
      createdBy: ADA.id,
      createdAt: desk.now().toISOString(),
    });
    expect(await desk.inbound.read(source.id)).toEqual(source);
    expect(await desk.inbound.list()).toEqual({ value: [source] });
    const { secretName = "" } = (await row(desk)) ?? {};
    expect(secretName).toMatch(/^in-0d000000-/);
    expect(await desk.vault.read(secretName)).toEqual({ current: secret });
    expect(desk.lines()).toEqual(["inbound.create intent", `inbound.create outcome success ${source.id}`]);
    expect(desk.entries[0]?.actor).toEqual({ id: ADA.id, kind: "person" });
  });

  test("as paused makes a paused one", async () => {
    expect(await aDesk().register({ paused: true })).toMatchObject({ paused: true });
  });

  test("with a name that is taken is refused, also when somebody was faster", async () => {
    const desk = aDesk();
    await desk.register();
    expect(await codeOf(desk.register())).toBe("source-name-taken");
    expect(desk.lines()).toHaveLength(2);
    desk.journal.before("store.add", () => desk.register({ name: "other" }));
    expect(await codeOf(desk.register({ name: "other" }))).toBe("source-name-taken");
    expect(desk.lines().at(-1)).toMatch(/^inbound.create outcome failed source-name-taken 0d/);
    expect(desk.secretNames()).toHaveLength(2);
  });

  test("ends at fifty", async () => {
    const desk = aDesk();
    for (let index = 0; index < 50; index += 1) await desk.register({ name: `s${index}` });
    expect(await codeOf(desk.register())).toBe("too-many-sources");
    const { value } = await desk.inbound.list();
    await desk.inbound.remove(ADA, value[0]?.id ?? "", "c-1");
    expect(await codeOf(desk.register())).toBe("done");
  });

  test("without a secret in the vault leaves nothing that anybody sees, and its name is free", async () => {
    const desk = aDesk();
    desk.journal.fail("vault.write");
    expect(await codeOf(desk.register())).toBe("vault.write is away");
    expect(await desk.inbound.list()).toEqual({ value: [] });
    desk.journal.fail("vault.write");
    desk.journal.fail("store.bury");
    expect(await codeOf(desk.register())).toBe("vault.write is away");
    expect(await codeOf(desk.register())).toBe("source-name-taken");
  });

  test("is not begun when it cannot be audited", async () => {
    const desk = aDesk();
    desk.entries.push = () => {
      throw new Error("full");
    };
    expect(await codeOf(desk.register())).toBe("upstream-unavailable");
    expect(keys(desk)).toEqual([]);
  });
});

describe("Changing a source", () => {
  test("changes what is named, audits it, and says when it is paused", async () => {
    const desk = aDesk();
    const { id } = await desk.register({ description: "Old" });
    expect(await desk.inbound.update(ADA, id, { description: "New" }, "c-1")).toMatchObject({ description: "New" });
    expect(await desk.inbound.update(ADA, id, { paused: true }, "c-1")).toMatchObject({ paused: true });
    expect(desk.lines().slice(2)).toEqual([
      "inbound.update intent",
      `inbound.update outcome success ${id}`,
      "inbound.update intent",
      `inbound.update outcome success paused ${id}`,
    ]);
  });

  test("while somebody else changes it keeps theirs; at the sixth time it gives up", async () => {
    const desk = aDesk();
    const { id } = await desk.register();
    const theirs = async () => {
      const [stored] = await desk.store.list();
      if (stored) await desk.store.update(stored, { ...stored.value, description: "theirs" });
    };
    desk.journal.before("store.update", theirs);
    expect(await desk.inbound.update(ADA, id, { paused: true }, "c-1")).toMatchObject({
      paused: true,
      description: "theirs",
    });
    desk.journal.instead("store.update", async () => undefined, 5);
    expect(await codeOf(desk.inbound.update(ADA, id, { paused: false }, "c-1"))).toBe("upstream-unavailable");
    expect((await row(desk))?.paused).toBe(true);
  });

  test("keeps what is left out, and takes the mapping away for null alone", async () => {
    const desk = aDesk();
    await desk.register({ description: "x", mapping: { action: "close" } });
    const source = await row(desk);
    if (!source) throw new Error("no source");
    expect(changed(source, {})).toEqual(source);
    const { mapping: _, ...plain } = source;
    expect(changed(source, { mapping: null })).toEqual(plain);
    const change = { rights: ["close", "ticket", "close"], mapping: { action: "{{a}}" }, paused: true } as const;
    expect(changed(source, { ...change, rights: [...change.rights] })).toEqual({
      ...source,
      rights: ["close", "ticket"],
      mapping: { action: "{{a}}" },
      paused: true,
    });
  });

  test("of one that is not there is no change", async () => {
    const desk = aDesk();
    for (const work of [
      desk.inbound.update(ADA, "x", {}, "c-1"),
      desk.inbound.remove(ADA, "x", "c-1"),
      desk.inbound.rotate(ADA, "x", "c-1"),
      desk.inbound.read("x"),
    ])
      expect(await codeOf(work)).toBe("source-not-found");
    expect(desk.entries).toEqual([]);
  });
});

describe("Deleting a source", () => {
  test("hides it and sets its name free; the timer removes its secrets and its messages, at last its row", async () => {
    const desk = aDesk();
    const source = await desk.register();
    await desk.inbound.rotate(ADA, source.id, "c-1");
    await desk.send(source, { action: "request", deviceId: "d0000000-0000-4000-8000-000000000001", ticket: "INC1" });
    expect(await desk.inbound.remove(ADA, source.id, "c-1")).toMatchObject({ id: source.id, name: "tickets" });
    expect(await codeOf(desk.inbound.read(source.id))).toBe("source-not-found");
    const next = await desk.register();
    expect(keys(desk)).toHaveLength(4);
    desk.journal.fail("vault.remove");
    expect(await codeOf(desk.inbound.upkeep())).toBe("vault.remove is away");
    expect(keys(desk)).toHaveLength(4);
    await desk.inbound.upkeep();
    expect([keys(desk), desk.secretNames()]).toEqual([["tickets"], [(await row(desk))?.secretName]]);
    expect(await desk.inbound.list()).toMatchObject({ value: [{ id: next.id }] });
    expect(desk.lines().slice(-4, -2)).toEqual([
      "inbound.delete intent",
      `inbound.delete outcome success ${source.id}`,
    ]);
  });

  test("that somebody else deleted meanwhile is told so", async () => {
    const desk = aDesk();
    const { id } = await desk.register();
    desk.journal.before("store.bury", () => desk.inbound.remove(ADA, id, "c-2"));
    expect(await codeOf(desk.inbound.remove(ADA, id, "c-1"))).toBe("source-not-found");
    expect(desk.lines().at(-1)).toBe(`inbound.delete outcome failed source-not-found ${id}`);
  });
});

describe("A new secret", () => {
  test("is told once; the one before counts for a day, and its name is kept for an hour", async () => {
    const desk = aDesk();
    const source = await desk.register();
    const before = (await row(desk))?.secretName ?? "";
    const rotated = await desk.inbound.rotate(ADA, source.id, "c-1");
    expect(rotated).toMatchObject({ id: source.id, previousSecretUntil: desk.later(DAY_MS) });
    const after = await row(desk);
    expect(after?.secretName).not.toBe(before);
    expect(after?.retiredSecrets).toEqual([{ name: before, after: desk.later(HOUR_MS) }]);
    expect(await desk.vault.read(after?.secretName ?? "")).toEqual({
      current: rotated.secret,
      previous: source.secret,
      previousUntil: desk.later(DAY_MS),
    });
    desk.advance(HOUR_MS - 1);
    await desk.inbound.upkeep();
    expect(desk.secretNames()).toHaveLength(2);
    desk.advance(1);
    await desk.inbound.upkeep();
    expect([desk.secretNames(), (await row(desk))?.retiredSecrets]).toEqual([[after?.secretName], []]);
    expect(desk.lines().slice(2)).toEqual(["inbound.rotate intent", `inbound.rotate outcome success ${source.id}`]);
  });

  test("of a source whose secret is gone has no other beside it", async () => {
    const desk = aDesk();
    const source = await desk.register();
    await desk.inbound.rotate(ADA, source.id, "c-1");
    await desk.vault.remove((await row(desk))?.secretName ?? "");
    const rotated = await desk.inbound.rotate(ADA, source.id, "c-1");
    expect(rotated).not.toHaveProperty("previousSecretUntil");
    expect(await desk.vault.read((await row(desk))?.secretName ?? "")).toEqual({ current: rotated.secret });
  });

  test("is named in the row before it is written, so none is left that nobody knows of", async () => {
    const desk = aDesk();
    const { id } = await desk.register();
    const before = (await row(desk))?.secretName;
    desk.journal.fail("vault.write");
    expect(await codeOf(desk.inbound.rotate(ADA, id, "c-1"))).toBe("vault.write is away");
    const after = await row(desk);
    expect(after?.secretName).toBe(before);
    expect(after?.retiredSecrets).toEqual([{ name: expect.stringMatching(/^in-0d/), after: desk.later(HOUR_MS) }]);
  });

  test.each([
    ["before its first write", "store.update", 0],
    ["before its second one", "vault.write", 1],
  ] as const)(
    "while somebody else changes the source %s is refused, and theirs stays",
    async (_title, label, writes) => {
      const desk = aDesk();
      const { id } = await desk.register();
      const count = desk.journal.countOf("vault.write");
      const theirs = async () => {
        const [stored] = await desk.store.list();
        if (stored) await desk.store.update(stored, { ...stored.value, description: "theirs" });
      };
      if (label === "store.update") desk.journal.before(label, theirs);
      else desk.journal.after(label, theirs);
      expect(await codeOf(desk.inbound.rotate(ADA, id, "c-1"))).toBe("source-changed");
      expect(await row(desk)).toMatchObject({ description: "theirs" });
      expect(desk.journal.countOf("vault.write") - count).toBe(writes);
    },
  );
});

describe("Every hour", () => {
  test("messages go after seven days, and what was filed with its sessions", async () => {
    const desk = aDesk();
    const source = await desk.register();
    const request = { action: "request", deviceId: "d0000000-0000-4000-8000-000000000001", ticket: "INC1" };
    const { session } = await desk.send(source, request, { id: "m-1" });
    const kinds = () => keys(desk).map((key) => key.split("~")[0]);
    desk.advance(7 * DAY_MS);
    await desk.inbound.upkeep();
    expect(kinds()).toEqual(["message", "ticket", "tickets"]);
    desk.advance(1);
    await desk.inbound.upkeep();
    expect(kinds()).toEqual(["ticket", "tickets"]);
    expect(await desk.records.sessionsOf(source.id, "INC1")).toEqual([session.id]);
    desk.advance(83 * DAY_MS);
    await desk.inbound.upkeep();
    expect(kinds()).toEqual(["tickets"]);
    expect(desk.journal.countOf("store.update")).toBe(0);
  });
});
