import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { compliancePolicy, quietHours, ticketPattern } from "../../lib/setting-policy.ts";

const complaintAbout = (text: string) => ticketPattern.safeParse(text).error?.issues[0]?.message;

describe("The pattern of tickets", () => {
  test.each([
    ["INC\\d{7}", "INC0010023", "XINC0010023", "INC00100234"],
    ["INC\\d+|REQ-\\d+", "REQ-7", "REQ-7 INC1", "INC1REQ-"],
    ["(?:[A-Z]{2,5}-)?\\d+", "42", "a42", "42\n"],
  ])("%s must fit the whole: %j does, %j and %j do not", (pattern, fits, before, after) => {
    const compiled = ticketPattern.parse(pattern);
    expect([fits, before, after].map((ticket) => compiled.test(ticket))).toEqual([true, false, false]);
  });

  test.each(["(", "[a", "a{2,1}", "*", "\\"])("%s is no regular expression", (pattern) => {
    expect(complaintAbout(pattern)).toBe("must be a regular expression such as INC\\d{7}");
  });

  test("has at most 200 characters", () => {
    expect(complaintAbout("x".repeat(200))).toBeUndefined();
    expect(complaintAbout("x".repeat(201))).toBe("must have at most 200 characters");
  });

  test.each([
    "(a+)+",
    "(a*?)*",
    "(a|a)*b",
    "((a+))+",
    "(?<n>a+){2,}",
    "(?:a{1,9}){9}",
    "(\\d?){20}",
    "\\d*\\d*\\d*\\d*",
    "a?".repeat(9),
    "(a)\\1",
    "(?<n>a)\\k<n>",
  ])("%s could keep the process busy, and is refused", (pattern) => {
    expect(complaintAbout(pattern)).toMatch(/^must be simpler/);
  });

  test.each(["(\\d{3}-){2}\\d{4}", "[*+(]{3,9}", "\\(\\d+\\)\\+", "(INC|REQ)-\\d+", "(?:-\\d+)?", "a(b+)c+", "x{,2}"])(
    "%s is taken",
    (pattern) => {
      expect(complaintAbout(pattern)).toBeUndefined();
    },
  );

  test("that was taken is quick with whatever ticket", async () => {
    const part = fc.constantFrom(
      "a",
      "b",
      "[ab]",
      "(",
      ")",
      "(?:",
      "|",
      "*",
      "+",
      "?",
      "{0,9}",
      "{3}",
      "a*",
      "b?",
      ".",
    );
    const pattern = fc.array(part, { maxLength: 24 }).map((parts) => parts.join(""));
    const ticket = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 99 }).map((text) => `${text}!`);
    let taken = 0;
    await fc.assert(
      fc.property(pattern, ticket, (text, against) => {
        const compiled = ticketPattern.safeParse(text).data;
        if (!compiled) return;
        taken += 1;
        const startedMs = performance.now();
        compiled.test(against);
        compiled.test(`${"a".repeat(99)}!`);
        expect(performance.now() - startedMs).toBeLessThan(250);
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(300);
  });
});

describe("Quiet hours", () => {
  const everyDay = [0, 1, 2, 3, 4, 5, 6];
  test.each([
    ["22:00-06:00 Europe/Paris", everyDay, 1320, 360],
    ["Mon-Fri 20:00-07:00 Europe/Paris", [1, 2, 3, 4, 5], 1200, 420],
    [" Sat,Sun  00:00-24:00 Asia/Tokyo ", [0, 6], 0, 1440],
    ["Fri-Mon 12:00-13:30 UTC", [0, 1, 5, 6], 720, 810],
    ["Wed 23:59-00:00 America/New_York", [3], 1439, 0],
  ])("are written as %j", (text, days, from, to) => {
    expect(quietHours.parse(text)).toMatchObject({ text: text.trim(), days, from, to });
  });

  test.each([
    "22:00-06:00",
    "22-06 Europe/Paris",
    "25:00-06:00 UTC",
    "22:60-23:00 UTC",
    "24:00-01:00 UTC",
    "00:00-24:01 UTC",
    "22:00-22:00 UTC",
    "Mo-Fr 22:00-06:00 UTC",
    "mon 22:00-06:00 UTC",
    "Mon-Tue-Wed 22:00-06:00 UTC",
    "Mon, Tue 22:00-06:00 UTC",
    "22:00-06:00 Mars/Base",
    "always",
  ])("are not %j: what they look like is said", (text) => {
    expect(quietHours.safeParse(text).error?.issues[0]?.message).toMatch(/^must be times.*Mon-Fri 20:00-07:00 Europe/);
  });
});

test("compliance is one of four words", () => {
  expect(compliancePolicy.safeParse("deny").error?.issues[0]?.message).toBe(
    "must be ignore, warn, require-reason or block",
  );
});
