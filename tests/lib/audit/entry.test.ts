import { expect, test } from "@jest/globals";
import { auditEntrySchema } from "../../../lib/audit/entry.ts";
import { anEntry } from "./an-audit.ts";

const isEntry = (change: Record<string, unknown>) => auditEntrySchema.safeParse({ ...anEntry(), ...change }).success;

/** What front ends and exports of years ago name: an action may be added, none may go or be called otherwise. */
const ACTIONS = [
  ...["enable", "connect", "confirm", "refresh", "needs-consent", "disconnect", "forget"].map(
    (verb) => `connector.${verb}`,
  ),
  ...["request", "accept", "decline", "join", "close", "expire", "fail"].map((verb) => `session.${verb}`),
  ...["request", "send"].map((verb) => `notification.${verb}`),
  "audit.erase",
  ...["create", "update", "pause", "rotate", "delete", "deliver"].map((verb) => `webhook.${verb}`),
];

test.each(ACTIONS)("%s is an action of the audit", (action) => {
  expect(isEntry({ action })).toBe(true);
});

test.each(["", "session", "session.", "session.reopen"])("%j is no action", (action) => {
  expect(isEntry({ action })).toBe(false);
});

test.each(["person", "application", "user", "system"])("a %s can be who did it", (kind) => {
  expect(isEntry({ actor: { id: "a", kind } })).toBe(true);
});

test.each(["success", "refused", "failed", "unknown", "replayed"])("what was done can end with %s", (result) => {
  expect(isEntry({ result })).toBe(true);
});

test("an intent has no result, and an entry needs neither device nor session", () => {
  const { result: _, ...intent } = anEntry(0, { phase: "intent" });
  expect(auditEntrySchema.safeParse(intent).success).toBe(true);
  expect(isEntry({ reason: "licence-limit", deviceId: "d", sessionId: "s" })).toBe(true);
});

test.each([
  { more: "of it" },
  { actor: { id: "a", kind: "person", name: "Ada" } },
  { actor: { id: "a", kind: "" } },
  { actor: { kind: "person" } },
  { actor: undefined },
  { id: undefined },
  { at: "yesterday" },
  { phase: "" },
  { result: "" },
  { reason: "x".repeat(201) },
  { deviceId: 1 },
  { sessionId: 1 },
  { correlationId: undefined },
])("an entry with %j is none", (change) => {
  expect(isEntry(change)).toBe(false);
});

test("a reason of 200 characters fits", () => {
  expect(isEntry({ reason: "x".repeat(200) })).toBe(true);
});
