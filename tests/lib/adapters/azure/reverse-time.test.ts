import { describe, expect, test } from "@jest/globals";
import { dayOf, monthOf, reverseMs, reverseUs } from "../../../../lib/adapters/azure/reverse-time.ts";

describe("Times in keys", () => {
  test("count down in a width that never changes, so that rows sort newest first from 1970 to the last day there is", () => {
    const times = [0, 1, 999, Date.parse("2026-11-22T10:00:00.000Z"), Date.parse("2026-11-22T10:00:00.001Z"), 8.64e15];
    const keys = times.map((ms) => reverseMs(new Date(ms)));
    expect(keys[0]).toBe("8640000000000000");
    expect(keys.at(-1)).toBe("0000000000000000");
    expect(new Set(keys.map(({ length }) => length))).toEqual(new Set([16]));
    expect([...keys].sort().reverse()).toEqual(keys);
  });

  test("count down in microseconds where ids begin so", () => {
    expect(reverseUs(new Date(0))).toBe("8640000000000000000");
    expect(reverseUs(new Date(8.64e15))).toBe("0".repeat(19));
    const at = new Date("2026-11-22T10:00:00.001Z");
    expect(reverseUs(at)).toBe(`${reverseMs(at)}000`);
  });

  test("name the month and the day of a time in UTC", () => {
    expect(monthOf(new Date("2026-11-30T23:59:59.999Z"))).toBe("202611");
    expect(monthOf(new Date("2026-12-01T00:00:00.000Z"))).toBe("202612");
    expect(dayOf(new Date("2026-11-30T23:59:59.999Z"))).toBe("20261130");
    expect(dayOf(new Date("2026-12-01T00:30:00+01:00"))).toBe("20261130");
  });
});
