import type { AuditEntry } from "../audit/entry.ts";

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

/** One JSON object a line. */
export const ndjsonOf = (lines: AsyncIterable<unknown>) => streamOf(lines, "", (line) => JSON.stringify(line));

/** RFC 4180, with a header line. */
export const csvOf = (entries: AsyncIterable<AuditEntry>) =>
  streamOf(entries, `${columns.join(",")}\r\n`, ({ actor, ...entry }) => {
    const row: Record<string, string | undefined> = { ...entry, actorId: actor.id, actorKind: actor.kind };
    return `${columns.map((column) => cell(row[column] ?? "")).join(",")}\r`;
  });

/** Quoted where needed; a value that a spreadsheet would take for a formula is marked as text. */
function cell(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function streamOf<T>(entries: AsyncIterable<T>, head: string, line: (entry: T) => string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  async function* chunks() {
    if (head) yield encoder.encode(head);
    for await (const entry of entries) yield encoder.encode(`${line(entry)}\n`);
  }
  return ReadableStream.from(chunks());
}
