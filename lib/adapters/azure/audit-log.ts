import type { AuditEntry } from "../../audit/entry.ts";
import { LAST_US } from "../../audit/id.ts";
import type { AuditLog } from "../../audit/ports.ts";
import { auditIndexTableOf, auditKeysOf, auditTableOf } from "./audit-keys.ts";
import { missingOf } from "./audit-missing.ts";
import { readAudit } from "./audit-read.ts";
import type { Table } from "./table.ts";

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

/**
 * Entries in a table per month (`audit<yyyyMM>`), partition `<yyyyMMdd>-<shard>`: a month is dropped whole, with its index. `onWritten` hears
 * of each once, however often it is written again.
 */
export function makeTableAuditLog(
  table: (name: string) => Table,
  onWritten: (entry: AuditEntry) => void = () => undefined,
): AuditLog {
  return {
    async append(written) {
      const { actor, ...entry } = written;
      const row = { ...auditKeysOf(entry.id, entry.at), ...entry, actorId: actor.id, actorKind: actor.kind };
      const isNew = await table(auditTableOf(entry.at)).change([{ kind: "insert", row }]);
      // Lost means the row is there already: the same entry, written again.
      if (isNew) onWritten(written);
      return isNew !== undefined;
    },
    missing: (entries) => missingOf(table, entries),
    read: (query, afterId) => readAudit(table, query, afterId),
    async dropBefore(before) {
      for (let back = 1; back <= MONTHS_LOOKED_BACK; back += 1) {
        const month = new Date(Date.UTC(before.getUTCFullYear(), before.getUTCMonth() - back, 1));
        await table(auditIndexTableOf(month.toISOString())).drop();
        await table(auditTableOf(month.toISOString())).drop();
      }
    },
  };
}
