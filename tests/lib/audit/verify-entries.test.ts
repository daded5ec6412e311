import { describe, expect, test } from "@jest/globals";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import { entryHash } from "../../../lib/audit/entry-hash.ts";
import type { Finding } from "../../../lib/audit/finding.ts";
import type { Seal } from "../../../lib/audit/seal.ts";
import { checkEntries, type Range } from "../../../lib/audit/verify-entries.ts";
import type { CheckedSeals } from "../../../lib/audit/verify-seals.ts";
import { linesOf } from "./a-seal.ts";
import { ANA, anEntry, idAt, minute } from "./an-audit.ts";

const salts = new Map([[ANA.id, Buffer.alloc(32, 7).toString("base64url")]]);
const entryAt = (at: number) => anEntry(at, { actor: ANA, correlationId: `call-${at}` });
const SEALED_TO = 60;

/** What is known of seals over these entries, which end with minute 60; they were exported ten minutes later. */
function sealsOver(entries: readonly AuditEntry[], change: Partial<CheckedSeals> = {}): CheckedSeals {
  const last = { keptFrom: minute(-600).toISOString(), to: minute(SEALED_TO).toISOString() } as Seal;
  const sealed = new Map(entries.map((entry) => [entry.id, entryHash(entry, salts) ?? ""]));
  const found = { sealed, salts, waiting: new Set<string>(), thumbprints: [], count: 1, lateCount: 0 };
  return { ...found, last, lastHash: "", until: minute(70), problem: undefined, ...change };
}

const check = (lines: unknown[], seals: CheckedSeals, range: Range = {}) =>
  checkEntries(linesOf(...lines), seals, range);

const all = [4, 3, 2, 1].map(entryAt);
const [four, three, two, one] = all as [AuditEntry, AuditEntry, AuditEntry, AuditEntry];
const firstOf = async (lines: unknown[], seals = sealsOver(all), range?: Range) =>
  (await check(lines, seals, range)).first;
const brief = (finding: Finding | undefined) => finding && [finding.what, finding.id, finding.at];

describe("An export of the audit", () => {
  test("that nobody touched is right, line by line", async () => {
    expect(await check(["", ...all, ""], sealsOver(all))).toEqual({
      count: 4,
      unsealedCount: 0,
      first: undefined,
      overdue: undefined,
    });
  });

  test.each<[string, unknown[], [string, AuditEntry]]>([
    ["edited", [four, three, { ...two, reason: "x" }, one], ["edited", two]],
    ["removed", [four, three, one], ["removed", two]],
    ["moved to another time", [four, three, { ...two, at: minute(9).toISOString() }, one], ["moved", two]],
    [
      "exchanged for another one's place",
      [four, { ...two, id: three.id }, { ...three, id: two.id }, one],
      ["moved", two],
    ],
  ])("of which an entry was %s says so", async (_, lines, [what, entry]) => {
    expect(brief(await firstOf(lines))).toEqual([what, entry.id, new Date(entry.at)]);
  });

  test("into which an entry was put says so", async () => {
    const extra = anEntry(2.5);
    expect(await firstOf([four, three, extra, two, one])).toEqual({ what: "inserted", id: extra.id, at: minute(2.5) });
  });

  test("names what is oldest when several things are wrong, also within a millisecond", async () => {
    expect(brief(await firstOf([{ ...four, reason: "x" }, { ...three, reason: "x" }, one]))).toEqual([
      "removed",
      two.id,
      minute(2),
    ]);
    const twins = [2, 1].map((number) => anEntry(5, { id: idAt(minute(5), number) }));
    expect((await firstOf([], sealsOver(twins)))?.id).toBe(twins[1]?.id);
    expect((await firstOf([], sealsOver([...twins].reverse())))?.id).toBe(twins[1]?.id);
    const edited = twins.map((entry) => ({ ...entry, reason: "x" }));
    expect((await firstOf(edited, sealsOver(twins)))?.id).toBe(twins[1]?.id);
  });

  test("into which hundreds were put, or of which hundreds were removed, still names the oldest", async () => {
    const many = Array.from({ length: 250 }, (_, index) => entryAt(50 - index / 10));
    const oldest = many.at(-1)?.id;
    const seals = sealsOver(many);
    expect((await firstOf(many, sealsOver([])))?.id).toBe(oldest);
    for (const order of [many, [...many].reverse()]) expect((await firstOf([], sealsOver(order)))?.id).toBe(oldest);
    expect(
      (
        await firstOf(
          many.map(({ id }) => ({ id })),
          seals,
        )
      )?.id,
    ).toBe(oldest);
  });
});

describe("A line that is no entry", () => {
  test("but says which one it was, was edited", async () => {
    const text = JSON.stringify({ ...two, more: 1 }).replace('"id":', '"id": ');
    const finding = await firstOf([four, three, text, one]);
    expect(finding).toEqual({ what: "edited", id: two.id, at: minute(2), note: expect.stringContaining("line 3") });
  });

  test("is still there: nothing else was moved from its place", async () => {
    const copy = { ...two, id: idAt(minute(0.5)) };
    const first = await firstOf([four, three, { id: two.id }, one, copy]);
    expect(brief(first)).toEqual(["inserted", copy.id, minute(0.5)]);
  });

  test("and names an id that was never sealed was inserted at that time", async () => {
    const id = idAt(minute(0.5));
    expect(await firstOf([...all, { id }])).toMatchObject({ what: "inserted", id, at: minute(0.5) });
  });

  test("and names none was inserted near the entry before it, or at the end of all", async () => {
    const note = expect.stringContaining("not an audit entry");
    expect(await firstOf([four, three, "x", two, one])).toEqual({
      what: "inserted",
      id: "line 3",
      at: minute(3),
      note,
    });
    expect(await firstOf(["x", ...all])).toEqual({ what: "inserted", id: "line 1", at: minute(70), note });
    expect(await firstOf([...all, { ...two, id: "2" }])).toMatchObject({ what: "inserted", id: "line 5" });
  });
});

describe("The order of an export", () => {
  const moved = (entry: AuditEntry) => ({
    what: "moved",
    id: entry.id,
    at: new Date(entry.at),
    note: expect.stringContaining("order"),
  });

  test("tells which entry stands too early or too late", async () => {
    expect(await firstOf([four, one, three, two])).toEqual(moved(one));
    expect(await firstOf([three, two, one, four])).toEqual(moved(four));
    expect(await firstOf([three, four, two, one])).toEqual(moved(three));
  });

  test("has each entry once", async () => {
    expect(await firstOf([four, three, two, two, one])).toEqual({
      what: "inserted",
      id: two.id,
      at: minute(2),
      note: expect.stringContaining("twice"),
    });
  });

  test("is wrong by the entry that comes again, not by the one between", async () => {
    expect(await firstOf([four, three, four, two, one])).toEqual(moved(four));
  });

  test("is looked at only where each entry by itself is right", async () => {
    expect(brief(await firstOf([one, { ...four, reason: "x" }, three, two]))).toEqual(["edited", four.id, minute(4)]);
  });
});

describe("An entry that no seal holds", () => {
  const seals = sealsOver(all);
  const looked = async (entry: AuditEntry, change: Partial<CheckedSeals> = {}) => {
    const { first, overdue, unsealedCount, count } = await check([entry, ...all], { ...seals, ...change });
    return { first: first?.what, overdue: overdue && [overdue.id, overdue.at], unsealedCount, count };
  };

  test("may be younger than the last seal, for a quarter of an hour", async () => {
    const fine = { first: undefined, overdue: undefined, unsealedCount: 1, count: 5 };
    expect(await looked(entryAt(60))).toEqual(fine);
    expect(await looked(entryAt(60), { until: minute(75) })).toEqual(fine);
    expect(await looked(entryAt(90))).toEqual(fine);
  });

  test("for longer than that is overdue: the seals were cut off", async () => {
    const entry = entryAt(60);
    const overdue = [entry.id, minute(60)];
    expect(await looked(entry, { until: minute(75.001) })).toEqual({
      first: undefined,
      overdue,
      unsealedCount: 0,
      count: 5,
    });
  });

  test("older than the last seal's end was inserted, unless it is known to wait", async () => {
    const entry = entryAt(59.999);
    expect(await looked(entry)).toMatchObject({ first: "inserted", unsealedCount: 0 });
    expect(await looked(entry, { waiting: new Set([entry.id]) })).toMatchObject({ first: undefined, unsealedCount: 1 });
  });

  test("of several that are overdue the oldest is named", async () => {
    const { overdue } = await check([entryAt(65), entryAt(62), ...all], { ...seals, until: minute(120) });
    expect(brief(overdue)).toEqual(["inserted", entryAt(62).id, minute(62)]);
  });
});

test("without a last seal all that was sealed is expected, and what is new may be young", async () => {
  const seals = sealsOver(all, { last: undefined });
  expect(brief(await firstOf([four, three, two], seals))).toEqual(["removed", one.id, minute(1)]);
  expect(await check([entryAt(60), ...all], seals)).toMatchObject({ first: undefined, unsealedCount: 1 });
});

describe("Only what was asked for is looked at:", () => {
  test("from a time inclusive, to a time exclusive", async () => {
    const range = { from: minute(2), to: minute(4) };
    expect(await check([three, two], sealsOver(all), range)).toMatchObject({ count: 2, first: undefined });
    expect(await check(all, sealsOver(all), range)).toMatchObject({ count: 2, first: undefined });
    expect(brief(await firstOf([three], sealsOver(all), range))).toEqual(["removed", two.id, minute(2)]);
    expect(brief(await firstOf([two], sealsOver(all), range))).toEqual(["removed", three.id, minute(3)]);
  });

  test("what is older than all that is kept may be gone, but not be changed", async () => {
    const last = { ...sealsOver(all).last, keptFrom: minute(2).toISOString() } as Seal;
    expect(await firstOf([four, three, two], sealsOver(all, { last }))).toBeUndefined();
    expect(brief(await firstOf([four, three], sealsOver(all, { last })))).toEqual(["removed", two.id, minute(2)]);
    expect((await firstOf([four, three, two, { ...one, reason: "x" }], sealsOver(all, { last })))?.what).toBe("edited");
  });
});
