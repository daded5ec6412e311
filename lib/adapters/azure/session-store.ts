import { isToBeReported, nextLookAt } from "../../sessions/looks.ts";
import type { Owed, Pending, SessionStore, StoredSession } from "../../sessions/ports.ts";
import { isFinal } from "../../sessions/session.ts";
import { removeRows } from "./remove-rows.ts";
import { lookRowOf, makeReportLooks } from "./report-looks.ts";
import type { RowChange } from "./row-change.ts";
import { makeSessionLists, type Unlisted } from "./session-lists.ts";
import {
  doneRowOf,
  isNotified,
  markerOf,
  openRowOf,
  owedRowOf,
  rowOf,
  shardOf,
  shards,
  storedOf,
} from "./session-rows.ts";
import { type Table, where } from "./table.ts";

type Deps = { table: Table; now: () => Date };

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
      const isOverSince = !isFinal(before) || before.closeDue === true;
      if (!isFinal(session) || session.closeDue || isOverSince)
        changes.push({ kind: "upsert", row: openRowOf(session) });
      if (isNotified(before, session)) changes.push({ kind: "upsert", row: doneRowOf(before, at) });
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
    async putInLists(listings) {
      await lists.add(listings.map(({ sessionId: id, ...rest }) => ({ id, ...rest })));
      await removeRows(
        table,
        listings.map(({ sessionId: id }) => ({ partitionKey: shardOf(id), rowKey: `new~${id}` })),
      );
    },
    dropUnlisted: (id) => removeRows(table, [{ partitionKey: shardOf(id), rowKey: `new~${id}` }]),
    settle: (owed) =>
      removeRows(
        table,
        owed.map(({ sessionId, rowKey }) => ({ partitionKey: shardOf(sessionId), rowKey })),
      ),
    settleOpen: (ids) =>
      removeRows(
        table,
        ids.map((id) => ({ partitionKey: shardOf(id), rowKey: `open~${id}` })),
      ),
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
    const { rowKey, requestedBy, deviceId, isJoined, isOver, quietUntil, owed } = row;
    const [kind, sessionId = ""] = rowKey.split("~");
    const at = new Date(String(row.at));
    if (kind === "new")
      pending.unlisted.push({
        sessionId,
        requestedAt: String(row.at),
        requestedBy: String(requestedBy),
        deviceId: String(deviceId),
      });
    if (kind === "open")
      pending.open.push({
        sessionId,
        at,
        quietUntil: quietUntil ? new Date(String(quietUntil)) : undefined,
        isJoined: isJoined === true,
        isOver: isOver === true,
      });
    if (kind === "owed")
      pending.owed.push({ sessionId, rowKey, owed: owed ? (JSON.parse(String(owed)) as Owed) : undefined, at });
  }
}
