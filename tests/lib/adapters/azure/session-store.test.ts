import { randomUUID } from "node:crypto";
import { TableClient } from "@azure/data-tables";
import { ManagedIdentityCredential } from "@azure/identity";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../../infra/local/azurite.ts";
import { makeSessionStore } from "../../../../lib/adapters/azure/session-store.ts";
import { makeTables } from "../../../../lib/adapters/azure/table.ts";
import type { AuditEntry } from "../../../../lib/audit/entry.ts";
import type { Listing, Owed, SessionFilter, SessionStore } from "../../../../lib/sessions/ports.ts";
import type { Session } from "../../../../lib/sessions/session.ts";
import { type StorageProxy, startStorageProxy } from "../../../storage-proxy.ts";

const NOW = new Date("2026-11-22T10:00:00.000Z");
const [BRUNO, CHIARA] = ["10000000-0000-4000-8000-000000000002", "10000000-0000-4000-8000-000000000003"];
const [PHONE, PC] = ["d0000000-0000-4000-8000-000000000001", "d0000000-0000-4000-8000-000000000002"];

let azurite: Azurite;
let store: SessionStore;
let raw: TableClient;
let proxy: StorageProxy;
let made = 0;

beforeAll(async () => {
  azurite = await startAzurite();
  proxy = await startStorageProxy(azurite);
});

beforeEach(() => {
  proxy.clear();
  made += 1;
  const name = `sessions${made}`;
  const tables = makeTables(
    { connectionString: azurite.connectionString },
    new ManagedIdentityCredential(),
    randomUUID,
  );
  store = makeSessionStore({ table: tables(name), now: () => NOW });
  raw = TableClient.fromConnectionString(azurite.connectionString, name, { allowInsecureConnection: true });
});

afterAll(async () => {
  await proxy.close();
  await azurite.close();
});

function storeBehindProxy(): SessionStore {
  const tables = makeTables({ connectionString: proxy.connectionString }, new ManagedIdentityCredential(), randomUUID);
  return makeSessionStore({ table: tables(`sessions${made}`), now: () => NOW });
}

/** Session number `number`: ids in all shards, requested `secondsAgo`. */
function session(number: number, secondsAgo = 0, change: Partial<Session> = {}): Session {
  const requestedAt = new Date(NOW.getTime() - secondsAgo * 1000).toISOString();
  return {
    id: `${(number * 7).toString(16).slice(-1)}${String(number).padStart(31, "0")}`,
    state: "open",
    requestHash: "hash",
    requestedBy: BRUNO ?? "",
    requestedByKind: "person",
    requestedAt,
    expiresAt: NOW.toISOString(),
    leaseUntil: NOW.toISOString(),
    device: { id: PHONE ?? "", name: "PHONE-ANA", platform: "ios", userName: "Ana Duval" },
    matchCode: "0042",
    notification: { state: "none" },
    notificationCount: 0,
    ...change,
  };
}

async function ids(filter: SessionFilter = {}, after?: { requestedAt: string; id: string }): Promise<string[]> {
  const found: string[] = [];
  for await (const id of store.ids(filter, after)) found.push(id);
  return found;
}

async function rowKeys(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { rowKey = "" } of raw.listEntities()) keys.push(rowKey);
  return keys;
}

const entry: AuditEntry = {
  id: "0000000000000000001-0123456789abcdef",
  at: NOW.toISOString(),
  actor: { id: "connector", kind: "system" },
  action: "session.request",
  phase: "outcome",
  correlationId: "c",
};
const owed: Owed[] = [
  { kind: "audit", entry },
  {
    kind: "notify",
    message: { v: 1, sessionId: session(1).id, number: 1, attempt: 1, notAfter: NOW.toISOString() },
  },
];

const listingOf = ({ id: sessionId, requestedAt, requestedBy, device }: Session): Listing => ({
  sessionId,
  requestedAt,
  requestedBy,
  deviceId: device.id,
});
const list = (session: Session) => store.putInLists([listingOf(session)]);

describe("A stored session", () => {
  test("comes back as it was stored", async () => {
    const stored = await store.create(session(1, 0, { reason: "it's <b>odd</b> 💻", ticket: "INC-1" }));
    expect(await store.find(session(1).id)).toEqual(stored);
    expect(await store.find(session(2).id)).toBeUndefined();
  });

  test("is created once, however many try at the same moment", async () => {
    const drafts = Array.from({ length: 20 }, (_, index) => session(1, 0, { matchCode: String(index) }));
    const created = await Promise.all(drafts.map((draft) => store.create(draft)));
    const winners = created.filter((each) => each !== undefined);
    expect(winners).toHaveLength(1);
    expect((await store.find(session(1).id))?.session).toEqual(winners[0]?.session);
  });

  test("is created by one of many, even when their drafts are equal to the letter", async () => {
    const created = await Promise.all(Array.from({ length: 20 }, () => store.create(session(1))));
    expect(created.filter((each) => each !== undefined)).toHaveLength(1);
  });

  test("is created by whoever created it, also when the service's answer got lost", async () => {
    await store.create(session(2));
    proxy.fail({ about: /\$batch/, behaviour: "reset-after" });
    const created = await storeBehindProxy().create(session(1));
    expect(proxy.calls.filter(({ about }) => about.includes("$batch"))).toHaveLength(2);
    expect(created).toEqual(await store.find(session(1).id));
    expect(created).toBeDefined();
  });

  test("is changed by one of those who read the same version; what the others owe is not stored", async () => {
    const stored = await store.create(session(1));
    if (!stored) throw new Error("not created");
    const updated = await Promise.all(
      [1, 2, 3].map((count) => {
        const message = {
          v: 1 as const,
          sessionId: stored.session.id,
          number: count,
          attempt: 1,
          notAfter: NOW.toISOString(),
        };
        return store.update(stored, session(1, 0, { notificationCount: count }), [{ kind: "notify", message }]);
      }),
    );
    const winners = updated.filter((each) => each !== undefined);
    expect(winners).toHaveLength(1);
    const { owed } = await store.pending();
    expect(owed.map(({ owed }) => owed?.kind === "notify" && owed.message.number)).toEqual([
      winners[0]?.session.notificationCount,
    ]);
  });

  test("that never opened leaves nothing when it is taken back", async () => {
    const stored = await store.create(session(1));
    if (!stored) throw new Error("not created");
    await store.remove(stored);
    expect(await rowKeys()).toEqual([]);
  });

  test("is not taken back when somebody changed it meanwhile", async () => {
    const stored = await store.create(session(1));
    if (!stored) throw new Error("not created");
    await store.update(stored, session(1, 0, { state: "closed" }));
    await store.remove(stored);
    expect((await store.find(session(1).id))?.session.state).toBe("closed");
    expect(await rowKeys()).toHaveLength(3);
  });

  test("is pending until it is listed, over and everything owed is settled", async () => {
    const stored = await store.create(session(1));
    if (!stored) throw new Error("not created");
    await store.update(stored, session(1), owed);
    const { id } = stored.session;
    const before = await store.pending();
    expect(before.unlisted).toEqual([listingOf(session(1))]);
    expect(before.open).toMatchObject([{ sessionId: id, at: NOW }]);
    expect(before.owed.map(({ owed }) => owed)).toEqual(expect.arrayContaining(owed));
    expect(before.owed.map(({ at }) => at)).toEqual([NOW, NOW]);

    for (const { rowKey } of before.owed) await store.settle([{ sessionId: id, rowKey: rowKey }]);
    await list(session(1));
    await store.settleOpen([id]);
    expect(await store.pending()).toEqual({ owed: [], unlisted: [], open: [] });
    expect((await store.find(id))?.session).toEqual(session(1));
  });
});

describe("The lists of sessions", () => {
  test("hold a new session at once, newest first, before and after it is put in", async () => {
    const sessions = [session(1, 30), session(2, 20), session(3, 10), session(4, 0)];
    for (const each of sessions) await store.create(each);
    const newestFirst = sessions.map(({ id }) => id).reverse();
    expect(await ids()).toEqual(newestFirst);
    for (const each of [sessions[3], sessions[1]]) if (each) await list(each);
    expect(await ids()).toEqual(newestFirst);
    for (const each of sessions) await list(each);
    expect(await ids()).toEqual(newestFirst);
  });

  test("name a session once that was put in but whose marker is still there", async () => {
    await store.create(session(1, 10));
    await store.create(session(2, 0));
    const marker: Record<string, unknown>[] = [];
    for await (const row of raw.listEntities({ queryOptions: { filter: `RowKey eq 'new~${session(1).id}'` } }))
      marker.push(row);
    for (const number of [1, 2]) await list(session(number, number === 1 ? 10 : 0));
    await raw.createEntity(marker[0] as { partitionKey: string; rowKey: string });
    expect(await ids()).toEqual([session(2).id, session(1).id]);
  });

  test("keep a session once that is put in twice", async () => {
    await store.create(session(1));
    await list(session(1));
    await list(session(1));
    expect(await ids()).toEqual([session(1).id]);
  });

  test("go on after any session, listed or not, also within one millisecond", async () => {
    const sessions = Array.from({ length: 12 }, (_, index) => session(index + 1, Math.floor(index / 4)));
    for (const each of sessions) await store.create(each);
    for (const each of sessions.filter((_, index) => index % 3 !== 0)) await list(each);
    const whole = await ids();
    expect(new Set(whole)).toEqual(new Set(sessions.map(({ id }) => id)));
    for (const [index, id] of whole.entries()) {
      const after = sessions.find((each) => each.id === id);
      expect(await ids({}, after)).toEqual(whole.slice(index + 1));
    }
  });

  test("are kept by device and by person", async () => {
    const mine = session(1, 30);
    const onPc = session(2, 20, { device: { id: PC ?? "", name: "PC-001", platform: "windows", userName: "" } });
    const hers = session(3, 10, { requestedBy: CHIARA ?? "" });
    for (const each of [mine, onPc, hers]) await store.create(each);
    for (const isListed of [false, true]) {
      if (isListed) for (const each of [mine, onPc, hers]) await list(each);
      expect(await ids({ deviceId: PHONE })).toEqual([hers.id, mine.id]);
      expect(await ids({ deviceId: PC })).toEqual([onPc.id]);
      expect(await ids({ requestedBy: BRUNO })).toEqual([onPc.id, mine.id]);
      expect(await ids({ requestedBy: CHIARA })).toEqual([hers.id]);
    }
  });

  test.each(["x' or RowKey gt '", "' or PartitionKey eq 'lists", "~", "all~"])(
    "find nothing for %j: it is a value, never a condition",
    async (hostile) => {
      await store.create(session(1));
      await list(session(1));
      expect(await ids({ deviceId: hostile })).toEqual([]);
      expect(await ids({ requestedBy: hostile })).toEqual([]);
    },
  );

  test("lose what is past its retention, with the session, after the last look at it; the rest stays", async () => {
    const [old, older, young] = [session(1, 200), session(2, 300), session(3, 50)];
    for (const each of [old, older, young]) {
      await store.create(each);
      await list(each);
      await store.settleOpen([each.id]);
    }
    const seen: string[] = [];
    await store.dropBefore(new Date(NOW.getTime() - 100_000), async ({ id }) => {
      expect(await store.find(id)).toBeDefined();
      seen.push(id);
    });
    expect(seen.sort()).toEqual([old.id, older.id].sort());
    expect(await ids()).toEqual([young.id]);
    expect(await store.find(old.id)).toBeUndefined();
    expect((await rowKeys()).filter((key) => !key.includes(young.id))).toEqual([]);
  });
});
