import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../../infra/local/azurite.ts";
import { makeTableAuditLog } from "../../../../lib/adapters/azure/audit-log.ts";
import { makeEntryIds } from "../../../../lib/adapters/azure/entry-ids.ts";
import { makeTables, type QueryOptions, type Table } from "../../../../lib/adapters/azure/table.ts";
import type { AuditEntry } from "../../../../lib/audit/entry.ts";
import { entriesAMinute, newAuditId } from "./entries-a-minute.ts";

const START = Date.parse("2026-11-30T23:50:00.000Z");
const token = { getToken: async () => null };

/** An entry for each minute over the end of a month, in all shards. */
const entries = entriesAMinute(START, 40);

let azurite: Azurite;
let table: (name: string) => Table;
beforeAll(async () => {
  azurite = await startAzurite();
  table = makeTables({ connectionString: azurite.connectionString }, token, randomUUID);
  const log = makeTableAuditLog(table);
  for (const entry of entries) await log.append(entry);
});
afterAll(() => azurite.close());

const at = (minute: number) => new Date(START + minute * 60_000);

describe("Entries by their ids", () => {
  test("are those of a time alone, over the end of a month, and no more of them is read", async () => {
    const asked: (QueryOptions | undefined)[] = [];
    const ids = makeEntryIds((name) => ({
      ...table(name),
      query(filter, options) {
        asked.push(options);
        return table(name).query(filter, options);
      },
    }));
    const found = await ids.within({ from: at(5), to: at(15) });
    const wanted = entries.slice(5, 15).map(({ id, at: time }) => ({ id, at: time }));
    expect(new Set(found)).toEqual(new Set(wanted));
    expect(asked).toEqual(Array(8).fill({ select: ["RowKey", "at"] }));
  });

  test("are none where no table is", async () => {
    const [from, to] = [new Date("2025-01-01T00:00:00Z"), new Date("2025-01-01T01:00:00Z")];
    expect(await makeEntryIds(table).within({ from, to })).toEqual([]);
  });

  test("are found whole, unless they are not there", async () => {
    const { find } = makeEntryIds(table);
    for (const entry of [entries[3], entries[30]] as AuditEntry[])
      expect(await find(entry.id, entry.at)).toEqual(entry);
    expect(await find(newAuditId(at(50)), at(50).toISOString())).toBeUndefined();
  });
});
