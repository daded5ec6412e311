import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeRecordStore } from "../../../../lib/adapters/azure/record-store.ts";
import { makeSourceStore } from "../../../../lib/adapters/azure/source-store.ts";
import type { InboundRecord } from "../../../../lib/webhooks/inbound/message.ts";
import type { Source } from "../../../../lib/webhooks/inbound/source.ts";
import { type MemoryTables, makeMemoryTables } from "../../../memory/table.ts";

const [ONE, TWO] = ["1".repeat(32), "2".repeat(32)] as const;
const source: Source = {
  id: "0d000000-0000-4000-8000-000000000001",
  name: "tickets",
  rights: ["request"],
  paused: false,
  createdBy: "ada",
  createdAt: "2026-11-22T10:00:00.000Z",
  secretName: "in-1",
  retiredSecrets: [],
};
const record: InboundRecord = {
  bodyHash: "hash",
  at: "2026-11-22T10:00:00.000Z",
  command: { action: "ticket", sessionId: ONE, ticket: "INC1" },
};

let tables: MemoryTables;
beforeEach(() => {
  tables = makeMemoryTables();
});
const keys = () => tables.rows("inbound").map(({ partitionKey, rowKey }) => `${partitionKey} ${rowKey}`);
const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("somebody else was faster");
  return value;
};

describe("Rows of sources", () => {
  const opened = () => makeSourceStore(tables.open("inbound"));

  test("stand under their names: adding one takes the name", async () => {
    const store = opened();
    const stored = must(await store.add(source));
    expect(stored.value).toEqual(source);
    expect(await store.list()).toEqual([stored]);
    expect(await store.add({ ...source, id: "another" })).toBeUndefined();
    expect(keys()).toEqual(["source tickets"]);
  });

  test("are changed by who read them last", async () => {
    const store = opened();
    const stored = must(await store.add(source));
    const paused = { ...source, paused: true };
    const changed = must(await store.update(stored, paused));
    expect(await store.update(stored, source)).toBeUndefined();
    expect(await store.list()).toEqual([changed]);
    expect(must(await store.update(changed, source)).value).toEqual(source);
  });

  test("of deleted ones stand under their ids until they are removed; the name is free", async () => {
    const store = opened();
    const stored = must(await store.add(source));
    const buried = must(await store.bury(stored));
    expect(buried.value).toEqual({ ...source, isDeleted: true });
    expect(keys()).toEqual([`source ~${source.id}`]);
    expect(await store.bury(stored)).toBeUndefined();
    must(await store.add({ ...source, id: "another" }));
    expect(await store.list()).toHaveLength(2);
    await store.remove(buried);
    expect(keys()).toEqual(["source tickets"]);
  });
});

describe("Rows of messages", () => {
  const opened = () => makeRecordStore(tables.open("inbound"));

  test("stand under their source and a hash of their ids: adding one is the lock", async () => {
    const store = opened();
    const odd = "/\\#?\u0000%+ÿ";
    const stored = must(await store.add("a", odd, record, undefined));
    expect(await store.find("a", odd)).toEqual(stored);
    expect(await store.add("a", odd, record, undefined)).toBeUndefined();
    expect(await store.find("a", "other")).toBeUndefined();
    expect(await store.find("b", odd)).toBeUndefined();
    expect(keys()).toEqual([expect.stringMatching(/^a message~[0-9a-f]{64}$/)]);
  });

  test("that are done say so", async () => {
    const store = opened();
    const stored = must(await store.add("a", "m", record, undefined));
    await store.settle("a", "m", stored);
    expect((await store.find("a", "m"))?.value).toEqual({ ...record, isDone: true });
  });

  test("are filed under their tickets, whatever those look like, and not when the message was there", async () => {
    const store = opened();
    const ticket = "INC 1/#?~ä";
    await store.add("a", "m1", record, { ticket, sessionId: TWO });
    await store.add("a", "m2", record, { ticket, sessionId: ONE });
    await store.add("a", "m3", record, { ticket, sessionId: ONE });
    await store.add("a", "m3", record, { ticket, sessionId: "3".repeat(32) });
    await store.add("b", "m1", record, { ticket, sessionId: "4".repeat(32) });
    expect(await store.sessionsOf("a", ticket)).toEqual([ONE, TWO]);
    expect(await store.sessionsOf("a", "INC 1")).toEqual([]);
  });

  test("are dropped when they are old, each kind by its own time, of their source alone", async () => {
    const store = opened();
    const day = (number: number) => `2026-11-${number}T10:00:00.000Z`;
    for (const number of [20, 21, 22])
      for (const id of ["a", "b"])
        await store.add(id, `m${number}`, { ...record, at: day(number) }, { ticket: `INC${number}`, sessionId: ONE });
    await store.dropBefore("a", { records: new Date(day(22)), filed: new Date(day(21)) });
    expect([await store.find("a", "m21"), await store.sessionsOf("a", "INC20")]).toEqual([undefined, []]);
    expect((await store.find("a", "m22"))?.value.at).toBe(day(22));
    expect([await store.sessionsOf("a", "INC21"), await store.sessionsOf("b", "INC20")]).toEqual([[ONE], [ONE]]);
    expect(await store.find("b", "m20")).toBeDefined();
  });
});
