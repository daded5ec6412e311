import { randomUUID } from "node:crypto";
import { ManagedIdentityCredential } from "@azure/identity";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../../infra/local/azurite.ts";
import { makeConnectionStore } from "../../../../lib/adapters/azure/connection-store.ts";
import { makeTables } from "../../../../lib/adapters/azure/table.ts";
import type { Connection } from "../../../../lib/connector/connection.ts";
import type { ConnectionStore } from "../../../../lib/connector/ports.ts";

let azurite: Azurite;
let store: ConnectionStore;
let made = 0;

beforeAll(async () => {
  azurite = await startAzurite();
});
beforeEach(() => {
  made += 1;
  const tables = makeTables(
    { connectionString: azurite.connectionString },
    new ManagedIdentityCredential(),
    randomUUID,
  );
  store = makeConnectionStore(tables(`connections${made}`));
});
afterAll(() => azurite.close());

const connection = (change: Partial<Connection> = {}): Connection => ({
  id: randomUUID(),
  status: "awaitingConfirmation",
  consentId: "c1",
  secretName: "tv-1",
  secretVersion: "v1",
  obtainedAt: "2026-11-22T10:00:00.000Z",
  accessExpiresAt: "2026-11-23T10:00:00.000Z",
  account: { id: "u1", name: "Contoso IT", company: "Contoso Ltd", email: "it@contoso.example" },
  termsVersion: "1",
  connectedBy: "p1",
  connectedAt: "2026-11-22T10:00:00.000Z",
  confirmBefore: "2026-11-22T10:15:00.000Z",
  ...change,
});

/** The stored connection with this id. */
async function find(id: string) {
  const { current, others } = await store.read();
  const found = [current, ...others].find((each) => each?.value.id === id);
  if (!found) throw new Error("not stored");
  return found;
}

async function putInUse(added = connection()) {
  await store.add(added);
  const connected = { ...added, status: "connected" as const };
  expect(await store.putInUse(await store.read(), await find(added.id), connected)).toBe(true);
  return connected;
}

test("nothing is connected before the table exists", async () => {
  expect(await store.read()).toEqual({ current: undefined, others: [], pointerEtag: undefined });
});

test("an added connection waits among the others, whole, until it is put in use", async () => {
  const waiting = connection({ groupId: "g1" });
  await store.add(waiting);
  expect(await store.read()).toMatchObject({ current: undefined, others: [{ value: waiting }] });
  await store.putInUse(await store.read(), await find(waiting.id), { ...waiting, status: "connected" });
  expect(await store.read()).toMatchObject({ current: { value: { ...waiting, status: "connected" } }, others: [] });
});

test("the next one takes its place and the first becomes disconnecting, in one step", async () => {
  const first = await putInUse();
  const second = await putInUse();
  const { current, others } = await store.read();
  expect(current?.value).toEqual(second);
  expect(others.map(({ value }) => value)).toEqual([{ ...first, status: "disconnecting" }]);
});

test("of two that are put in use at once, one is told that it was too late, and nothing of it is stored", async () => {
  for (const start of [async () => {}, async () => void (await putInUse())]) {
    await start();
    const [a, b] = [connection(), connection()];
    await Promise.all([a, b].map((each) => store.add(each)));
    const all = await store.read();
    const stored = [await find(a.id), await find(b.id)];
    const taken = await Promise.all(
      stored.map((each) => store.putInUse(all, each, { ...each.value, status: "connected" })),
    );
    expect([...taken].sort()).toEqual([false, true]);
    const { current, others } = await store.read();
    expect(current?.value.id).toBe([a, b][taken.indexOf(true)]?.id);
    expect(others.find(({ value }) => value.id !== current?.value.id && value.status === "connected")).toBeUndefined();
  }
});

test("it is not put in use when it, or the one in use, was changed meanwhile", async () => {
  const first = await putInUse();
  const second = connection();
  await store.add(second);
  const before = await store.read();
  const waiting = await find(second.id);
  const connected = { ...second, status: "connected" as const };
  await store.update(await find(first.id), { ...first, secretVersion: "v2" });
  expect(await store.putInUse(before, waiting, connected)).toBe(false);

  const after = await store.read();
  await store.update(waiting, { ...second, status: "disconnecting" });
  expect(await store.putInUse(after, waiting, connected)).toBe(false);
  expect((await store.read()).current?.value).toEqual({ ...first, secretVersion: "v2" });
});

test("of ten changes of the same version one is made", async () => {
  const { id } = await putInUse();
  const stored = await find(id);
  const changes = Array.from({ length: 10 }, (_, index) => ({ ...stored.value, secretVersion: `v${index}` }));
  const results = await Promise.all(changes.map((change) => store.update(stored, change)));
  const [made, ...more] = results.filter((result) => result !== undefined);
  expect(more).toEqual([]);
  expect((await find(id)).value).toEqual(made?.value);
  expect(await store.update(made ?? stored, { ...stored.value, secretVersion: "last" })).toBeDefined();
});

test("a removed connection is gone, and nothing is connected when it was the one in use", async () => {
  const first = await putInUse();
  const second = await putInUse();
  expect(await store.remove(await store.read(), await find(first.id))).toBe(true);
  expect(await store.read()).toMatchObject({ current: { value: second }, others: [] });
  expect(await store.remove(await store.read(), await find(second.id))).toBe(true);
  expect(await store.read()).toMatchObject({ current: undefined, others: [] });
});

test("after everything was removed a new one can be put in use", async () => {
  const first = await putInUse();
  await store.remove(await store.read(), await find(first.id));
  const second = await putInUse();
  expect((await store.read()).current?.value).toEqual(second);
});

test("a connection that another one replaced just now is not taken out of use with its removal", async () => {
  const first = await putInUse();
  const before = await store.read();
  const stored = await find(first.id);
  const second = await putInUse();
  expect(await store.remove(before, stored)).toBe(false);
  expect((await store.read()).current?.value).toEqual(second);
});

test("changing what was removed changes nothing", async () => {
  const first = await putInUse();
  const stored = await find(first.id);
  await store.remove(await store.read(), stored);
  expect(await store.update(stored, { ...first, secretVersion: "v2" })).toBeUndefined();
  expect(await store.read()).toMatchObject({ current: undefined, others: [] });
});
