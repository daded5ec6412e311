import type { AuditEntry } from "../../audit/entry.ts";
import { timeOfId } from "../../audit/id.ts";
import type { AuditQuery } from "../../audit/ports.ts";
import { AUDIT_SHARDS, auditTableOf, entriesWithin } from "./audit-keys.ts";
import { entryOf } from "./audit-rows.ts";
import { type Row, type Table, where } from "./table.ts";

const DAY_MS = 24 * 60 * 60_000;
const MOST_DAYS_AT_ONCE = 8;
const MOST_MONTHS_AT_ONCE = 6;
/** From each shard: four shards of two days are held while an export runs, and what lives shortly costs no memory. */
const ROWS_AT_ONCE = 100;

/** Entries newest first, by looking through day after day. */
export async function* walkAudit(
  table: (name: string) => Table,
  query: AuditQuery,
  afterId: string | undefined,
): AsyncIterable<AuditEntry> {
  const newest = new Date(Math.min(lastMoment(query).getTime(), afterId ? timeOfId(afterId).getTime() : Infinity));
  const days = daysOf(table, query.from, newest);
  const begin = (day: Date) => beginDay(table(auditTableOf(day.toISOString())), day, query, afterId);
  const begun: ReturnType<typeof begin>[] = [];
  for (let atOnce = 1; ; ) {
    while (begun.length < atOnce) {
      const { value: day, done } = await days.next();
      if (done) break;
      begun.push(begin(day));
    }
    const heads = await begun[0]?.heads;
    const day = begun.shift();
    if (!day || !heads) return;
    yield* merged(day.shards, heads);
    // A quiet stretch is read ever further ahead; where there is much to read, one day ahead is enough to hold.
    const isEmpty = heads.every(({ done }) => done);
    atOnce = isEmpty ? Math.min(atOnce * 2, MOST_DAYS_AT_ONCE) : 2;
  }
}

const lastMoment = ({ to }: AuditQuery) => new Date(to.getTime() - 1);
const startOfDay = (at: Date) => new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS);

const startOfMonth = (at: Date) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));

/** The days down to `from`, newest first, without those of months that have no table: such a month costs one call, not four a day. */
async function* daysOf(table: (name: string) => Table, from: Date, newest: Date): AsyncGenerator<Date, undefined> {
  let month = startOfMonth(newest);
  for (let atOnce = 1; ; atOnce = MOST_MONTHS_AT_ONCE) {
    const months = Array.from({ length: atOnce }, (_, back) => monthsBefore(month, back));
    const kept = months.filter((each) => monthsBefore(each, -1) > from);
    if (kept.length === 0) return undefined;
    const isThere = await Promise.all(kept.map((each) => table(auditTableOf(each.toISOString())).exists()));
    for (const each of kept.filter((_, index) => isThere[index])) {
      const last = Math.min(startOfDay(newest).getTime(), monthsBefore(each, -1).getTime() - DAY_MS);
      const first = Math.max(startOfDay(from).getTime(), each.getTime());
      for (let day = last; day >= first; day -= DAY_MS) yield new Date(day);
    }
    month = monthsBefore(month, atOnce);
  }
}

const monthsBefore = (month: Date, count: number) =>
  new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() - count, 1));

/** Asks for the first entries of one day, from all its shards side by side. */
function beginDay(table: Table, day: Date, query: AuditQuery, afterId: string | undefined) {
  const shards = Array.from({ length: AUDIT_SHARDS }, (_, shard) => {
    return table.query(filterOf(day, shard, query, afterId), { rowsAtOnce: ROWS_AT_ONCE })[Symbol.asyncIterator]();
  });
  const heads = Promise.all(shards.map((shard) => shard.next()));
  // Whoever stops reading before that day need not hear that it failed.
  heads.catch(() => undefined);
  return { shards, heads };
}

/** One day, newest first: its shards merged by id. */
async function* merged(shards: AsyncIterator<Row>[], heads: IteratorResult<Row>[]): AsyncIterable<AuditEntry> {
  for (;;) {
    const next = heads.reduce((best, head, index) => {
      if (head.done) return best;
      const leader = best === -1 ? undefined : heads[best];
      return !leader || leader.done || head.value.rowKey < leader.value.rowKey ? index : best;
    }, -1);
    const head = heads[next];
    if (!head || head.done) return;
    yield entryOf(head.value);
    const shard = shards[next];
    if (shard) heads[next] = await shard.next();
  }
}

function filterOf(day: Date, shard: number, query: AuditQuery, afterId: string | undefined): string {
  const parts = [entriesWithin(day, shard, query, afterId)];
  if (query.deviceId) parts.push(where`deviceId eq ${query.deviceId}`);
  if (query.sessionId) parts.push(where`sessionId eq ${query.sessionId}`);
  if (query.actorId) parts.push(where`actorId eq ${query.actorId}`);
  if (query.action?.endsWith(".")) parts.push(where`action ge ${query.action} and action lt ${`${query.action}~`}`);
  else if (query.action) parts.push(where`action eq ${query.action}`);
  return parts.join(" and ");
}
