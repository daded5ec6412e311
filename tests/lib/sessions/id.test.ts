import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { Principal } from "../../../lib/access/principal.ts";
import { channels } from "../../../lib/devices/device.ts";
import { notifyKeyOf, notifyKeysOf, requestHashOf, sessionIdOf } from "../../../lib/sessions/id.ts";

const agent: Principal = { id: "10000000-0000-4000-8000-000000000002", kind: "person", clientId: "portal", roles: [] };
const part = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('"', ",", "[", "a"), maxLength: 6 }),
);

test("the session of a principal and a key has the same id on any day, from any client, with any roles", () => {
  const elsewhere: Principal = { ...agent, clientId: "robot", roles: ["RemoteAssistance.Read"] };
  expect(sessionIdOf(elsewhere, "key")).toBe(sessionIdOf(agent, "key"));
  // Written out: rows of sessions that are stored today must be found again after an upgrade.
  expect(sessionIdOf(agent, "key")).toBe("d2d306593ca72f260fc054db6a40a662");
});

test("an id is 32 hexadecimal digits, and another kind, principal or key has another", async () => {
  const who = fc.record({ kind: fc.constantFrom("person" as const, "application" as const), id: part, key: part });
  await fc.assert(
    fc.property(who, who, (one, other) => {
      const [first, second] = [one, other].map(({ kind, id, key }) => sessionIdOf({ ...agent, kind, id }, key));
      expect(first).toMatch(/^[0-9a-f]{32}$/);
      const isSame = one.kind === other.kind && one.id === other.id && one.key === other.key;
      expect(first === second).toBe(isSame);
    }),
    { numRuns: 2000 },
  );
});

test("10,000 keys make 10,000 ids, spread over the first digit", () => {
  const ids = new Set(Array.from({ length: 10_000 }, (_, number) => sessionIdOf(agent, `key-${number}`)));
  expect(ids.size).toBe(10_000);
  expect(new Set([...ids].map((id) => id[0])).size).toBe(16);
});

const body = fc.dictionary(
  fc.constantFrom("deviceId", "reason", "ticket", "language", "notify"),
  fc.oneof(part, fc.boolean(), fc.constant(undefined)),
);
/** What a request asks for, in one order and without what is not given. */
const asked = (request: Record<string, unknown>) =>
  JSON.stringify(Object.fromEntries(Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1))));

test("two requests are the same when they ask for the same, in whatever order, and only then", async () => {
  await fc.assert(
    fc.property(body, body, (one, other) => {
      expect(requestHashOf(Object.fromEntries(Object.entries(one).reverse()))).toBe(requestHashOf(one));
      expect(requestHashOf({ ...one, nothing: undefined })).toBe(requestHashOf(one));
      expect(requestHashOf(one) === requestHashOf(other)).toBe(asked(one) === asked(other));
    }),
    { numRuns: 1000 },
  );
});

test("a reason and a ticket of the same words are not the same request", () => {
  expect(requestHashOf({ deviceId: "d", reason: "x" })).not.toBe(requestHashOf({ deviceId: "d", ticket: "x" }));
  expect(requestHashOf({ notify: true })).not.toBe(requestHashOf({ notify: "true" }));
});

test("every copy of a notification's message has one key, each notification its own", () => {
  const message = { sessionId: "a".repeat(32), number: 1 };
  const keyOf = (changes: Partial<typeof message>) => notifyKeyOf({ ...message, ...changes }, "companyPortal");
  expect(keyOf({ attempt: 7 } as Partial<typeof message>)).toBe(keyOf({}));
  expect(keyOf({ number: 2 })).not.toBe(keyOf({}));
  expect(keyOf({ sessionId: "b".repeat(32) })).not.toBe(keyOf({}));
  expect(keyOf({ sessionId: `${message.sessionId}1`, number: 1 })).not.toBe(keyOf({ number: 11 }));
});

test("a notification has a key for each channel; Company Portal's is the one it had when it was alone", () => {
  const message = { sessionId: "a".repeat(32), number: 1 };
  const keys = notifyKeysOf(message);
  expect(keys).toEqual(channels.map((channel) => notifyKeyOf(message, channel)));
  expect(new Set(keys).size).toBe(channels.length);
  expect(notifyKeyOf(message, "companyPortal")).toBe(
    "0bb45148ef3e9c2b12079292ed7728dce1e0bafeca94b1a6e728048dd1845db1",
  );
});
