import { dayOf, monthOf } from "./reverse-time.ts";

/** The entries of a day are spread over so many partitions. */
export const AUDIT_SHARDS = 4;

/** The table of the month that an entry of this time belongs to. */
export const auditTableOf = (at: string) => `audit${monthOf(new Date(at))}`;

/** The table of the index of that month. */
export const auditIndexTableOf = (at: string) => `auditby${monthOf(new Date(at))}`;

export function auditKeysOf(id: string, at: string) {
  const shard = Number.parseInt(id.slice(-1), 16) % AUDIT_SHARDS;
  return { partitionKey: `${dayOf(new Date(at))}-${shard}`, rowKey: id };
}
