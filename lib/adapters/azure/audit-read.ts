import type { AuditEntry } from "../../audit/entry.ts";
import type { AuditQuery } from "../../audit/ports.ts";
import { overlapping } from "../../audit/unsealed.ts";
import { INDEX_PARTITION, indexedBy } from "./audit-index.ts";
import { auditIndexTableOf, auditKeysOf, auditTableOf, idsWithin } from "./audit-keys.ts";
import { entryOf } from "./audit-rows.ts";
import { walkAudit } from "./audit-walk.ts";
import { monthOf } from "./reverse-time.ts";
import { makeSealProgress } from "./sealing-notes.ts";
import { type Row, type Table, where } from "./table.ts";

type Tables = (name: string) => Table;

const MOST_MONTHS_AT_ONCE = 6;
const INDEX_ROWS_AT_ONCE = 100;
const ENTRIES_AT_ONCE = 25;

/**
 * Entries newest first. What is sealed is indexed: a query for what the index knows looks through the days since then alone,
 * and is led to the entries before, however many others there are.
 */
export async function* readAudit(
  table: Tables,
  query: AuditQuery,
  afterId: string | undefined,
): AsyncIterable<AuditEntry> {
  const prefix = indexedBy(query);
  const sealed = prefix === undefined ? undefined : await makeSealProgress(table("seals")).read();
  const indexedTo = sealed && overlapping(sealed.to);
  if (prefix === undefined || !indexedTo || indexedTo <= query.from) return yield* walkAudit(table, query, afterId);
  if (indexedTo < query.to) yield* walkAudit(table, { ...query, from: indexedTo }, afterId);
  const to = new Date(Math.min(indexedTo.getTime(), query.to.getTime()));
  yield* readIndexed(table, { ...query, to }, prefix, afterId);
}

async function* readIndexed(table: Tables, query: AuditQuery, prefix: string, afterId = ""): AsyncIterable<AuditEntry> {
  const months = monthsOf(query);
  for (let start = 0, atOnce = 1; start < months.length; start += atOnce, atOnce = MOST_MONTHS_AT_ONCE) {
    const begun = months.slice(start, start + atOnce).map((month) => {
      const entries = entriesIn(table, month, query, prefix, afterId)[Symbol.asyncIterator]();
      const head = entries.next();
      // Whoever stops reading before that month need not hear that it failed.
      head.catch(() => undefined);
      return { entries, head };
    });
    for (const { entries, head } of begun)
      for (let next = await head; !next.done; next = await entries.next()) yield next.value;
  }
}

/** The range's months, the last first. */
function monthsOf({ from, to }: AuditQuery): string[] {
  const months: string[] = [];
  const last = new Date(to.getTime() - 1);
  for (let back = 0; ; back += 1) {
    const month = new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - back, 1));
    if (monthOf(month) < monthOf(from)) return months;
    months.push(month.toISOString());
  }
}

/** The entries of a month that the index leads to, and that fit whatever else is asked. */
async function* entriesIn(
  table: Tables,
  month: string,
  query: AuditQuery,
  prefix: string,
  afterId: string,
): AsyncIterable<AuditEntry> {
  const [index, entries] = [table(auditIndexTableOf(month)), table(auditTableOf(month))];
  const { above, below } = idsWithin(query, afterId);
  const [first, last] = [prefix + above, prefix + below];
  const filter = where`PartitionKey eq ${INDEX_PARTITION} and RowKey gt ${first} and RowKey lt ${last}`;
  let batch: Row[] = [];
  for await (const row of index.query(filter, { rowsAtOnce: INDEX_ROWS_AT_ONCE })) {
    batch.push(row);
    if (batch.length < ENTRIES_AT_ONCE) continue;
    yield* await fitting(entries, query, prefix, batch);
    batch = [];
  }
  yield* await fitting(entries, query, prefix, batch);
}

async function fitting(entries: Table, query: AuditQuery, prefix: string, rows: readonly Row[]): Promise<AuditEntry[]> {
  const found = await Promise.all(
    rows.map(({ rowKey, at }) => {
      const keys = auditKeysOf(rowKey.slice(prefix.length), String(at));
      return entries.read(keys.partitionKey, keys.rowKey);
    }),
  );
  return found.flatMap((row) => (row ? [entryOf(row)] : [])).filter((entry) => isFitting(entry, query));
}

function isFitting(entry: AuditEntry, { from, to, deviceId, sessionId, actorId, action }: AuditQuery): boolean {
  if (entry.at < from.toISOString() || entry.at >= to.toISOString()) return false;
  if (deviceId && entry.deviceId !== deviceId) return false;
  if (sessionId && entry.sessionId !== sessionId) return false;
  if (actorId && entry.actor.id !== actorId) return false;
  return !action || (action.endsWith(".") ? entry.action.startsWith(action) : entry.action === action);
}
