import type { ReportLook, SessionStore } from "../../sessions/ports.ts";
import { type Row, type Table, where } from "./table.ts";

type Deps = { table: Table; shards: readonly string[]; shardOf: (sessionId: string) => string };

const rowKeyOf = (sessionId: string, at: Date) => `report~${at.toISOString()}~${sessionId}`;

/** The row that says when a session's report is looked at; it stands in the session's partition. */
export const lookRowOf = (partitionKey: string, sessionId: string, at: Date) => ({
  partitionKey,
  rowKey: rowKeyOf(sessionId, at),
});

/** Looks sorted by when they are due: finding those costs the same however many wait. */
export function makeReportLooks({ table, shards, shardOf }: Deps): Pick<SessionStore, "dueLooks" | "settleLook"> {
  async function dueIn(shard: string, until: Date, top: number): Promise<ReportLook[]> {
    const due: ReportLook[] = [];
    // `~` sorts after everything in a time, so those of `until` itself are among them.
    const end = `report~${until.toISOString()}~~`;
    const rows = table.query(where`PartitionKey eq ${shard} and RowKey ge ${"report~"} and RowKey lt ${end}`);
    for await (const row of rows) {
      due.push(lookOf(row));
      if (due.length === top) break;
    }
    return due;
  }

  return {
    async dueLooks(until, top) {
      const due = (await Promise.all(shards.map((shard) => dueIn(shard, until, top)))).flat();
      return due.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime()).slice(0, top);
    },
    async settleLook({ sessionId, dueAt }, nextAt) {
      const row = lookRowOf(shardOf(sessionId), sessionId, dueAt);
      if (nextAt?.getTime() === dueAt.getTime()) return;
      const next = nextAt ? [{ kind: "upsert" as const, row: lookRowOf(row.partitionKey, sessionId, nextAt) }] : [];
      await table.change([{ kind: "delete", row }, ...next]);
    },
  };
}

function lookOf({ rowKey }: Row): ReportLook {
  const [, at = "", sessionId = ""] = rowKey.split("~");
  return { sessionId, dueAt: new Date(at) };
}
