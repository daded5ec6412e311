import { isToBeReported, nextLookAt } from "../../sessions/looks.ts";
import type { Owed, Pending, SessionStore, StoredSession } from "../../sessions/ports.ts";
import { isFinal, isLive, type Session, sessionSchema } from "../../sessions/session.ts";
import { lookRowOf, makeReportLooks } from "./report-looks.ts";
import type { RowChange } from "./row-change.ts";
import { makeSessionLists, type Unlisted } from "./session-lists.ts";
import { type Row, type Table, where } from "./table.ts";

type Deps = { table: Table; now: () => Date };

/** Sessions are spread over so many partitions; the id alone tells which, so a replay finds its row on any day. */
const SHARDS = 4;
const shardOf = (id: string) => `s${Number.parseInt(id.slice(0, 1), 16) % SHARDS}`;

/**
 * Sessions in one table. Beside a session's row, in its partition: `new~<id>` until it stands in the lists, `open~<id>` until
 * it is over, `owed~<id>~…` for each side effect not yet known to be done. Ids are hex, so one range finds all three kinds.
 * `report~<due>~<id>` is when the report of a session that is over is looked at.
 */
export function makeSessionStore({ table, now }: Deps): SessionStore {
  const lists = makeSessionLists(table);

  const find = async (id: string): Promise<StoredSession | undefined> => {
    const row = await table.read(shardOf(id), id);
    return row && storedOf(row);
  };

  return {
    find,
    async create(session) {
      const { id } = session;
      const tags = await table.change([
        { kind: "insert", row: rowOf(session) },
        { kind: "upsert", row: { ...markerOf(session), rowKey: `new~${id}` } },
        { kind: "upsert", row: openRowOf(session) },
      ]);
      return tags && { session, etag: tags.get(id) ?? "" };
    },
    ...makeReportLooks({ table, shards: shards(), shardOf }),
    async update({ etag, session: before }, session, owed = []) {
      const at = now().toISOString();
      const changes: RowChange[] = owed.map((each) => ({ kind: "upsert", row: owedRowOf(session.id, each, at) }));
      // A session that is over and closed needs no marker: the one it may have left goes when it is looked at.
      if (!isFinal(session) || session.closeDue) changes.push({ kind: "upsert", row: openRowOf(session) });
      const lookAt = isToBeReported(before, session) ? nextLookAt(session, now()) : undefined;
      if (lookAt) changes.push({ kind: "upsert", row: lookRowOf(shardOf(session.id), session.id, lookAt) });
      const tags = await table.change([{ kind: "replace", row: rowOf(session), etag }, ...changes]);
      return tags && { session, etag: tags.get(session.id) ?? "" };
    },
    async remove({ session: { id }, etag }) {
      const partitionKey = shardOf(id);
      // Read before the row goes: after it somebody may create the session anew, and these tags no longer fit its markers.
      const markers = await Promise.all([`new~${id}`, `open~${id}`].map((key) => table.read(partitionKey, key)));
      const isRemoved = await table.change([{ kind: "delete", row: { partitionKey, rowKey: id }, etag }]);
      if (!isRemoved) return;
      for (const marker of markers)
        if (marker) await table.change([{ kind: "delete", row: marker, etag: marker.etag }]);
    },
    ids: (filter, after) => lists.ids(filter, unlisted(table), after),
    async pending() {
      const pending: Pending = { owed: [], unlisted: [], open: [] };
      await Promise.all(shards().map((shard) => collect(table, shard, pending)));
      return pending;
    },
    async putInLists(id, session) {
      if (session) await lists.add(session);
      await table.change([{ kind: "delete", row: { partitionKey: shardOf(id), rowKey: `new~${id}` } }]);
    },
    async settle(sessionId, rowKey) {
      await table.change([{ kind: "delete", row: { partitionKey: shardOf(sessionId), rowKey } }]);
    },
    async settleOpen(sessionId) {
      await table.change([{ kind: "delete", row: { partitionKey: shardOf(sessionId), rowKey: `open~${sessionId}` } }]);
    },
    async dropBefore(before, beforeDrop) {
      for await (const id of lists.idsBefore(before)) {
        const stored = await find(id);
        if (!stored) continue;
        await beforeDrop(stored.session);
        await table.change([{ kind: "delete", row: { partitionKey: shardOf(id), rowKey: id } }]);
        await lists.remove(stored.session);
      }
    },
  };
}

const shards = () => Array.from({ length: SHARDS }, (_, index) => `s${index}`);

/** Sessions of the last minute or so, which the lists do not hold yet. */
async function unlisted(table: Table): Promise<Unlisted[]> {
  const found: Unlisted[] = [];
  await Promise.all(
    shards().map(async (shard) => {
      const filter = where`PartitionKey eq ${shard} and RowKey ge ${"new~"} and RowKey lt ${"new~~"}`;
      for await (const row of table.query(filter)) {
        const { rowKey, at, requestedBy, deviceId } = row;
        found.push({
          id: rowKey.slice(4),
          requestedAt: String(at),
          requestedBy: String(requestedBy),
          deviceId: String(deviceId),
        });
      }
    }),
  );
  return found;
}

async function collect(table: Table, shard: string, pending: Pending) {
  for await (const row of table.query(where`PartitionKey eq ${shard} and RowKey ge ${"n"} and RowKey lt ${"p"}`)) {
    const [kind, sessionId = ""] = row.rowKey.split("~");
    const at = new Date(String(row.at));
    if (kind === "new") pending.unlisted.push({ sessionId, at });
    if (kind === "open")
      pending.open.push({ sessionId, at, quietUntil: row.quietUntil ? new Date(String(row.quietUntil)) : undefined });
    if (kind === "owed")
      pending.owed.push({ sessionId, rowKey: row.rowKey, owed: JSON.parse(String(row.owed)) as Owed, at });
  }
}

function rowOf(session: Session) {
  return {
    partitionKey: shardOf(session.id),
    rowKey: session.id,
    state: session.state,
    session: JSON.stringify(session),
  };
}

function markerOf({ id, requestedAt, requestedBy, device }: Session) {
  return { partitionKey: shardOf(id), at: requestedAt, requestedBy, deviceId: device.id };
}

/** Stands until the session is over. It tells until when only TeamViewer or a person moves the session on. */
function openRowOf(session: Session) {
  const quietUntil = isLive(session) && !session.closeDue ? { quietUntil: session.expiresAt } : {};
  return { ...markerOf(session), rowKey: `open~${session.id}`, ...quietUntil };
}

function storedOf(row: Row): StoredSession {
  return { session: sessionSchema.parse(JSON.parse(String(row.session))), etag: row.etag };
}

function owedRowOf(sessionId: string, owed: Owed, at: string) {
  const name = owed.kind === "audit" ? owed.entry.id : `notify-${owed.message.number}`;
  return { partitionKey: shardOf(sessionId), rowKey: `owed~${sessionId}~${name}`, at, owed: JSON.stringify(owed) };
}
