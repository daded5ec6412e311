import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import { auditCsvOf as csvOf } from "../../../lib/http/audit-export.ts";
import { ndjsonOf } from "../../../lib/http/csv.ts";
import { anyText } from "../any-text.ts";

const entry: AuditEntry = {
  id: "1",
  at: "2026-11-22T10:00:00.000Z",
  actor: { id: "ada", kind: "person" },
  action: "session.request",
  phase: "outcome",
  result: "success",
  reason: "why",
  deviceId: "d1",
  sessionId: "s1",
  correlationId: "call-1",
};
const { result: _, reason: __, deviceId: ___, sessionId: ____, ...least } = entry;

async function* stream(...entries: AuditEntry[]) {
  yield* entries;
}
const read = async (body: Promise<Uint8Array>) => Buffer.from(await body).toString();

/** The cells of CSV (RFC 4180), read by its grammar. */
function cellsOf(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === "\r\n") rows.push([]);
    if (end === "") break;
  }
  return rows.slice(0, -1);
}

const header = "id,at,actorId,actorKind,action,phase,result,reason,deviceId,sessionId,correlationId";

describe("As CSV", () => {
  test("the audit has a header line and a line for each entry", async () => {
    expect(await read(csvOf(stream(entry, least)))).toBe(
      [
        header,
        "1,2026-11-22T10:00:00.000Z,ada,person,session.request,outcome,success,why,d1,s1,call-1",
        "1,2026-11-22T10:00:00.000Z,ada,person,session.request,outcome,,,,,call-1",
        "",
      ].join("\r\n"),
    );
  });

  test("an empty audit is its header line", async () => {
    expect(await read(csvOf(stream()))).toBe(`${header}\r\n`);
  });

  test.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["\r=1", '"\'\r=1"'],
    ['=HYPERLINK("https://evil.example","x")', '"\'=HYPERLINK(""https://evil.example"",""x"")"'],
    ["a,b", '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ["two\nlines", '"two\nlines"'],
    ["usual", "usual"],
    ["1-2", "1-2"],
  ])("%j becomes the cell %j: no spreadsheet takes it for a formula", async (reason, cell) => {
    const [, line = ""] = (await read(csvOf(stream({ ...entry, reason })))).split(`${header}\r\n`);
    expect(line).toBe(`1,2026-11-22T10:00:00.000Z,ada,person,session.request,outcome,success,${cell},d1,s1,call-1\r\n`);
  });

  test("whatever stands in an entry, each line has eleven cells, none is a formula, and nothing is lost", async () => {
    const text = fc.oneof(anyText(), fc.string({ unit: fc.constantFrom("=", '"', ",", "\r", "\n", "@", "x", "'") }));
    await fc.assert(
      fc.asyncProperty(text, text, async (reason, id) => {
        const csv = await read(csvOf(stream({ ...entry, reason, actor: { id, kind: "user" } }, entry)));
        const [, odd = [], usual = []] = cellsOf(csv);
        expect([odd.length, usual.length]).toEqual([11, 11]);
        for (const cell of odd) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
        expect([odd[2], odd[7]]).toEqual(
          [id, reason].map((value) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value)),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe("As NDJSON", () => {
  test("each entry is a line of JSON", async () => {
    const body = await read(ndjsonOf(stream({ ...entry, reason: "two\nlines" }, least)));
    const lines = body.split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line))).toEqual([{ ...entry, reason: "two\nlines" }, least]);
  });

  test("an empty audit is empty", async () => {
    expect(await read(ndjsonOf(stream()))).toBe("");
  });
});

describe("While it is read", () => {
  test("a failure is the answer's, so that half an audit is not taken for the whole", async () => {
    async function* broken() {
      yield entry;
      throw new Error("the table is away");
    }
    await expect(read(csvOf(broken()))).rejects.toThrow("the table is away");
  });

  test("much of it comes whole and in order, whatever its letters", async () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => `${index} — “ü” 🙂`);
    const body = await read(ndjsonOf(ids.map((reason) => ({ ...entry, reason }))));
    expect(body.length).toBeGreaterThan(4 * 32 * 1024);
    const lines = body.trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as AuditEntry).reason)).toEqual(ids);
  });
});

test("A part that continues another has no header line", async () => {
  expect(await read(csvOf([entry], true))).toBe((await read(csvOf([entry]))).slice(`${header}\r\n`.length));
});
