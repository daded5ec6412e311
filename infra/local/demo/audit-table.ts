import type { AuditEntry } from "../../../lib/audit/entry.ts";

const columns: { title: string; of: (entry: AuditEntry) => string }[] = [
  { title: "at", of: ({ at }) => at.slice(11, 23) },
  { title: "who", of: ({ actor }) => `${actor.kind} ${actor.id.slice(0, 8)}` },
  { title: "action", of: ({ action }) => action },
  { title: "phase", of: ({ phase }) => phase },
  { title: "result", of: ({ result }) => result ?? "" },
  { title: "reason", of: ({ reason }) => reason ?? "" },
];

/** Audit entries as a table, oldest first as given. */
export function printAudit(entries: readonly AuditEntry[]): string {
  const rows = [columns.map(({ title }) => title), ...entries.map((entry) => columns.map(({ of }) => of(entry)))];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}
