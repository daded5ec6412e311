import { randomUUID } from "node:crypto";
import { ManagedIdentityCredential } from "@azure/identity";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../../infra/local/azurite.ts";
import { startStandIn } from "../../../../infra/local/stand-in.ts";
import type { RowChange } from "../../../../lib/adapters/azure/row-change.ts";
import { makeTables, type Row, type Table, where } from "../../../../lib/adapters/azure/table.ts";
import { makeMemoryTables } from "../../../memory/table.ts";
import { startStorageProxy } from "../../../storage-proxy.ts";

let azurite: Azurite;
let tables: (name: string) => Table;
let made = 0;
const memory = makeMemoryTables();

beforeAll(async () => {
  azurite = await startAzurite();
  tables = makeTables({ connectionString: azurite.connectionString }, new ManagedIdentityCredential(), randomUUID);
});

afterAll(() => azurite.close());

type Where = "Azure's storage" | "memory";

/** A table that does not exist yet. */
function missing(kept: Where): Table {
  made += 1;
  return (kept === "memory" ? memory.open : tables)(`table${made}`);
}

const row = (rowKey: string, value = "") => ({ partitionKey: "p", rowKey, value });
const all = where`PartitionKey eq ${"p"}`;

async function listed(table: Table, filter = all): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const each of table.query(filter)) rows.push(each);
  return rows;
}

describe.each<Where>(["Azure's storage", "memory"])("A table in %s", (kept) => {
  test("that is missing is empty, and is made when it is first written", async () => {
    const table = missing(kept);
    expect(await table.read("p", "r")).toBeUndefined();
    expect(await listed(table)).toEqual([]);
    expect(await table.exists()).toBe(false);
    await table.drop();
    expect(await table.change([{ kind: "insert", row: row("r", "kept") }])).toEqual(
      new Map([["r", expect.stringMatching(/.+/)]]),
    );
    expect(await table.read("p", "r")).toMatchObject(row("r", "kept"));
    expect(await table.exists()).toBe(true);
  });

  test("is made by the first transaction, too", async () => {
    const table = missing(kept);
    const changes = ["a", "b"].map((key) => ({ kind: "insert" as const, row: row(key) }));
    expect([...((await table.change(changes)) ?? [])].map(([key]) => key)).toEqual(["a", "b"]);
    expect(await listed(table)).toHaveLength(2);
  });

  test("takes every row when many write first at the same moment", async () => {
    const table = missing(kept);
    const keys = Array.from({ length: 20 }, (_, index) => `r${index}`);
    const tags = await Promise.all(keys.map((key) => table.change([{ kind: "insert", row: row(key) }])));
    expect(tags.filter((tag) => tag === undefined)).toEqual([]);
    expect(await listed(table)).toHaveLength(20);
  });

  test("lets one of many inserts of the same row win and tells the others", async () => {
    const table = missing(kept);
    const values = Array.from({ length: 20 }, (_, index) => `v${index}`);
    const tags = await Promise.all(values.map((value) => table.change([{ kind: "insert", row: row("r", value) }])));
    const winners = values.filter((_, index) => tags[index] !== undefined);
    expect(winners).toHaveLength(1);
    expect(await table.read("p", "r")).toMatchObject(row("r", winners[0]));
  });

  test("lets one of many replacements of the same version win", async () => {
    const table = missing(kept);
    const etag = (await table.change([{ kind: "insert", row: row("r") }]))?.get("r") ?? "";
    const values = Array.from({ length: 20 }, (_, index) => `v${index}`);
    const tags = await Promise.all(
      values.map((value) => table.change([{ kind: "replace", row: row("r", value), etag }])),
    );
    const winners = values.filter((_, index) => tags[index] !== undefined);
    expect(winners).toHaveLength(1);
    expect(await table.read("p", "r")).toMatchObject(row("r", winners[0]));
  });

  test("gives tags that the next change of a transaction's rows can name, after inserts and after replacements", async () => {
    const table = missing(kept);
    let tags = await table.change(["a", "b"].map((key) => ({ kind: "insert", row: row(key) })));
    for (let round = 0; round < 3; round += 1) {
      tags = await table.change(
        ["a", "b"].map((key) => ({ kind: "replace", row: row(key, `${round}`), etag: tags?.get(key) ?? "" })),
      );
      expect(tags?.get("b")).toBe((await table.read("p", "b"))?.etag);
    }
    expect(await table.change([{ kind: "replace", row: row("a", "last"), etag: tags?.get("a") ?? "" }])).toBeDefined();
  });

  test("changes nothing of a transaction that lost a race", async () => {
    const table = missing(kept);
    await table.change([{ kind: "insert", row: row("there", "old") }]);
    const tags = await table.change([
      { kind: "upsert", row: row("new") },
      { kind: "insert", row: row("there", "changed") },
    ]);
    expect(tags).toBeUndefined();
    expect(await listed(table)).toEqual([expect.objectContaining(row("there", "old"))]);
  });

  test("answers undefined when what should be deleted is gone or was changed", async () => {
    const table = missing(kept);
    const etag = (await table.change([{ kind: "insert", row: row("r") }]))?.get("r") ?? "";
    await table.change([{ kind: "upsert", row: row("r", "newer") }]);
    expect(await table.change([{ kind: "delete", row: row("r"), etag }])).toBeUndefined();
    expect(await table.change([{ kind: "delete", row: row("gone") }])).toBeUndefined();
    expect(await table.read("p", "r")).toMatchObject(row("r", "newer"));
  });

  test("lists more rows than one answer of the service holds, in the order of their keys", async () => {
    const table = missing(kept);
    const keys = Array.from({ length: 1050 }, (_, index) => String(index).padStart(4, "0"));
    const batches = Array.from({ length: 11 }, (_, index) => keys.slice(index * 100, index * 100 + 100));
    for (const batch of batches.reverse()) await table.change(batch.map((key) => ({ kind: "insert", row: row(key) })));
    expect((await listed(table)).map(({ rowKey }) => rowKey)).toEqual(keys);
  });

  test.each(["' or PartitionKey ne '", "O'Brien", "p' or '1' eq '1", "%27 or 1 eq 1", "a''b"])(
    "takes %j in a condition as a value, never as a part of the condition",
    async (value) => {
      const table = missing(kept);
      await table.change([
        { kind: "insert", row: row("other", "something else") },
        { kind: "insert", row: row("meant", value) },
      ]);
      const found = await listed(table, where`PartitionKey eq ${"p"} and value eq ${value}`);
      expect(found.map(({ rowKey }) => rowKey)).toEqual(["meant"]);
    },
  );

  test("takes a new value whether the row is there or not, and forgets columns that the new one does not have", async () => {
    const table = missing(kept);
    await table.change([{ kind: "upsert", row: { ...row("r", "old"), more: "x" } }]);
    const etag = (await table.change([{ kind: "upsert", row: row("r", "new") }]))?.get("r");
    const stored = await table.read("p", "r");
    expect(stored).toMatchObject({ ...row("r", "new"), etag });
    expect(stored).not.toHaveProperty("more");
  });

  test("is made even by a change that finds nothing to change", async () => {
    const table = missing(kept);
    expect(await table.change([{ kind: "replace", row: row("r"), etag: 'W/"1"' }])).toBeUndefined();
    expect(await table.exists()).toBe(true);
  });

  test("that was dropped is empty and missing, and dropping it again is fine", async () => {
    const table = missing(kept);
    await table.change([{ kind: "insert", row: row("r") }]);
    await table.drop();
    await table.drop();
    expect([await table.read("p", "r"), await listed(table), await table.exists()]).toEqual([undefined, [], false]);
  });

  test("deletes in a transaction what is there, and changes nothing when a part of it is gone", async () => {
    const table = missing(kept);
    await table.change(["a", "b"].map((key) => ({ kind: "insert", row: row(key) })));
    const gone: RowChange[] = [
      { kind: "delete", row: row("a") },
      { kind: "delete", row: row("gone") },
    ];
    expect(await table.change(gone)).toBeUndefined();
    expect(await table.change([...gone.slice(0, 1), { kind: "upsert", row: row("c") }])).toEqual(
      new Map([
        ["a", ""],
        ["c", (await table.read("p", "c"))?.etag],
      ]),
    );
    expect((await listed(table)).map(({ rowKey }) => rowKey)).toEqual(["b", "c"]);
  });

  test.each<[string, RowChange[]]>([
    [
      "two changes of one row",
      [
        { kind: "upsert", row: row("r", "1") },
        { kind: "upsert", row: row("r", "2") },
      ],
    ],
    [
      "rows of two partitions",
      [
        { kind: "upsert", row: row("r") },
        { kind: "upsert", row: { ...row("r"), partitionKey: "q" } },
      ],
    ],
    [
      "a conditional delete among others",
      [
        { kind: "upsert", row: row("r") },
        { kind: "delete", row: row("s"), etag: 'W/"1"' },
      ],
    ],
    [
      "more than a hundred changes",
      Array.from({ length: 101 }, (_, index) => ({ kind: "upsert", row: row(`${index}`) })),
    ],
  ])("refuses %s in one transaction", async (_what, changes) => {
    const table = missing(kept);
    await table.change([{ kind: "insert", row: row("there") }]);
    await expect(table.change(changes)).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect((await listed(table)).map(({ rowKey }) => rowKey)).toEqual(["there"]);
  });

  test("finds by ranges of keys and columns, in the order of the keys", async () => {
    const table = missing(kept);
    const keys = ["new~1", "new~2", "new~~", "newer", "open~1", "O", "n"];
    for (const key of keys) await table.change([{ kind: "insert", row: { ...row(key, key), partitionKey: "p" } }]);
    await table.change([{ kind: "insert", row: { partitionKey: "q", rowKey: "new~3" } }]);
    const found = async (filter: string) => (await listed(table, filter)).map(({ rowKey }) => rowKey);
    expect(await found(all)).toEqual(["O", "n", "newer", "new~1", "new~2", "new~~", "open~1"]);
    expect(await found(where`PartitionKey eq ${"p"} and RowKey ge ${"new~"} and RowKey lt ${"new~~"}`)).toEqual([
      "new~1",
      "new~2",
    ]);
    expect(await found(where`RowKey gt ${"new~2"} and value le ${"new~~"}`)).toEqual(["new~~"]);
    expect(await found(where`PartitionKey ge ${"q"}`)).toEqual(["new~3"]);
    expect(await found(where`value ne ${"O"} and RowKey lt ${"new~1"}`)).toEqual(["n", "newer"]);
  });
});

describe("A table", () => {
  test("that is refused by the service is an outage that says when to come back", async () => {
    const refusing = await startStandIn({ name: "storage", port: 0, routes: [], notFound: () => ({ status: 403 }) });
    try {
      const connectionString = azurite.connectionString.replaceAll(
        azurite.tableUrl,
        `${refusing.url}/devstoreaccount1`,
      );
      const table = makeTables({ connectionString }, new ManagedIdentityCredential(), randomUUID)("any");
      const outage = expect.objectContaining({ code: "upstream-unavailable", retryAfterSeconds: 30 });
      await expect(table.read("p", "r")).rejects.toEqual(outage);
      await expect(table.change([{ kind: "insert", row: row("r") }])).rejects.toEqual(outage);
      await expect(listed(table)).rejects.toEqual(outage);
      await expect(table.exists()).rejects.toEqual(outage);
      await expect(table.drop()).rejects.toEqual(outage);
    } finally {
      await refusing.close();
    }
  });

  describe("whose answer gets lost", () => {
    /** A row `r`, and the table behind a connection that is cut after the next write was done. */
    async function losing(work: (table: Table, etag: string, open: Table) => Promise<void>) {
      const open = missing("Azure's storage");
      const tags = await open.change([{ kind: "insert", row: row("r", "old") }]);
      const proxy = await startStorageProxy(azurite);
      try {
        proxy.fail({ about: /^(PUT|PATCH|POST) /, behaviour: "reset-after" });
        const behindProxy = makeTables(
          { connectionString: proxy.connectionString },
          new ManagedIdentityCredential(),
          randomUUID,
        );
        await work(behindProxy(`table${made}`), tags?.get("r") ?? "", open);
      } finally {
        await proxy.close();
      }
    }

    test("has changed a row all the same, and says so", () =>
      losing(async (table, etag, open) => {
        const tags = await table.change([{ kind: "replace", row: row("r", "new"), etag }]);
        const stored = await open.read("p", "r");
        expect(stored).toMatchObject({ value: "new" });
        expect(tags?.get("r")).toBe(stored?.etag);
      }));

    test("has done a transaction all the same, and says so with the tags of its rows", () =>
      losing(async (table, etag, open) => {
        const inserted: RowChange[] = ["a", "b"].map((key) => ({ kind: "insert", row: row(key, "new") }));
        const tags = await table.change([{ kind: "replace", row: row("r", "new"), etag }, ...inserted]);
        const stored = await listed(open);
        expect(tags).toEqual(new Map(stored.map(({ rowKey, etag: tag }) => [rowKey, tag])));
      }));

    test("does not take somebody else's change for its own, be it the same to the letter", () =>
      losing(async (table, etag, open) => {
        const same: RowChange[] = [{ kind: "replace", row: row("r", "new"), etag }];
        expect(await open.change(same)).toBeDefined();
        expect(await table.change(same)).toBeUndefined();
      }));
  });
});
