import { describe, expect, test } from "@jest/globals";
import { auditIdPattern, keptFrom, timeOfId } from "../../../lib/audit/id.ts";
import { idAt } from "./an-audit.ts";

describe("An audit id", () => {
  const at = new Date("2026-11-22T10:00:00.123Z");

  test("tells the millisecond it was made for, whichever entry of that millisecond it is", () => {
    for (const number of [0, 1, 999]) expect(timeOfId(idAt(at, number))).toEqual(at);
    expect(timeOfId(idAt(at, 1000))).toEqual(new Date("2026-11-22T10:00:00.124Z"));
    expect(timeOfId("8638236564800000000-0000000000000000")).toEqual(new Date("2025-11-18T03:06:40.000Z"));
  });

  test("sorts before the ids of what happened earlier", () => {
    expect(idAt(at) < idAt(new Date(at.getTime() - 1))).toBe(true);
    expect(idAt(at, 1) < idAt(at)).toBe(true);
  });

  test.each(["x", "1", " "])("has nothing before or after it: %j makes it none", (more) => {
    expect(auditIdPattern.test(idAt(at))).toBe(true);
    expect(auditIdPattern.test(more + idAt(at))).toBe(false);
    expect(auditIdPattern.test(idAt(at) + more)).toBe(false);
  });

  test.each([
    "",
    "863823656480000000-0123456789abcdef",
    "8638236564800000000-0123456789abcde",
    "8638236564800000000-0123456789ABCDEF",
    "863823656480000000x-0123456789abcdef",
  ])("is not %j", (id) => expect(auditIdPattern.test(id)).toBe(false));
});

test.each([
  ["2026-11-22T10:00:00.000Z", 24, "2024-11-01T00:00:00.000Z"],
  ["2026-11-01T00:00:00.000Z", 1, "2026-10-01T00:00:00.000Z"],
  ["2026-01-31T23:59:59.999Z", 2, "2025-11-01T00:00:00.000Z"],
])("at %s, %d whole months before the running one are kept", (at, months, from) => {
  expect(keptFrom(new Date(at), months)).toEqual(new Date(from));
});
