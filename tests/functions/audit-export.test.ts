import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { tokenOfApplication } from "../../infra/local/demo/browser.ts";
import { type Product, startProduct } from "../../infra/local/product.ts";
import { makeNewAuditId, makeTableAuditLog } from "../../lib/adapters/azure/audit-log.ts";
import { makeTables } from "../../lib/adapters/azure/table.ts";
import type { AuditEntry } from "../../lib/audit/entry.ts";

const DAY_MS = 24 * 60 * 60_000;
const ENTRIES = 600;
/** What a spreadsheet would take for a formula, and what CSV has to quote. */
const REASONS = [
  '=HYPERLINK("http://x","y")',
  "+1+1",
  "-2",
  "@SUM(A1)",
  "\t=1",
  'said "no", twice',
  "two\r\nlines",
  "invalid_grant",
];
const COLUMNS = [
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
];

let folder: string;
let product: Product;
let token: string;
/** Everything that was written, newest first. */
let written: AuditEntry[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "audit-export-"));
  product = await startProduct({ port: 0, dataDirectory: folder, isInMemory: true, isBuilt: true, onOutput: () => {} });
  token = await tokenOfApplication(product.addresses, "Log collector");
  let number = 0;
  const hex = () => {
    number += 1;
    return number.toString(16).padStart(16, "0");
  };
  const newAuditId = makeNewAuditId(hex);
  const { connectionString } = product.surroundings.storage;
  const auditLog = makeTableAuditLog(makeTables({ connectionString }, { getToken: async () => null }, hex));
  // Over forty days, so over months too.
  const firstMs = Date.now() - 40 * DAY_MS;
  const oldestFirst = Array.from({ length: ENTRIES }, (_, index): AuditEntry => {
    const at = new Date(firstMs + Math.floor((index * 40 * DAY_MS) / ENTRIES));
    return {
      id: newAuditId(at),
      at: at.toISOString(),
      actor: { id: `10000000-0000-4000-8000-${String(index % 7).padStart(12, "0")}`, kind: "person" },
      action: "session.request",
      phase: "outcome",
      result: "refused",
      reason: REASONS[index % REASONS.length] ?? "",
      deviceId: "d0000000-0000-4000-8000-000000000001",
      sessionId: String(index).padStart(32, "0"),
      correlationId: `c-${index}`,
    };
  });
  for (let from = 0; from < ENTRIES; from += 50)
    await Promise.all(oldestFirst.slice(from, from + 50).map(auditLog.append));
  written = oldestFirst.reverse();
}, 120_000);

afterAll(async () => {
  await product.stop();
  rmSync(folder, { recursive: true, force: true });
});

const whole = `from=${new Date(Date.now() - 60 * DAY_MS).toISOString()}&action=session.`;
async function exported(query: string) {
  const answer = await fetch(`${product.addresses.app}/api/audit?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  return { text: await answer.text(), next: /^<\?([^>]+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1] };
}

/** RFC 4180: the cells of each line. */
function cellsOf(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n|$)/g)) {
    if (end === "" && plain === "" && quoted === undefined) continue;
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}
const rowOf = ({ actor, ...entry }: AuditEntry) => {
  const row: Record<string, string | undefined> = { ...entry, actorId: actor.id, actorKind: actor.kind };
  return COLUMNS.map((column) => row[column] ?? "");
};

test("An export as NDJSON through the running product is the whole audit, newest first, each entry once", async () => {
  const { text } = await exported(`${whole}&format=ndjson`);
  const entries = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as AuditEntry);
  expect(entries).toEqual(written);
});

test("An export as CSV is the same, and no cell of it is a formula to a spreadsheet", async () => {
  const [head, ...rows] = cellsOf((await exported(`${whole}&format=csv`)).text);
  expect(head).toEqual(COLUMNS);
  for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  const asWritten = rows.map((row) => row.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, "")));
  expect(asWritten).toEqual(written.map(rowOf));
});

test.each(["ndjson", "csv"])("Parts of an export as %s are the whole when they are put together", async (format) => {
  const { text } = await exported(`${whole}&format=${format}`);
  let joined = "";
  let parts = 0;
  for (let query: string | undefined = `${whole}&format=${format}&top=100`; query; parts += 1) {
    const part = await exported(query);
    joined += part.text;
    query = part.next;
  }
  expect([joined === text, parts]).toEqual([true, ENTRIES / 100]);
});
