import { describe, expect, test } from "@jest/globals";
import type { Principal } from "../../../lib/access/principal.ts";
import { makeRequestLimits, requestLimits } from "../../../lib/access/request-limits.ts";
import { makeSlidingWindow } from "../../../lib/access/sliding-window.ts";
import { AppError } from "../../../lib/errors.ts";

const START_MS = Date.parse("2026-11-22T10:00:00Z");
const caller = (id: string, kind: Principal["kind"]): Principal => ({ id, kind, clientId: "portal", roles: [] });
const bruno = caller("bruno", "person");
const chiara = caller("chiara", "person");
const tickets = caller("tickets", "application");

/** The limits of one process, on a clock that is moved by hand. */
function limits() {
  let nowMs = START_MS;
  const admit = makeRequestLimits({ now: () => new Date(nowMs) });
  return {
    advance: (ms: number) => {
      nowMs += ms;
    },
    /** Seconds that a request is told to wait; 0 when it passes. */
    ask(principal: Principal, startKey?: string): number {
      try {
        admit(principal, startKey);
        return 0;
      } catch (error) {
        expect(error).toMatchObject({ code: "too-many-requests" });
        return (error as AppError).retryAfterSeconds ?? -1;
      }
    },
  };
}

type Limits = ReturnType<typeof limits>;
/** How many of `count` requests pass, sent one after another. */
const passed = ({ ask }: Limits, principal: Principal, count: number, key?: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => ask(principal, key?.(index))).filter((wait) => wait === 0).length;
const distinct = (index: number) => `key-${index}`;

describe("Session starts", () => {
  test("of a person pass 60 times a minute, and again as soon as the first one is a minute old", () => {
    const of = limits();
    of.ask(bruno, "first");
    of.advance(20_000);
    expect(passed(of, bruno, 100, distinct)).toBe(59);
    expect(of.ask(bruno, "one more")).toBe(40);
    of.advance(39_999);
    expect(of.ask(bruno, "one more")).toBe(1);
    of.advance(1);
    expect(of.ask(bruno, "one more")).toBe(0);
    expect(of.ask(bruno, "and another")).toBe(20);
  });

  test("of one person do not count for another", () => {
    const of = limits();
    expect(passed(of, bruno, 60, distinct)).toBe(60);
    expect(of.ask(bruno, "one more")).toBe(60);
    expect(of.ask(chiara, "one more")).toBe(0);
  });

  test("of an application pass 3,600 times a minute", () => {
    const of = limits();
    let count = 0;
    for (let batch = 0; batch < 12; batch += 1) {
      of.advance(5_000);
      count += passed(of, tickets, 300, (index) => `${batch} ${index}`);
    }
    expect(count).toBe(3_600);
    of.advance(4_000);
    expect(of.ask(tickets, "one more")).toBe(1);
  });

  test("of all principals together pass 600 times in any ten seconds", () => {
    const of = limits();
    const many = Array.from({ length: 700 }, (_, index) => caller(`person-${index}`, "person"));
    expect(many.filter((each) => of.ask(each, "key") === 0)).toHaveLength(600);
    expect(of.ask(tickets, "key")).toBe(10);
    of.advance(10_000);
    expect(of.ask(tickets, "key")).toBe(0);
  });

  test("that were refused cost nothing: neither of their own limit nor of that of all", () => {
    const of = limits();
    for (let person = 0; person < 10; person += 1) passed(of, caller(`person-${person}`, "person"), 60, distinct);
    expect(passed(of, bruno, 1_000, distinct)).toBe(0);
    of.advance(10_000);
    expect(passed(of, bruno, 60, distinct)).toBe(60);
  });
});

describe("The same session start again", () => {
  test("counts once: 1,000 equal requests at once pass, and 59 others beside them", () => {
    const of = limits();
    expect(passed(of, bruno, 1_000, () => "one key")).toBe(1_000);
    expect(passed(of, bruno, 100, distinct)).toBe(59);
    expect(of.ask(bruno, "one key")).toBe(0);
  });

  test("by somebody else is another start", () => {
    const of = limits();
    passed(of, chiara, 60, distinct);
    of.ask(bruno, "one key");
    expect(of.ask(chiara, "one key")).toBe(60);
  });

  test("is a start again after a minute", () => {
    const of = limits();
    of.ask(bruno, "one key");
    of.advance(59_999);
    passed(of, bruno, 59, distinct);
    expect(of.ask(bruno, "one key")).toBe(0);
    of.advance(1);
    expect(of.ask(bruno, "one key")).toBe(0);
    expect(of.ask(bruno, "one more")).toBe(60);
  });

  test("is not without any end: 3,600 a minute", () => {
    expect(passed(limits(), bruno, 4_000, () => "one key")).toBe(3_601);
  });
});

describe("Other calls", () => {
  test.each([
    [bruno, 600],
    [tickets, 3_600],
  ])("of %o pass %d times a minute, whatever sessions were started", (principal, limit) => {
    const of = limits();
    of.ask(principal, "a start");
    expect(passed(of, principal, 5_000)).toBe(limit);
    expect(of.ask(principal)).toBe(60);
    expect(of.ask(principal, "another start")).toBe(0);
    of.advance(60_000);
    expect(of.ask(principal)).toBe(0);
  });

  test("are told how long to wait, and that nothing was done", () => {
    const admit = makeRequestLimits({ now: () => new Date(START_MS) });
    for (let call = 0; call < requestLimits.calls.person.limit; call += 1) admit(bruno);
    expect(() => admit(bruno)).toThrow(
      new AppError(
        "too-many-requests",
        "Too many requests were sent. Nothing was done; send the same request again in 60 s.",
      ),
    );
  });
});

test("A refusal of a session start says so: other calls may still pass", () => {
  const admit = makeRequestLimits({ now: () => new Date(START_MS) });
  for (let start = 0; start < requestLimits.starts.person.limit; start += 1) admit(bruno, `key-${start}`);
  expect(() => admit(bruno, "one more")).toThrow(/sessions.*Nothing was done/);
  admit(bruno);
});

describe("A window", () => {
  test("forgets names whose last entry is over", () => {
    const window = makeSlidingWindow({ limit: 5, windowMs: 1_000 });
    for (let name = 0; name < 1_000; name += 1) window.take(`name-${name}`, START_MS);
    expect(window.size()).toBe(1_000);
    window.take("another", START_MS + 1_000);
    expect(window.size()).toBe(1);
  });

  test("counts by the time, not by the piece: half of them come free half a window later", () => {
    const window = makeSlidingWindow({ limit: 4, windowMs: 1_000 });
    for (const atMs of [0, 0, 500, 500]) window.take("name", START_MS + atMs);
    expect(window.waitMs("name", START_MS + 999)).toBe(1);
    expect(window.waitMs("name", START_MS + 1_000)).toBe(0);
    window.take("name", START_MS + 1_000);
    window.take("name", START_MS + 1_000);
    expect(window.waitMs("name", START_MS + 1_000)).toBe(500);
  });

  test("does not shut anybody out when the clock is set back", () => {
    const window = makeSlidingWindow({ limit: 1, windowMs: 1_000 });
    window.take("name", START_MS + 3_600_000);
    expect(window.waitMs("name", START_MS)).toBe(0);
  });
});
