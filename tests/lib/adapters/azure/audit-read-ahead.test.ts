import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { makeTableAuditLog } from "../../../../lib/adapters/azure/audit-log.ts";
import type { Row, Table } from "../../../../lib/adapters/azure/table.ts";

const LAST_US = 8_640_000_000_000_000_000n;

function rowAt(at: string): Row {
  const id = `${LAST_US - BigInt(Date.parse(at)) * 1000n}-0000000000000000`;
  const said = { actorId: "ada", actorKind: "person", action: "session.request", phase: "intent", correlationId: "c" };
  return { partitionKey: `${at.slice(0, 10).replaceAll("-", "")}-0`, rowKey: id, id, at, ...said, etag: "1" };
}

/** Tables that hold one entry at each of `times`, with each call in a journal that says how many ran at once. */
function anAudit(times: string[]) {
  const rows = times.map(rowAt);
  const journal = { asked: [] as string[], filters: [] as string[], most: 0, fails: "" };
  let running = 0;
  const counted = async <T>(what: string, answer: T): Promise<T> => {
    journal.asked.push(what);
    running += 1;
    journal.most = Math.max(journal.most, running);
    await delay(2);
    running -= 1;
    if (what === journal.fails) throw new Error("The table is away.");
    return answer;
  };
  const table = (name: string): Table => ({
    read: async () => undefined,
    change: async () => undefined,
    exists: () => counted(name, true),
    drop: async () => undefined,
    async *query(filter) {
      journal.filters.push(filter);
      const partition = /PartitionKey eq '([^']+)'/.exec(filter)?.[1] ?? "";
      yield* await counted(
        partition,
        rows.filter((row) => row.partitionKey === partition),
      );
    },
  });
  const log = makeTableAuditLog(table);
  const query = { from: new Date("2026-09-01T00:00:00Z"), to: new Date("2026-12-01T00:00:00Z") };
  return { journal, read: (wanted = query) => log.read(wanted) };
}

async function timesOf(entries: AsyncIterable<{ at: string }>) {
  const times: string[] = [];
  for await (const { at } of entries) times.push(at);
  return times;
}

test("quiet days are read ever further ahead, eight at most, and the order is kept", async () => {
  const times = ["2026-11-30T10:00:00.000Z", "2026-10-02T10:00:00.000Z", "2026-10-01T10:00:00.000Z"];
  const { journal, read } = anAudit(times);
  expect(await timesOf(read())).toEqual(times);
  expect(journal.most).toBe(8 * 4);
  expect(journal.asked).toHaveLength(3 + 91 * 4);
  expect(new Set(journal.asked).size).toBe(journal.asked.length);
});

test("whoever finds enough on the first day has asked for no other", async () => {
  const { journal, read } = anAudit(["2026-11-30T10:00:00.000Z"]);
  for await (const { at } of read()) {
    expect(at).toBe("2026-11-30T10:00:00.000Z");
    break;
  }
  expect(journal.asked).toEqual(["audit202611", "20261130-0", "20261130-1", "20261130-2", "20261130-3"]);
});

test("a day that fails is heard of in its turn, after the days before it", async () => {
  const { journal, read } = anAudit(["2026-11-29T10:00:00.000Z"]);
  journal.fails = "20261128-2";
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { at } of read()) seen.push(at);
  })();
  await expect(reading).rejects.toThrow("The table is away.");
  expect(seen).toEqual(["2026-11-29T10:00:00.000Z"]);
});

test("of a day the service is asked for the keys of the range alone, and of a minute after it, where ids may run ahead", async () => {
  const { journal, read } = anAudit(["2026-11-30T10:00:00.000Z"]);
  const range = { from: new Date("2026-11-30T10:00:00.000Z"), to: new Date("2026-11-30T10:01:00.000Z") };
  expect(await timesOf(read(range))).toHaveLength(1);
  const idAt = (at: string) => LAST_US - BigInt(Date.parse(at)) * 1000n;
  const keys = `RowKey gt '${idAt("2026-11-30T10:02:00.000Z")}' and RowKey lt '${idAt("2026-11-30T10:00:00.000Z")}~'`;
  expect(journal.filters).toHaveLength(4);
  for (const filter of journal.filters) expect(filter).toContain(`and ${keys} and at ge '2026-11-30T10:00:00.000Z'`);
});
