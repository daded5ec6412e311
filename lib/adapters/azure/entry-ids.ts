import type { EntryIds } from "../../audit/ports.ts";
import { AUDIT_SHARDS, auditKeysOf, auditTableOf, entriesWithin } from "./audit-keys.ts";
import { entryOf } from "./audit-rows.ts";
import type { Table } from "./table.ts";

const DAY_MS = 24 * 60 * 60_000;
const SELECTED = ["RowKey", "at"] as const;

/** A query for each shard of each day, of which a thousand rows come at once. */
export function makeEntryIds(table: (name: string) => Table): EntryIds {
  const inShard = async (day: Date, shard: number, range: { from: Date; to: Date }) => {
    const rows = table(auditTableOf(day.toISOString())).query(entriesWithin(day, shard, range), { select: SELECTED });
    const found: { id: string; at: string }[] = [];
    for await (const { rowKey, at } of rows) found.push({ id: rowKey, at: String(at) });
    return found;
  };

  return {
    async within(range) {
      const shards = daysOf(range).flatMap((day) =>
        Array.from({ length: AUDIT_SHARDS }, (_, shard) => inShard(day, shard, range)),
      );
      return (await Promise.all(shards)).flat();
    },
    async find(id, at) {
      const { partitionKey, rowKey } = auditKeysOf(id, at);
      const row = await table(auditTableOf(at)).read(partitionKey, rowKey);
      return row && entryOf(row);
    },
  };
}

function daysOf({ from, to }: { from: Date; to: Date }): Date[] {
  const days: Date[] = [];
  for (let ms = Math.floor(from.getTime() / DAY_MS) * DAY_MS; ms < to.getTime(); ms += DAY_MS) days.push(new Date(ms));
  return days;
}
