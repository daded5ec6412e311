import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeConnectionStore } from "../../../../lib/adapters/azure/connection-store.ts";
import type { Table } from "../../../../lib/adapters/azure/table.ts";
import type { Connection } from "../../../../lib/connector/connection.ts";
import type { ConnectionStore, Stored } from "../../../../lib/connector/ports.ts";
import { type MemoryTables, makeMemoryTables } from "../../../memory/table.ts";

const connection = (id: string, changes: Partial<Connection> = {}): Connection => ({
  id,
  status: "awaitingConfirmation",
  consentId: "c1",
  secretName: `tv-${id}`,
  secretVersion: "v1",
  obtainedAt: "2026-11-22T10:00:00.000Z",
  accessExpiresAt: "2026-11-23T10:00:00.000Z",
  account: { id: "u1", name: "Contoso IT", company: "Contoso Ltd", email: "it@contoso.example" },
  termsVersion: "1",
  connectedBy: "p1",
  connectedAt: "2026-11-22T10:00:00.000Z",
  confirmBefore: "2026-11-22T10:15:00.000Z",
  ...changes,
});

let tables: MemoryTables;
let table: Table;
let store: ConnectionStore;

beforeEach(() => {
  tables = makeMemoryTables();
  table = tables.open("connections");
  store = makeConnectionStore(table);
});

async function find(id: string): Promise<Stored<Connection>> {
  const { current, others } = await store.read();
  const found = [current, ...others].find((each) => each?.value.id === id);
  if (!found) throw new Error("not stored");
  return found;
}

async function inUse(id: string) {
  await store.add(connection(id));
  const connected = connection(id, { status: "connected" });
  expect(await store.putInUse(await store.read(), await find(id), connected)).toBe(true);
  return connected;
}

const rows = () =>
  tables.rows("connections").map(({ partitionKey, rowKey, status, connectionId }) => {
    return [partitionKey, rowKey, status ?? connectionId];
  });

describe("The rows of connections", () => {
  test("are one for each, which tells its state, and one that names the connection in use", async () => {
    await inUse("a");
    await store.add(connection("b"));
    expect(rows()).toEqual([
      ["connection", "a", "connected"],
      ["connection", "b", "awaitingConfirmation"],
      ["connection", "current", "a"],
    ]);
    const { current, others, pointerEtag } = await store.read();
    expect(current?.value).toEqual(connection("a", { status: "connected" }));
    expect(others.map(({ value }) => value)).toEqual([connection("b")]);
    expect(pointerEtag).toBe((await table.read("connection", "current"))?.etag);
  });

  test("are read from their partition alone: the lease stands beside it", async () => {
    await table.change([{ kind: "insert", row: { partitionKey: "lease", rowKey: "refresh", owner: "" } }]);
    expect(await store.read()).toEqual({ current: undefined, others: [], pointerEtag: undefined });
  });

  test("are not added twice", async () => {
    await store.add(connection("a"));
    await store.add(connection("a", { secretVersion: "other" }));
    expect((await find("a")).value.secretVersion).toBe("v1");
  });

  test("tell the tag that the next change has to name", async () => {
    await store.add(connection("a"));
    const first = await find("a");
    const second = await store.update(first, connection("a", { secretVersion: "v2" }));
    expect(await find("a")).toEqual(second);
    expect(second?.value.secretVersion).toBe("v2");
    expect(await store.update(first, connection("a", { secretVersion: "v3" }))).toBeUndefined();
    expect(await find("a")).toEqual(second);
  });
});

describe("Putting a connection in use", () => {
  test("replaces the one before, which becomes disconnecting, in the same moment", async () => {
    await inUse("a");
    await inUse("b");
    expect(rows()).toEqual([
      ["connection", "a", "disconnecting"],
      ["connection", "b", "connected"],
      ["connection", "current", "b"],
    ]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["it was changed", async () => store.update(await find("b"), connection("b", { secretVersion: "v2" }))],
    ["the one in use was changed", async () => store.update(await find("a"), connection("a", { secretVersion: "v2" }))],
    ["another one was put in use", () => inUse("c")],
    ["the one in use was removed", async () => store.remove(await store.read(), await find("a"))],
  ])("fails, and changes nothing, when %s meanwhile", async (_what, meanwhile) => {
    await inUse("a");
    await store.add(connection("b"));
    const [all, waiting] = [await store.read(), await find("b")];
    await meanwhile();
    const before = rows();
    expect(await store.putInUse(all, waiting, connection("b", { status: "connected" }))).toBe(false);
    expect(rows()).toEqual(before);
  });

  test("fails when another one became the first meanwhile", async () => {
    await store.add(connection("b"));
    const [all, waiting] = [await store.read(), await find("b")];
    await inUse("a");
    expect(await store.putInUse(all, waiting, connection("b", { status: "connected" }))).toBe(false);
    expect((await store.read()).current?.value.id).toBe("a");
  });
});

describe("Removing a connection", () => {
  test("that is in use leaves none in use, and the next one can be put in use", async () => {
    await inUse("a");
    expect(await store.remove(await store.read(), await find("a"))).toBe(true);
    expect(await store.read()).toMatchObject({ current: undefined, others: [], pointerEtag: expect.any(String) });
    await inUse("b");
    expect((await store.read()).current?.value.id).toBe("b");
  });

  test("that is not in use leaves the one in use", async () => {
    await inUse("a");
    await inUse("b");
    const { pointerEtag } = await store.read();
    expect(await store.remove(await store.read(), await find("a"))).toBe(true);
    expect(await store.read()).toMatchObject({ current: { value: { id: "b" } }, others: [], pointerEtag });
  });

  test("that was never in use goes, before any other was", async () => {
    await store.add(connection("a"));
    expect(await store.remove(await store.read(), await find("a"))).toBe(true);
    expect(rows()).toEqual([]);
  });

  test("fails when it was changed or is gone", async () => {
    await store.add(connection("a"));
    const [all, read] = [await store.read(), await find("a")];
    const changed = await store.update(read, connection("a", { status: "disconnecting" }));
    expect(await store.remove(all, read)).toBe(false);
    expect(await find("a")).toEqual(changed);
    await store.remove(all, changed ?? read);
    expect(await store.remove(all, changed ?? read)).toBe(false);
  });

  test("that another one replaced just now does not take the new one out of use", async () => {
    await inUse("a");
    const [all, read] = [await store.read(), await find("a")];
    await inUse("b");
    const before = rows();
    expect(await store.remove(all, read)).toBe(false);
    expect(rows()).toEqual(before);
  });
});
