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
