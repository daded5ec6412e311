import { expect, test } from "@jest/globals";
import { makeTableAuditLog } from "../../../../lib/adapters/azure/audit-log.ts";
import { makeMemoryTables } from "../../../memory/table.ts";
import { entriesAMinute } from "./entries-a-minute.ts";

const START = Date.parse("2026-11-22T23:50:00.000Z");

/** An entry for each minute over the end of a day, in all shards. */
const entries = entriesAMinute(START, 40);

test("Of many entries those are told that no table holds; what is there is not looked for one by one", async () => {
  const tables = makeMemoryTables();
  let queries = 0;
  const log = makeTableAuditLog((name) => {
    const table = tables.open(name);
    return {
      ...table,
      query: (...asked) => {
        queries += 1;
        return table.query(...asked);
      },
    };
  });
  const written = entries.filter((_, index) => index % 3 !== 0);
  for (const entry of written) await log.append(entry);
  queries = 0;
  const missing = await log.missing(entries);
  expect(new Set(missing)).toEqual(new Set(entries.filter((entry) => !written.includes(entry))));
  expect(queries).toBeLessThan(entries.length);
  expect(await log.missing([])).toEqual([]);
  expect(await log.missing(written)).toEqual([]);
});
