import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeConsentStore } from "../../../../lib/adapters/azure/consent-store.ts";
import type { Consent } from "../../../../lib/connector/consent.ts";
import { type MemoryTables, makeMemoryTables } from "../../../memory/table.ts";

const consent = (changes: Partial<Consent> = {}): Consent => ({
  id: "a".repeat(64),
  status: "pending",
  requestedBy: "p1",
  requestedByKind: "person",
  termsVersion: "1",
  requestedAt: "2026-11-22T10:00:00.000Z",
  expiresAt: "2026-11-22T10:10:00.000Z",
  ...changes,
});

let tables: MemoryTables;
let store: ReturnType<typeof makeConsentStore>;

beforeEach(() => {
  tables = makeMemoryTables();
  store = makeConsentStore(tables.open("consents"));
});

async function stored(value = consent()) {
  await store.add(value);
  const found = await store.find(value.id);
  if (!found) throw new Error("not stored");
  return found;
}

describe("The consents", () => {
  test("are none before the first one", async () => {
    expect(await store.find(consent().id)).toBeUndefined();
    expect(await store.list()).toEqual([]);
  });

  test("are found whole by their ids, and all in one list", async () => {
    const other = consent({
      id: "b".repeat(64),
      status: "used",
      secretName: "tv-1",
      usedAt: "2026-11-22T10:01:00.000Z",
    });
    const found = [await stored(), await stored(other)];
    expect(found.map(({ value }) => value)).toEqual([consent(), other]);
    expect(await store.list()).toEqual(found);
  });

  test("stand where storage's documentation says", async () => {
    await stored();
    expect(tables.rows("consents")).toMatchObject([{ partitionKey: "consent", rowKey: consent().id }]);
  });

  test("are not stored a second time under the same id", async () => {
    await stored();
    await store.add(consent({ requestedBy: "somebody else" }));
    expect((await store.find(consent().id))?.value).toEqual(consent());
    expect(await store.list()).toHaveLength(1);
  });

  test("change once for each version that was read: a state is spent by one only", async () => {
    const read = await stored();
    const started = consent({ status: "started" });
    const results = await Promise.all([store.update(read, started), store.update(read, started)]);
    expect(results.filter((each) => each !== undefined)).toHaveLength(1);
    expect(await store.find(consent().id)).toEqual(results.find((each) => each !== undefined));
  });

  test("change again by the version that a change gave", async () => {
    const started = await store.update(await stored(), consent({ status: "started" }));
    if (!started) throw new Error("not changed");
    expect(started.value.status).toBe("started");
    expect(await store.update(started, consent({ status: "used" }))).toMatchObject({ value: { status: "used" } });
  });

  test("are gone when they are removed, and stay when they were changed meanwhile", async () => {
    const read = await stored();
    const changed = await store.update(read, consent({ status: "started" }));
    await store.remove(read);
    expect(await store.find(consent().id)).toEqual(changed);
    await store.remove(changed ?? read);
    expect(await store.list()).toEqual([]);
    expect(await store.update(changed ?? read, consent())).toBeUndefined();
  });
});
