import type { AuditEntry } from "../../audit/entry.ts";
import { timeOfId } from "../../audit/id.ts";
import { auditKeysOf, auditTableOf } from "./audit-keys.ts";
import { type Table, where } from "./table.ts";

/** Entries of one partition so close to each other are looked for by one query, whatever else stands between them. */
const RANGE_MS = 15 * 60_000;

type Range = { table: string; partition: string; entries: AuditEntry[] };

/** The entries that no table holds: a query for each few minutes and shard, however many entries there are. */
export async function missingOf(table: (name: string) => Table, entries: readonly AuditEntry[]): Promise<AuditEntry[]> {
  const missing = await Promise.all(rangesOf(entries).map((range) => missingIn(table(range.table), range)));
  return missing.flat();
}

function rangesOf(entries: readonly AuditEntry[]): Range[] {
  const ranges = new Map<string, Range>();
  for (const entry of entries) {
    const { partitionKey: partition } = auditKeysOf(entry.id, entry.at);
    const key = `${partition} ${Math.floor(timeOfId(entry.id).getTime() / RANGE_MS)}`;
    const range = ranges.get(key) ?? { table: auditTableOf(entry.at), partition, entries: [] };
    range.entries.push(entry);
    ranges.set(key, range);
  }
  return [...ranges.values()];
}

async function missingIn(table: Table, { partition, entries }: Range): Promise<AuditEntry[]> {
  const ids = entries.map(({ id }) => id).sort();
  const [first = "", last = ""] = [ids[0], ids.at(-1)];
  const found = new Set<string>();
  const filter = where`PartitionKey eq ${partition} and RowKey ge ${first} and RowKey le ${last}`;
  for await (const { rowKey } of table.query(filter)) found.add(rowKey);
  return entries.filter(({ id }) => !found.has(id));
}
