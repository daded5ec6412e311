import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type AuditEntry, actions } from "../../../lib/audit/entry.ts";
import { entryHash, erasedIdOf, pseudonymOf, saltedIdOf } from "../../../lib/audit/entry-hash.ts";

const SALT = Buffer.alloc(32, 7).toString("base64url");
const ANA = "10000000-0000-4000-8000-000000000009";
const optional = (arbitrary: fc.Arbitrary<string>) => fc.option(arbitrary, { nil: undefined });

const entries: fc.Arbitrary<AuditEntry> = fc
  .record({
    id: fc.string(),
    at: fc.string(),
    actor: fc.record({ id: fc.string(), kind: fc.constantFrom("person", "application", "user", "system") }),
    action: fc.constantFrom(...actions),
    phase: fc.constantFrom("intent", "outcome"),
    result: fc.option(fc.constantFrom("success", "refused", "failed"), { nil: undefined }),
    reason: optional(fc.string()),
    deviceId: optional(fc.string()),
    sessionId: optional(fc.string()),
    correlationId: fc.string(),
  })
  .map((entry) => JSON.parse(JSON.stringify(entry)) as AuditEntry);

const saltsFor = (...all: AuditEntry[]) =>
  new Map(
    all.flatMap((entry): [string, string][] => (saltedIdOf(entry) === undefined ? [] : [[entry.actor.id, SALT]])),
  );

describe("The hash of an entry", () => {
  test("is another one for every entry that differs in any field", () => {
    fc.assert(
      fc.property(entries, entries, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        const salts = saltsFor(a, b);
        expect(entryHash(a, salts)).not.toBe(entryHash(b, salts));
      }),
    );
  });

  const whole: AuditEntry = {
    id: "8638204031999999999-0123456789abcdef",
    at: "2026-11-22T10:00:00.000Z",
    actor: { id: ANA, kind: "person" },
    action: "session.close",
    phase: "outcome",
    result: "success",
    reason: "time-is-up",
    deviceId: "d1",
    sessionId: "s1",
    correlationId: "c1",
  };
  const salts = new Map([[ANA, SALT]]);

  test.each<Partial<AuditEntry>>([
    { id: "8638204031999999999-0123456789abcdee" },
    { at: "2026-11-22T10:00:00.001Z" },
    { actor: { id: ANA, kind: "user" } },
    { action: "session.expire" },
    { phase: "intent" },
    { result: "failed" },
    { reason: "another" },
    { deviceId: "d2" },
    { sessionId: "s2" },
    { correlationId: "c2" },
  ])("is another one when only this differs: %j", (change) => {
    expect(entryHash({ ...whole, ...change }, salts)).not.toBe(entryHash(whole, salts));
  });

  test("is the same in any program: SHA-256 over its fields in their order, the person by HMAC-SHA-256 in hex", () => {
    const pseudonym = createHmac("sha256", Buffer.alloc(32, 7)).update(ANA).digest("hex");
    const { result: _result, reason: _reason, ...bare } = whole;
    for (const [entry, middle] of [
      [whole, ["success", "time-is-up", "d1", "s1"]],
      [bare, [null, null, "d1", "s1"]],
    ] as const) {
      const fields = [whole.id, whole.at, `erased:${pseudonym}`, "person", "session.close", "outcome", ...middle, "c1"];
      const expected = createHash("sha256").update(JSON.stringify(fields)).digest("base64url");
      expect(entryHash(entry, salts)).toBe(expected);
    }
  });

  test("does not depend on the order of the fields", () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const turned = Object.fromEntries(Object.entries(entry).reverse()) as AuditEntry;
        expect(entryHash(turned, saltsFor(entry))).toBe(entryHash(entry, saltsFor(entry)));
      }),
    );
  });

  test("stays when a person's id becomes the pseudonym, and then needs no salt", () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const sealed = { ...entry, actor: { id: ANA, kind: "person" as const } };
        const erased = { ...sealed, actor: { ...sealed.actor, id: erasedIdOf(pseudonymOf(SALT, ANA)) } };
        expect(entryHash(erased, new Map())).toBe(entryHash(sealed, new Map([[ANA, SALT]])));
      }),
    );
  });

  test("of a person cannot be had without the salt, nor with another one", () => {
    const [sample] = fc.sample(entries, 1);
    const entry = { ...sample, actor: { id: ANA, kind: "user" } } as AuditEntry;
    const other = Buffer.alloc(32, 8).toString("base64url");
    expect(entryHash(entry, new Map())).toBeUndefined();
    expect(entryHash(entry, new Map([[ANA, other]]))).not.toBe(entryHash(entry, new Map([[ANA, SALT]])));
  });
});
