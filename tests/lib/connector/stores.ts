import type { Connection } from "../../../lib/connector/connection.ts";
import type { Consent } from "../../../lib/connector/consent.ts";
import type { ConnectionStore, ConsentStore, Stored } from "../../../lib/connector/ports.ts";

/** Rows with a tag that each change of them must name. */
function makeRows<T extends { id: string }>() {
  const rows = new Map<string, Stored<T>>();
  let changes = 0;
  const put = (value: T): Stored<T> => {
    changes += 1;
    const stored = { value: structuredClone(value), etag: `tag-${changes}` };
    rows.set(value.id, stored);
    return stored;
  };
  const isCurrent = ({ value, etag }: Stored<T>) => rows.get(value.id)?.etag === etag;
  return {
    put,
    isCurrent,
    find: (id: string) => structuredClone(rows.get(id)),
    list: () => structuredClone([...rows.values()]),
    values: () => structuredClone([...rows.values()].map(({ value }) => value)),
    delete: (id: string) => rows.delete(id),
    /** What somebody else does meanwhile. */
    touch(id: string, changes: Partial<T> = {}) {
      const held = rows.get(id);
      if (held) put({ ...held.value, ...changes });
    },
    replace: async (stored: Stored<T>, value: T) => (isCurrent(stored) ? structuredClone(put(value)) : undefined),
  };
}

export function makeConnectionRows() {
  const rows = makeRows<Connection>();
  let pointer: { id: string; etag: string } | undefined;
  let moves = 0;
  const pointTo = (id: string) => {
    moves += 1;
    pointer = { id, etag: `pointer-${moves}` };
  };
  const port: ConnectionStore = {
    async read() {
      const isInUse = ({ value }: Stored<Connection>) => value.id === pointer?.id;
      const all = rows.list();
      const others = all.filter((stored) => !isInUse(stored));
      return { current: all.find(isInUse), others, pointerEtag: pointer?.etag };
    },
    add: async (connection) => void rows.put(connection),
    update: rows.replace,
    async putInUse({ current, pointerEtag }, waiting, connected) {
      const isFirst = pointerEtag === pointer?.etag && rows.isCurrent(waiting) && (!current || rows.isCurrent(current));
      if (!isFirst) return false;
      rows.put(connected);
      if (current) rows.put({ ...current.value, status: "disconnecting" });
      pointTo(connected.id);
      return true;
    },
    async remove({ pointerEtag }, stored) {
      if (pointerEtag !== pointer?.etag || !rows.isCurrent(stored)) return false;
      if (pointer?.id === stored.value.id) pointTo("");
      return rows.delete(stored.value.id);
    },
  };
  return {
    ...rows,
    port,
    /** Puts a connection in use as if it had been confirmed. */
    use(connection: Connection) {
      rows.put(connection);
      pointTo(connection.id);
    },
  };
}

export function makeConsentRows() {
  const rows = makeRows<Consent>();
  const port: ConsentStore = {
    add: async (consent) => void rows.put(consent),
    find: async (id) => rows.find(id),
    list: async () => rows.list(),
    remove: async (stored) => {
      if (rows.isCurrent(stored)) rows.delete(stored.value.id);
    },
    update: rows.replace,
  };
  return { ...rows, port };
}
