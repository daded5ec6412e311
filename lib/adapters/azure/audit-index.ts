import type { AuditEntry } from "../../audit/entry.ts";
import type { AuditIndex, AuditQuery } from "../../audit/ports.ts";
import { auditIndexTableOf } from "./audit-keys.ts";
import type { Table } from "./table.ts";

/** All rows of a month stand in one partition, so that many are written at once. */
export const INDEX_PARTITION = "by";
const MOST_CHANGES = 100;

/** A value stands in a key as base64url: a device's id is whatever somebody asked for. */
const prefixOf = (kind: "device" | "session" | "action", value: string) =>
  `${kind}~${Buffer.from(value).toString("base64url")}~`;

/** With what the keys of its index rows begin that a query is for; undefined when it asks for nothing that is indexed. */
export function indexedBy({ sessionId, deviceId, action }: AuditQuery): string | undefined {
  if (sessionId) return prefixOf("session", sessionId);
  if (deviceId) return prefixOf("device", deviceId);
  return action ? prefixOf("action", action) : undefined;
}

/**
 * Rows that lead from a device, a session, an action (whole, and its first word with the dot) to entries, newest first. People
 * have none: whoever is erased must be found in one place.
 */
export function makeAuditIndex(table: (name: string) => Table): AuditIndex {
  return {
    async add(entries) {
      const months = Map.groupBy(entries, ({ at }) => auditIndexTableOf(at));
      for (const [month, some] of months) {
        const rows = some.flatMap(rowsOf);
        for (let start = 0; start < rows.length; start += MOST_CHANGES)
          await table(month).change(rows.slice(start, start + MOST_CHANGES).map((row) => ({ kind: "upsert", row })));
      }
    },
  };
}

function rowsOf({ id, at, action, deviceId, sessionId }: AuditEntry) {
  const prefixes = [
    prefixOf("action", action),
    prefixOf("action", action.slice(0, action.indexOf(".") + 1)),
    ...(deviceId ? [prefixOf("device", deviceId)] : []),
    ...(sessionId ? [prefixOf("session", sessionId)] : []),
  ];
  return prefixes.map((prefix) => ({ partitionKey: INDEX_PARTITION, rowKey: `${prefix}${id}`, at }));
}
