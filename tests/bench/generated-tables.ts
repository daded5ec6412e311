import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { generatedPartitions } from "./generated-partition.ts";
import { type GeneratedRow, generatedAudit, generatedSessions } from "./generated-rows.ts";

/** What the service takes for a call, wherever its rows are. */
const CALL_MS = 5;
const PAGE = 1_000;
const SEALED_BEFORE_MS = 2 * 60_000;

type Comparison = { name: string; operator: string; value: string };

/**
 * A table service whose audit and sessions hold so many rows each, made up as they are read: no emulator keeps so many. The
 * table `quickstart` holds the same in one partition each. It finds a key at once and looks through a partition row by row, as
 * the service does; all other tables are empty.
 */
export async function serveGeneratedTables(rows: number, now: Date) {
  const audit = generatedAudit(rows, now);
  const sessions = generatedSessions(rows, now);
  const asQuickstarts = generatedPartitions(rows, now);
  const served = { calls: 0 };

  /** The rows that the filter's keys lead to, in order. `next`: those of keys before it may be left out. */
  function* within(table: string, filter: readonly Comparison[], next: string): Generator<GeneratedRow> {
    const keyed = (name: string, operator: string) =>
      filter.find((each) => each.name === name && each.operator === operator)?.value ?? "";
    const partition = keyed("PartitionKey", "eq");
    if (table === "quickstart") return yield* asQuickstarts.rows(partition, next);
    const indexed = /^auditby(\d{6})$/.exec(table)?.[1];
    if (indexed) yield* audit.index(indexed, keyed("RowKey", "gt"));
    else if (table.startsWith("audit")) yield* audit.partition(partition);
    if (table !== "sessions" || partition !== "lists") return;
    const [, kind = "", above = ""] = /^(all|(?:device|person)-[^~]+)~(.*)$/.exec(keyed("RowKey", "gt")) ?? [];
    yield* sessions.list(kind, above);
  }

  function rowAt(table: string, PartitionKey: string, RowKey: string): GeneratedRow | undefined {
    if (table === "sessions") return sessions.row(PartitionKey, RowKey);
    if (/^audit\d{6}$/.test(table)) return audit.entry(RowKey);
    // Everything is sealed but the last minutes.
    const to = new Date(now.getTime() - SEALED_BEFORE_MS).toISOString();
    return table === "seals" && RowKey === "sealed" ? { PartitionKey, RowKey, to } : undefined;
  }

  function query(table: string, url: URL, outgoing: ServerResponse) {
    const filter = comparisonsIn(url.searchParams.get("$filter") ?? "");
    const top = Math.min(PAGE, Number(url.searchParams.get("$top") ?? PAGE));
    const next = url.searchParams.get("NextRowKey") ?? "";
    const month = /^audit(\d{6})$/.exec(table)?.[1];
    const oldestMonth = new Date(audit.oldestDay).toISOString().slice(0, 7).replace("-", "");
    if (month !== undefined && (month < oldestMonth || month > now.toISOString().slice(0, 7).replace("-", "")))
      return void outgoing.writeHead(404).end(JSON.stringify({ "odata.error": { code: "TableNotFound" } }));
    const value: GeneratedRow[] = [];
    for (const row of within(table, filter, next)) {
      if (row.RowKey < next || !filter.every((each) => fits(row, each))) continue;
      if (value.length === top) {
        outgoing.setHeader("x-ms-continuation-nextpartitionkey", row.PartitionKey);
        outgoing.setHeader("x-ms-continuation-nextrowkey", row.RowKey);
        break;
      }
      value.push(row);
    }
    outgoing.end(JSON.stringify({ value }));
  }

  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    served.calls += 1;
    const url = new URL(incoming.url ?? "/", "http://localhost");
    const [, table = "", keys = ""] =
      /\/devstoreaccount1\/(\w+)(?:\((.*)\))?$/.exec(decodeURIComponent(url.pathname)) ?? [];
    const [, partition = "", row = ""] = /^PartitionKey='([^']*)',RowKey='([^']*)'$/.exec(keys) ?? [];
    outgoing.setHeader("content-type", "application/json;odata=minimalmetadata");
    setTimeout(() => {
      if (incoming.method !== "GET") return void outgoing.writeHead(204).end();
      if (partition === "") return query(table, url, outgoing);
      const found = rowAt(table, partition, row);
      if (found) outgoing.end(JSON.stringify({ ...found, "odata.etag": 'W/"1"' }));
      else outgoing.writeHead(404).end(JSON.stringify({ "odata.error": { code: "ResourceNotFound" } }));
    }, CALL_MS);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/devstoreaccount1`,
    served,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const comparisonsIn = (filter: string): Comparison[] =>
  [...filter.matchAll(/(\w+) (eq|gt|ge|lt|le) '((?:[^']|'')*)'/g)].map(
    ([, name = "", operator = "", value = ""]): Comparison => ({ name, operator, value: value.replaceAll("''", "'") }),
  );

function fits(row: GeneratedRow, { name, operator, value }: Comparison): boolean {
  const held = String(row[name] ?? "");
  if (operator === "eq") return held === value;
  if (operator === "gt") return held > value;
  if (operator === "ge") return held >= value;
  return operator === "lt" ? held < value : held <= value;
}
