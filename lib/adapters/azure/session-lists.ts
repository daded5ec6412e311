import type { SessionFilter } from "../../sessions/ports.ts";
import type { Session } from "../../sessions/session.ts";
import { reverseMs } from "./reverse-time.ts";
import { type Row, type Table, where } from "./table.ts";

type Position = { requestedAt: string; id: string };

/** A session that is too new to stand in the lists. */
export type Unlisted = Position & { requestedBy: string; deviceId: string };

const PARTITION = "lists";

/** More than most pages ask for, few enough that a device with thousands of sessions answers as fast as one with ten. */
const ROWS_AT_ONCE = 100;

/** Of whole sessions, three rows each, within one transaction. */
const MOST_CHANGES = 99;

/**
 * Rows that sort sessions newest first: all of them, by device and by person, with row key `<kind>~<reverse time>~<id>`.
 * Reading a page costs the same however many sessions there are.
 */
export function makeSessionLists(table: Table) {
  const rows = (kind: string, above: string) =>
    table.query(where`PartitionKey eq ${PARTITION} and RowKey gt ${`${kind}~${above}`} and RowKey lt ${`${kind}~~`}`, {
      rowsAtOnce: ROWS_AT_ONCE,
    });

  return {
    async add(listed: readonly Unlisted[]): Promise<void> {
      const rows = listed.flatMap(keysOf);
      for (let start = 0; start < rows.length; start += MOST_CHANGES)
        await table.change(rows.slice(start, start + MOST_CHANGES).map((row) => ({ kind: "upsert", row })));
    },

    async remove({ id, requestedAt, requestedBy, device }: Session): Promise<void> {
      for (const row of keysOf({ id, requestedAt, requestedBy, deviceId: device.id }))
        await table.change([{ kind: "delete", row }]);
    },

    /** Ids newest first from the one after `after` on: of the device if the filter names one, else of the person, else all. */
    async *ids(filter: SessionFilter, unlisted: Promise<Unlisted[]>, after?: Position): AsyncIterable<string> {
      const kind = kindOf(filter);
      const above = after ? tailOf(after) : "";
      const fresh = (await unlisted).filter((each) => isOfKind(each, filter)).map(tailOf);
      const waiting = fresh.filter((tail) => tail > above).sort();
      for await (const row of rows(kind, above)) {
        const tail = tailOfRow(row);
        while (waiting[0] !== undefined && waiting[0] < tail) yield idOf(waiting.shift() ?? "");
        if (waiting[0] === tail) waiting.shift();
        yield idOf(tail);
      }
      for (const tail of waiting) yield idOf(tail);
    },

    /** Ids of the sessions requested before `before`. */
    async *idsBefore(before: Date): AsyncIterable<string> {
      for await (const row of rows("all", reverseMs(before))) yield idOf(tailOfRow(row));
    },
  };
}

function keysOf(session: Unlisted) {
  const { requestedBy, deviceId } = session;
  const kinds = [kindOf({ deviceId }), kindOf({ requestedBy }), kindOf({})];
  return kinds.map((kind) => ({ partitionKey: PARTITION, rowKey: `${kind}~${tailOf(session)}` }));
}

function kindOf({ deviceId, requestedBy }: SessionFilter): string {
  if (deviceId) return `device-${deviceId}`;
  return requestedBy ? `person-${requestedBy}` : "all";
}

function isOfKind(session: Unlisted, { deviceId, requestedBy }: SessionFilter): boolean {
  if (deviceId) return session.deviceId === deviceId;
  return !requestedBy || session.requestedBy === requestedBy;
}

const tailOf = ({ requestedAt, id }: Position) => `${reverseMs(new Date(requestedAt))}~${id}`;
const tailOfRow = ({ rowKey }: Row) => rowKey.slice(rowKey.indexOf("~") + 1);
const idOf = (tail: string) => tail.slice(tail.indexOf("~") + 1);
