import { describe, expect, test } from "@jest/globals";
import { makeAuditIndex } from "../../../../lib/adapters/azure/audit-index.ts";
import { makeNewAuditId, makeTableAuditLog } from "../../../../lib/adapters/azure/audit-log.ts";
import { makeSealProgress } from "../../../../lib/adapters/azure/sealing-notes.ts";
import type { Table } from "../../../../lib/adapters/azure/table.ts";
import type { AuditEntry } from "../../../../lib/audit/entry.ts";
import type { AuditQuery } from "../../../../lib/audit/ports.ts";
import { makeMemoryTables } from "../../../memory/table.ts";

const START = new Date("2026-09-20T00:00:00.000Z");
const NOW = new Date("2026-11-22T12:00:00.000Z");
const HOUR_MS = 60 * 60_000;
const ACTIONS = ["session.request", "session.close", "connector.confirm"] as const;
/** Whatever somebody asked for: keys of tables take none of this as it is. */
const DEVICES = ["d1", "a/b#c?d\\e", "d1~", "d'2"];

type Indexed = "all" | "but the last days" | "nothing";

/** An entry every five hours over three months, of which so many are sealed and so indexed; each call is counted. */
async function anAudit(indexed: Indexed) {
  const tables = makeMemoryTables();
  let calls = 0;
  const table = (name: string): Table => {
    const opened = tables.open(name);
    const counted = <Given extends unknown[], Answer>(call: (...given: Given) => Answer) => {
      return (...given: Given) => {
        calls += 1;
        return call(...given);
      };
    };
    return { ...opened, read: counted(opened.read), query: counted(opened.query), exists: counted(opened.exists) };
  };
  let made = 0;
  const newId = makeNewAuditId(() => {
    made += 1;
    return made.toString(16).padStart(16, "0");
  });
  const entries: AuditEntry[] = [];
  for (let at = START; at < NOW; at = new Date(at.getTime() + 5 * HOUR_MS)) {
    const number = entries.length;
    const [deviceId, action] = [DEVICES[number % DEVICES.length], ACTIONS[number % 7 === 0 ? 2 : number % 2]];
    entries.push({
      id: newId(at),
      at: at.toISOString(),
      actor: { id: number % 3 === 0 ? "ada" : "bruno", kind: "person" },
      action: action ?? "session.request",
      phase: "outcome",
      ...(deviceId && number % 5 !== 0 ? { deviceId } : {}),
      ...(number % 11 === 0 ? { sessionId: `s${number % 4}` } : {}),
      correlationId: "call-1",
    });
  }
  const log = makeTableAuditLog(table);
  for (const entry of entries) await log.append(entry);
  const sealedTo = new Date(NOW.getTime() - (indexed === "all" ? 0 : 4 * 24 * HOUR_MS));
  if (indexed !== "nothing") {
    const sealed = entries.filter(({ at }) => at < sealedTo.toISOString());
    // Twice, as two processes that seal at once do.
    for (let time = 0; time < 2; time += 1) await makeAuditIndex(table).add(sealed);
    await makeSealProgress(table("seals")).write({ to: sealedTo });
  }
  const read = async (query: Partial<AuditQuery>, afterId?: string) => {
    calls = 0;
    const found: AuditEntry[] = [];
    for await (const entry of log.read({ from: START, to: NOW, ...query }, afterId)) found.push(entry);
    return found;
  };
  return { entries: entries.reverse(), read, calls: () => calls, tables };
}

const isFitting =
  ({ from = START, to = NOW, deviceId, sessionId, actorId, action }: Partial<AuditQuery>) =>
  (entry: AuditEntry) =>
    entry.at >= from.toISOString() &&
    entry.at < to.toISOString() &&
    (!deviceId || entry.deviceId === deviceId) &&
    (!sessionId || entry.sessionId === sessionId) &&
    (!actorId || entry.actor.id === actorId) &&
    (!action || (action.endsWith(".") ? entry.action.startsWith(action) : entry.action === action));

const queries: Partial<AuditQuery>[] = [
  ...DEVICES.map((deviceId) => ({ deviceId })),
  { sessionId: "s1" },
  { action: "connector.confirm" },
  { action: "session." },
  { action: "connector." },
  { deviceId: "d1", actorId: "ada" },
  { deviceId: "d1", action: "session.close", actorId: "bruno" },
  { deviceId: "d1", from: new Date("2026-10-01T00:00:00.000Z"), to: new Date("2026-11-01T00:00:00.000Z") },
  { action: "session.close", from: new Date("2026-10-31T23:00:00.000Z"), to: new Date("2026-11-20T05:00:00.000Z") },
  { deviceId: "nobody's" },
  { actorId: "ada" },
  {},
];

describe.each<Indexed>(["all", "but the last days", "nothing"])("With an index of %s", (indexed) => {
  test.each(queries)("%j finds what it finds without one, in the same order, from any entry on", async (query) => {
    const { entries, read } = await anAudit(indexed);
    const expected = entries.filter(isFitting(query));
    expect(await read(query)).toEqual(expected);
    for (const index of [0, Math.floor(expected.length / 2), expected.length - 1])
      expect(await read(query, expected[index]?.id)).toEqual(expected.slice(index + 1));
  });
});

test("What the index knows is asked for month by month, not day by day", async () => {
  const { read, calls } = await anAudit("all");
  await read({ deviceId: "nobody's" });
  expect(calls()).toBeLessThan(20);
  const { read: readAll, calls: allCalls } = await anAudit("nothing");
  await readAll({ deviceId: "nobody's" });
  expect(allCalls()).toBeGreaterThan(200);
});

test("People are not in it: whoever is erased stands in no key", async () => {
  const { tables } = await anAudit("all");
  const keys = tables.rows("auditby202610");
  expect(keys.length).toBeGreaterThan(100);
  for (const { rowKey, actorId } of keys) {
    expect(actorId).toBeUndefined();
    expect(rowKey).not.toContain(Buffer.from("ada").toString("base64url"));
  }
});
