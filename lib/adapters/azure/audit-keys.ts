import { dayOf, monthOf, reverseUs } from "./reverse-time.ts";
import { where } from "./table.ts";

type Range = { from: Date; to: Date };

/** The entries of a day are spread over so many partitions. */
export const AUDIT_SHARDS = 4;

/** The table of the month that an entry of this time belongs to. */
export const auditTableOf = (at: string) => `audit${monthOf(new Date(at))}`;

/** The table of the index of that month. */
export const auditIndexTableOf = (at: string) => `auditby${monthOf(new Date(at))}`;

export function auditKeysOf(id: string, at: string) {
  const shard = Number.parseInt(id.slice(-1), 16) % AUDIT_SHARDS;
  return { partitionKey: partitionOf(new Date(at), shard), rowKey: id };
}

const partitionOf = (day: Date, shard: number) => `${dayOf(day)}-${shard}`;

/** An id may be made for a moment later than its entry's time: by as much as many at once take, or as a clock was set back. */
const ID_AHEAD_MS = 60_000;

/** Between which ids the entries of a time stand that come after `afterId`; some there are of another time. */
export function idsWithin({ from, to }: Range, afterId = "") {
  const newest = reverseUs(new Date(to.getTime() + ID_AHEAD_MS));
  return { above: afterId > newest ? afterId : newest, below: `${reverseUs(from)}~` };
}

/** The entries of a time in one shard of a day, after `afterId`: by their keys, too, or the service would look through the whole day. */
export function entriesWithin(day: Date, shard: number, range: Range, afterId?: string): string {
  const { above, below } = idsWithin(range, afterId);
  const keys = where`PartitionKey eq ${partitionOf(day, shard)} and RowKey gt ${above} and RowKey lt ${below}`;
  return `${keys} and ${where`at ge ${range.from.toISOString()} and at lt ${range.to.toISOString()}`}`;
}
