import type { AuditEntry } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionStore } from "./ports.ts";

type Deps = { connections: ConnectionStore; audit: Audit };

/** The connection with an audit entry that tells of its change: stored as one, so a process that dies then loses neither. */
export const owing = (connection: Connection, entry: AuditEntry): Connection => ({
  ...connection,
  owed: [...(connection.owed ?? []), entry],
});

/** What the timer does: audit entries that stand in connections' rows are written (twice leaves one) and struck off there. */
export function makeSettleOwed({ connections, audit }: Deps) {
  return async (): Promise<void> => {
    const { current, others } = await connections.read();
    for (const stored of current ? [current, ...others] : others) {
      const { owed = [], ...connection } = stored.value;
      if (owed.length === 0) continue;
      for (const entry of owed) await audit.append(entry);
      await connections.update(stored, connection);
    }
  };
}
