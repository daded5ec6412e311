import type { EntryIds } from "../../audit/ports.ts";
import { AUDIT_SHARDS, auditKeysOf, auditTableOf, idsWithin } from "./audit-keys.ts";
import { entryOf } from "./audit-rows.ts";
import { dayOf } from "./reverse-time.ts";
import { type Table, where } from "./table.ts";

const DAY_MS = 24 * 60 * 60_000;
const SELECTED = ["RowKey", "at"] as const;

/** A query for each shard of each day, of which a thousand rows come at once. */
export function makeEntryIds(table: (name: string) => Table): EntryIds {
  const inShard = async (day: string, shard: number, range: { from: Date; to: Date }) => {
    const { above, below } = idsWithin(range);
    const keys = where`PartitionKey eq ${`${dayOf(new Date(day))}-${shard}`} and RowKey gt ${above} and RowKey lt ${below}`;
    const times = where`at ge ${range.from.toISOString()} and at lt ${range.to.toISOString()}`;
    const found: { id: string; at: string }[] = [];
    for await (const { rowKey, at } of table(auditTableOf(day)).query(`${keys} and ${times}`, { select: SELECTED }))
      found.push({ id: rowKey, at: String(at) });
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

/** The days of a range, as times within them. */
function daysOf({ from, to }: { from: Date; to: Date }): string[] {
  const days: string[] = [];
  for (let ms = Math.floor(from.getTime() / DAY_MS) * DAY_MS; ms < to.getTime(); ms += DAY_MS)
    days.push(new Date(ms).toISOString());
  return days;
}
