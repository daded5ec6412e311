import type { Actor } from "../../audit/entry.ts";
import { isPerson } from "../../audit/entry-hash.ts";
import type { ReplacePerson } from "../../audit/ports.ts";
import { monthOf } from "./reverse-time.ts";
import { type Row, type Table, where } from "./table.ts";

type Deps = { table: (name: string) => Table; now: () => Date; auditRetentionMonths: number };

const BATCH = 100;
const AT_ONCE = 13;

/** Looks through the audit, some months at a time; a batch is changed only after `mayGoOn` was asked since it was read. */
export function makeReplacePerson({ table, now, auditRetentionMonths }: Deps): ReplacePerson {
  return async (personId, as, mayGoOn) => {
    let replaced = 0;
    const replace = async (month: Table, rows: readonly Row[]) => {
      if (rows.length === 0 || !(await mayGoOn())) return;
      const changes = await Promise.all(
        rows.map((row) => month.change([{ kind: "replace", ...actorReplaced(row, as) }])),
      );
      replaced += changes.filter((change) => change !== undefined).length;
    };

    const replaceIn = async (month: Table) => {
      let rows: Row[] = [];
      for await (const row of month.query(where`actorId eq ${personId}`)) {
        // Machines have ids too: only people are replaced.
        if (isPerson({ kind: row.actorKind as Actor["kind"] })) rows.push(row);
        if (rows.length < BATCH) continue;
        await replace(month, rows);
        rows = [];
      }
      await replace(month, rows);
    };

    const months = monthsOf(now(), auditRetentionMonths);
    for (let start = 0; start < months.length; start += AT_ONCE)
      await Promise.all(months.slice(start, start + AT_ONCE).map((name) => replaceIn(table(name))));
    return replaced;
  };
}

/** The audit's tables that may exist, from next month (clocks differ) back to the oldest that is kept. */
function monthsOf(now: Date, auditRetentionMonths: number): string[] {
  const months = Array.from({ length: auditRetentionMonths + 2 }, (_, index) => {
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1 - index, 1));
  });
  return months.map((month) => `audit${monthOf(month)}`);
}

function actorReplaced({ etag, timestamp: _, ...row }: Row, actorId: string) {
  return { row: { ...row, actorId }, etag };
}
