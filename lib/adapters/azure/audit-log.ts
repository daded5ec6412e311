import { type AuditEntry, auditEntrySchema } from "../../audit/entry.ts";
import { LAST_US, timeOfId } from "../../audit/id.ts";
import type { AuditLog, AuditQuery } from "../../audit/ports.ts";
import { dayOf, monthOf } from "./reverse-time.ts";
import { type Row, type Table, where } from "./table.ts";

const SHARDS = 4;
const DAY_MS = 24 * 60 * 60_000;
const MONTHS_LOOKED_BACK = 24;

/** Makes audit ids: strictly descending within this process, so an intent always sorts behind its outcome. */
export function makeNewAuditId(randomHex: () => string) {
  let lastUs = 0n;
  return (at: Date): string => {
    const us = BigInt(at.getTime()) * 1000n;
    lastUs = us > lastUs ? us : lastUs + 1n;
    return `${String(LAST_US - lastUs).padStart(19, "0")}-${randomHex()}`;
  };
}

/** Entries in a table per month (`audit<yyyyMM>`), partition `<yyyyMMdd>-<shard>`: a month is dropped whole. */
export function makeTableAuditLog(table: (name: string) => Table): AuditLog {
  return {
    async append({ actor, ...entry }) {
      const row = { ...keysOf(entry.id, entry.at), ...entry, actorId: actor.id, actorKind: actor.kind };
      // Lost means the row is there already: the same entry, written again.
      await table(tableOf(entry.at)).change([{ kind: "insert", row }]);
    },
    async *read(query, afterId) {
      const newest = new Date(Math.min(lastMoment(query).getTime(), afterId ? timeOfId(afterId).getTime() : Infinity));
      let looked = "";
      for (
        let day = startOfDay(newest);
        day.getTime() + DAY_MS > query.from.getTime();
        day = new Date(day.getTime() - DAY_MS)
      ) {
        const name = tableOf(day.toISOString());
        // A month without a table costs one call, not four for each of its days: on to the month before.
        if (name !== looked && !(await table(name).exists())) day = startOfMonth(day);
        else yield* readDay(table(name), day, query, afterId);
        looked = name;
      }
    },
    async dropBefore(before) {
      for (let back = 1; back <= MONTHS_LOOKED_BACK; back += 1) {
        const month = new Date(Date.UTC(before.getUTCFullYear(), before.getUTCMonth() - back, 1));
        await table(tableOf(month.toISOString())).drop();
      }
    },
  };
}

const tableOf = (at: string) => `audit${monthOf(new Date(at))}`;

function keysOf(id: string, at: string) {
  const shard = Number.parseInt(id.slice(-1), 16) % SHARDS;
  return { partitionKey: `${dayOf(new Date(at))}-${shard}`, rowKey: id };
}

const lastMoment = ({ to }: AuditQuery) => new Date(to.getTime() - 1);
const startOfDay = (at: Date) => new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS);

const startOfMonth = (at: Date) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));

/** One day, newest first: its shards are read side by side and merged by id. */
async function* readDay(
  table: Table,
  day: Date,
  query: AuditQuery,
  afterId: string | undefined,
): AsyncIterable<AuditEntry> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => {
    return table.query(filterOf(`${dayOf(day)}-${shard}`, query, afterId))[Symbol.asyncIterator]();
  });
  const heads = await Promise.all(shards.map((shard) => shard.next()));
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

function filterOf(partition: string, query: AuditQuery, afterId: string | undefined): string {
  const parts = [where`PartitionKey eq ${partition}`];
  if (afterId) parts.push(where`RowKey gt ${afterId}`);
  parts.push(where`at ge ${query.from.toISOString()} and at lt ${query.to.toISOString()}`);
  if (query.deviceId) parts.push(where`deviceId eq ${query.deviceId}`);
  if (query.sessionId) parts.push(where`sessionId eq ${query.sessionId}`);
  if (query.actorId) parts.push(where`actorId eq ${query.actorId}`);
  if (query.action?.endsWith(".")) parts.push(where`action ge ${query.action} and action lt ${`${query.action}~`}`);
  else if (query.action) parts.push(where`action eq ${query.action}`);
  return parts.join(" and ");
}

function entryOf(row: Row): AuditEntry {
  const { id, at, actorId, actorKind, action, phase, result, reason, deviceId, sessionId, correlationId } = row;
  const optional = Object.entries({ result, reason, deviceId, sessionId }).filter(
    ([, value]) => typeof value === "string",
  );
  return auditEntrySchema.parse({
    id,
    at,
    actor: { id: actorId, kind: actorKind },
    action,
    phase,
    ...Object.fromEntries(optional),
    correlationId,
  });
}
