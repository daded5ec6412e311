import { randomUUID } from "node:crypto";
import { TableServiceClient } from "@azure/data-tables";
import { ManagedIdentityCredential } from "@azure/identity";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../../infra/local/azurite.ts";
import { makeNewAuditId, makeTableAuditLog } from "../../../../lib/adapters/azure/audit-log.ts";
import { makeTables } from "../../../../lib/adapters/azure/table.ts";
import type { AuditEntry } from "../../../../lib/audit/entry.ts";
import type { AuditLog, AuditQuery } from "../../../../lib/audit/ports.ts";
import { startStorageProxy } from "../../../storage-proxy.ts";

const PHONE = "d0000000-0000-4000-8000-000000000001";
const BRUNO = "10000000-0000-4000-8000-000000000002";

let azurite: Azurite;
let service: TableServiceClient;
let auditLog: AuditLog;
let newAuditId: (at: Date) => string;
let count = 0;

beforeAll(async () => {
  azurite = await startAzurite();
  service = TableServiceClient.fromConnectionString(azurite.connectionString, { allowInsecureConnection: true });
});

beforeEach(async () => {
  for (const name of await tableNames()) await service.deleteTable(name);
  auditLog = makeTableAuditLog(
    makeTables({ connectionString: azurite.connectionString }, new ManagedIdentityCredential(), randomUUID),
  );
  // Ids that end differently: the last digit chooses the shard.
  newAuditId = makeNewAuditId(() => (count++).toString(16).padStart(16, "0"));
});

afterAll(() => azurite.close());

async function tableNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name = "" } of service.listTables()) names.push(name);
  return names.sort();
}

function entry(at: string, change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id: newAuditId(new Date(at)),
    at: new Date(at).toISOString(),
    actor: { id: BRUNO, kind: "person" },
    action: "session.request",
    phase: "outcome",
    result: "success",
    correlationId: "c",
    ...change,
  };
}

async function append(...entries: AuditEntry[]): Promise<AuditEntry[]> {
  for (const each of entries) await auditLog.append(each);
  return entries;
}

const range = { from: new Date("2026-10-30T00:00:00Z"), to: new Date("2026-11-03T00:00:00Z") };

async function read(query: Partial<AuditQuery> = {}, afterId?: string): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for await (const each of auditLog.read({ ...range, ...query }, afterId)) found.push(each);
  return found;
}

describe("Audit ids", () => {
  test("made in the same millisecond, or after the clock went back, sort newest first", () => {
    const moments = ["10:00:00.000Z", "10:00:00.000Z", "10:00:00.000Z", "09:59:59.000Z", "10:00:01.000Z"];
    const ids = moments.map((time) => newAuditId(new Date(`2026-11-02T${time}`)));
    expect([...ids].sort()).toEqual([...ids].reverse());
  });
});

describe("The audit log", () => {
  test("gives an entry back as it was written, with and without its optional parts", async () => {
    const full = entry("2026-11-02T10:00:00Z", {
      reason: "it's so",
      deviceId: PHONE,
      sessionId: "s",
      result: "refused",
    });
    const { result: _, ...bare } = entry("2026-11-02T10:00:01Z", { phase: "intent" });
    await append(full, bare);
    expect(await read()).toEqual([bare, full]);
  });

  test("holds an entry that is written twice once", async () => {
    const [once] = await append(entry("2026-11-02T10:00:00Z"));
    await append(...(once ? [once] : []));
    expect(await read()).toEqual([once]);
  });

  test("is told of once, however often and by whomever it is written again", async () => {
    const written: AuditEntry[] = [];
    const tables = makeTables(
      { connectionString: azurite.connectionString },
      new ManagedIdentityCredential(),
      randomUUID,
    );
    const [one, two] = [1, 2].map(() => makeTableAuditLog(tables, (each) => written.push(each)));
    const [first, second] = ["2026-11-02T10:00:00Z", "2026-11-02T10:00:01Z"].map((at) => entry(at));
    for (const log of [one, two, one]) if (first) await log?.append(first);
    if (second) await two?.append(second);
    expect(written).toEqual([first, second]);
  });

  test("puts an outcome before its intent of the same millisecond, in whatever shard they are", async () => {
    const entries: AuditEntry[] = [];
    for (let index = 0; index < 12; index += 1) {
      entries.push(
        entry("2026-11-02T10:00:00Z", { phase: index % 2 ? "outcome" : "intent", correlationId: `${index}` }),
      );
    }
    await append(...entries);
    expect(await read()).toEqual([...entries].reverse());
  });

  test("is read across days and months, newest first, in one table per month", async () => {
    const times = ["2026-10-30T12:00:00Z", "2026-10-31T23:59:59.999Z", "2026-11-01T00:00:00Z", "2026-11-02T10:00:00Z"];
    const entries = await append(...times.map((time) => entry(time)));
    expect(await read()).toEqual([...entries].reverse());
    expect(await tableNames()).toEqual(["audit202610", "audit202611"]);
  });

  test("takes the beginning of a range in and leaves its end out, to the millisecond", async () => {
    const times = ["09:59:59.999Z", "10:00:00.000Z", "10:30:00.000Z", "10:59:59.999Z", "11:00:00.000Z"];
    const entries = await append(...times.map((time) => entry(`2026-11-02T${time}`)));
    const found = await read({ from: new Date("2026-11-02T10:00:00Z"), to: new Date("2026-11-02T11:00:00Z") });
    expect(found).toEqual(entries.slice(1, 4).reverse());
  });

  test("goes on after any entry without losing or repeating one", async () => {
    const times = Array.from(
      { length: 10 },
      (_, index) => `2026-${index < 5 ? "10-31" : "11-01"}T12:00:0${index % 3}Z`,
    );
    const entries = await append(...times.sort().map((time) => entry(time)));
    const whole = [...entries].reverse();
    for (const [index, { id }] of whole.entries()) expect(await read({}, id)).toEqual(whole.slice(index + 1));
  });

  test("is filtered by device, session, person, action and kind of action", async () => {
    const at = "2026-11-02T10:00:00Z";
    const request = entry(at, { deviceId: PHONE, sessionId: "one" });
    const close = entry(at, { deviceId: PHONE, sessionId: "two", action: "session.close" });
    const refresh = entry(at, { action: "connector.refresh", actor: { id: "connector", kind: "system" } });
    const send = entry(at, { action: "notification.send", sessionId: "one" });
    await append(request, close, refresh, send);
    expect(await read({ deviceId: PHONE })).toEqual([close, request]);
    expect(await read({ sessionId: "one" })).toEqual([send, request]);
    expect(await read({ actorId: "connector" })).toEqual([refresh]);
    expect(await read({ action: "session.close" })).toEqual([close]);
    expect(await read({ action: "session." })).toEqual([close, request]);
    expect(await read({ action: "notification.", sessionId: "one" })).toEqual([send]);
    expect(await read({ action: "session.clos" })).toEqual([]);
  });

  test.each(["x' or actorId ne '", "' or 1 eq 1 or actorId eq '", "'"])(
    "takes %j as a value in every filter",
    async (hostile) => {
      await append(entry("2026-11-02T10:00:00Z", { deviceId: PHONE, sessionId: "s" }));
      for (const name of ["deviceId", "sessionId", "actorId", "action"] as const) {
        expect(await read({ [name]: hostile })).toEqual([]);
      }
      const [meant] = await append(entry("2026-11-02T10:00:01Z", { sessionId: hostile }));
      expect(await read({ sessionId: hostile })).toEqual([meant]);
    },
  );

  test("looks at a month without entries once, not at each of its days", async () => {
    const [old] = await append(entry("2024-01-31T10:00:00Z"));
    const proxy = await startStorageProxy(azurite);
    try {
      const tables = makeTables(
        { connectionString: proxy.connectionString },
        new ManagedIdentityCredential(),
        randomUUID,
      );
      const found: AuditEntry[] = [];
      const query = { from: new Date("2024-01-31T00:00:00Z"), to: new Date("2026-02-01T00:00:00Z") };
      for await (const each of makeTableAuditLog(tables).read(query)) found.push(each);
      expect(found).toEqual([old]);
      expect(proxy.calls.length).toBeLessThan(40);
    } finally {
      await proxy.close();
    }
  });

  test("drops whole months before the retention's first and no other", async () => {
    const times = ["2024-12-31T10:00:00Z", "2026-09-30T10:00:00Z", "2026-10-01T00:00:00Z", "2026-11-02T10:00:00Z"];
    await append(...times.map((time) => entry(time)));
    await auditLog.dropBefore(new Date("2026-10-01T00:00:00Z"));
    expect(await tableNames()).toEqual(["audit202610", "audit202611"]);
    await auditLog.dropBefore(new Date("2026-10-01T00:00:00Z"));
    expect(await tableNames()).toEqual(["audit202610", "audit202611"]);
  });
});
