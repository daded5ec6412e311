import { describe, expect, test } from "@jest/globals";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import { entryHash } from "../../../lib/audit/entry-hash.ts";
import { foundAmong } from "../../../lib/audit/finding.ts";
import { anEntry, idAt, minute } from "./an-audit.ts";

const entries = [0, 1, 2, 3].map((at) => anEntry(at, { correlationId: `call-${at}` }));
const [one, two, three] = entries as [AuditEntry, AuditEntry, AuditEntry];
const sealed = new Map(entries.map((entry) => [entry.id, entryHash(entry, new Map()) ?? ""]));
const edited = (entry: AuditEntry): AuditEntry => ({ ...entry, reason: "edited" });

const found = (suspects: Partial<Parameters<typeof foundAmong>[0]>) =>
  foundAmong({ changed: [], extra: [], gone: [], ...suspects }, sealed, new Map());

describe("What happened to an entry:", () => {
  test("nothing, where nothing is suspected", () => {
    expect(found({})).toEqual([]);
  });

  test("it was edited, when its id was sealed with something else", () => {
    expect(found({ changed: [edited(two)] })).toEqual([{ what: "edited", id: two.id, at: minute(1) }]);
  });

  test("it was inserted, when its id was never sealed", () => {
    const extra = anEntry(9);
    expect(found({ extra: [extra] })).toEqual([{ what: "inserted", id: extra.id, at: minute(9) }]);
  });

  test("it was removed, when its id is missing", () => {
    expect(found({ gone: [one.id, three.id] })).toEqual([
      { what: "removed", id: one.id, at: minute(0) },
      { what: "removed", id: three.id, at: minute(2) },
    ]);
  });

  test("it was moved, when only its time is another one", () => {
    const at = minute(30).toISOString();
    const [finding, ...more] = found({ changed: [{ ...two, at }] });
    expect([finding, more]).toEqual([
      { what: "moved", id: two.id, at: minute(1), note: expect.stringContaining(`time was changed to ${at}`) },
      [],
    ]);
  });

  test("it was moved, when it stands under another id, and is then neither missing nor inserted", () => {
    const id = idAt(minute(20));
    const placed = { ...two, id };
    const withTime = { ...placed, at: minute(20).toISOString() };
    for (const extra of [placed, withTime])
      expect(found({ extra: [extra], gone: [two.id] })).toEqual([
        { what: "moved", id: two.id, at: minute(1), note: expect.stringMatching(`as ${id} at ${extra.at}`) },
      ]);
  });

  test("both were moved, when two stand in each other's place, each with its own time or the place's", () => {
    const own = {
      changed: [
        { ...one, id: two.id },
        { ...two, id: one.id },
      ],
    };
    const exchanged = {
      changed: [
        { ...one, id: two.id, at: two.at },
        { ...two, id: one.id, at: one.at },
      ],
    };
    for (const suspects of [own, exchanged])
      expect(found(suspects).map(({ what, id }) => [what, id])).toEqual([
        ["moved", one.id],
        ["moved", two.id],
      ]);
  });

  test("a second one that would fit the same place was inserted", () => {
    const copies = [20, 21].map((at) => ({ ...two, id: idAt(minute(at)) }));
    expect(found({ extra: copies, gone: [two.id] }).map(({ what, id }) => [what, id])).toEqual([
      ["moved", two.id],
      ["inserted", copies[1]?.id],
    ]);
  });

  test("a copy of an entry that stands where it stood was inserted, not moved", () => {
    const copy = { ...two, id: idAt(minute(20)) };
    expect(found({ extra: [copy], gone: [one.id] }).map(({ what, id }) => [what, id])).toEqual([
      ["inserted", copy.id],
      ["removed", one.id],
    ]);
  });

  test("several things at once are told apart", () => {
    const moved = { ...one, id: idAt(minute(20)) };
    const extra = anEntry(40, { correlationId: "new" });
    const findings = found({ changed: [edited(two)], extra: [moved, extra], gone: [one.id, three.id] });
    expect(findings.map(({ what, id }) => [what, id])).toEqual([
      ["moved", one.id],
      ["edited", two.id],
      ["inserted", extra.id],
      ["removed", three.id],
    ]);
  });
});
