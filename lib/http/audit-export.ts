import type { AuditEntry } from "../audit/entry.ts";
import { csvOf, type Items } from "./csv.ts";

const columns = [
  "id",
  "at",
  "actorId",
  "actorKind",
  "action",
  "phase",
  "result",
  "reason",
  "deviceId",
  "sessionId",
  "correlationId",
] as const;

/** A line for each entry; `lib/http/csv.ts` makes them safe to open. `isContinued`: the header line stood in an earlier part. */
export const auditCsvOf = (entries: Items<AuditEntry>, isContinued = false) =>
  csvOf(
    columns,
    entries,
    ({ actor, ...entry }) => {
      const row: Record<string, string | undefined> = { ...entry, actorId: actor.id, actorKind: actor.kind };
      return columns.map((column) => row[column]);
    },
    isContinued,
  );
