import { type Connection, connectionSchema } from "../../connector/connection.ts";
import type { ConnectionStore, Connections, Stored } from "../../connector/ports.ts";
import type { RowChange } from "./row-change.ts";
import { type Row, type Table, where } from "./table.ts";

const PARTITION = "connection";
const POINTER = "current";

/** Connections in one partition, so that they change together; the row `current` names the one in use. */
export function makeConnectionStore(table: Table): ConnectionStore {
  const changed = async (changes: RowChange[]) => (await table.change(changes)) !== undefined;
  const pointerChange = ({ pointerEtag }: Connections, connectionId: string): RowChange => {
    const row = { partitionKey: PARTITION, rowKey: POINTER, connectionId };
    return pointerEtag ? { kind: "replace", row, etag: pointerEtag } : { kind: "insert", row };
  };

  return {
    async read() {
      const rows: Row[] = [];
      for await (const row of table.query(where`PartitionKey eq ${PARTITION}`)) rows.push(row);
      const pointer = rows.find(({ rowKey }) => rowKey === POINTER);
      const stored = rows.filter(({ rowKey }) => rowKey !== POINTER).map(storedOf);
      const isCurrent = ({ value }: Stored<Connection>) => value.id === pointer?.connectionId;
      return {
        current: stored.find(isCurrent),
        others: stored.filter((each) => !isCurrent(each)),
        pointerEtag: pointer?.etag,
      };
    },
    async add(connection) {
      await table.change([{ kind: "insert", row: rowOf(connection) }]);
    },
    async update({ etag }, connection) {
      const tags = await table.change([{ kind: "replace", row: rowOf(connection), etag }]);
      return tags && { value: connection, etag: tags.get(connection.id) ?? "" };
    },
    putInUse(all, waiting, connected) {
      const replaced = all.current;
      const outOfUse: RowChange[] = replaced
        ? [{ kind: "replace", row: rowOf({ ...replaced.value, status: "disconnecting" }), etag: replaced.etag }]
        : [];
      const inUse: RowChange = { kind: "replace", row: rowOf(connected), etag: waiting.etag };
      return changed([inUse, pointerChange(all, connected.id), ...outOfUse]);
    },
    remove(all, { value, etag }) {
      const row = { partitionKey: PARTITION, rowKey: value.id };
      if (all.current?.value.id !== value.id || !all.pointerEtag) return changed([{ kind: "delete", row, etag }]);
      // Replaced, not deleted: in a transaction only a replacement can be conditional.
      return changed([{ kind: "delete", row }, pointerChange(all, "")]);
    },
  };
}

const rowOf = (connection: Connection) => ({
  partitionKey: PARTITION,
  rowKey: connection.id,
  status: connection.status,
  connection: JSON.stringify(connection),
});

const storedOf = (row: Row): Stored<Connection> => ({
  value: connectionSchema.parse(JSON.parse(String(row.connection))),
  etag: row.etag,
});
