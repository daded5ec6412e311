import type { AuditLog, LateEntries, SealProgress } from "../../audit/ports.ts";
import { type Table, where } from "./table.ts";

const LATE = "late";
const PROGRESS = "progress";

/** Older than any write of a request that still runs, and well within what the sealer looks through again. */
const LATE_AFTER_MS = 5 * 60_000;

/** Entries noted as late, until they are sealed. */
export function makeLateEntries(table: Table): LateEntries {
  return {
    async list() {
      const found: Awaited<ReturnType<LateEntries["list"]>> = [];
      for await (const { rowKey, at, writtenAt } of table.query(where`PartitionKey eq ${LATE}`))
        found.push({ id: rowKey, at: String(at), writtenAt: String(writtenAt) });
      return found;
    },
    async settle(id) {
      await table.change([{ kind: "delete", row: { partitionKey: LATE, rowKey: id } }]);
    },
  };
}

/** The audit log, with a note before each entry that is written long after its time: the sealer would not look there again. */
export function notingLateEntries(auditLog: AuditLog, table: Table, now: () => Date): AuditLog {
  return {
    ...auditLog,
    async append(entry) {
      const { id, at } = entry;
      if (now().getTime() - new Date(at).getTime() > LATE_AFTER_MS) {
        const writtenAt = now().toISOString();
        await table.change([{ kind: "upsert", row: { partitionKey: LATE, rowKey: id, at, writtenAt } }]);
      }
      return auditLog.append(entry);
    },
  };
}

/** One row that says how far sealing is. */
export function makeSealProgress(table: Table): SealProgress {
  return {
    async read() {
      const row = await table.read(PROGRESS, "sealed");
      return row && { to: new Date(String(row.to)) };
    },
    async write({ to }) {
      const row = { partitionKey: PROGRESS, rowKey: "sealed", to: to.toISOString() };
      await table.change([{ kind: "upsert", row }]);
    },
  };
}
