import { expect, test } from "@jest/globals";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import { owing } from "../../../lib/connector/owed.ts";
import { aConnection } from "./a-connection.ts";
import { aConnector } from "./a-connector.ts";

const entry = (id: string): AuditEntry => ({
  id,
  at: "2026-11-22T10:00:00.000Z",
  actor: { id: "ada", kind: "person" },
  action: "connector.confirm",
  phase: "outcome",
  result: "success",
  correlationId: "call-1",
});

test("a connection keeps what it owes already, and itself", () => {
  const first = owing(aConnection(), entry("a"));
  expect(owing(first, entry("b"))).toEqual({ ...aConnection(), owed: [entry("a"), entry("b")] });
  expect(first.owed).toEqual([entry("a")]);
});

test("what connections owe, in use or not, is written in its order and struck off", async () => {
  const { settleOwed, connections, audited } = aConnector();
  connections.use({ ...aConnection(), owed: [entry("a"), entry("b")] });
  connections.put({ ...aConnection({ id: "c2" }), owed: [entry("c")] });
  await settleOwed();
  expect(audited.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(connections.values()).toEqual([aConnection(), aConnection({ id: "c2" })]);
});

test("with nothing in use, others' entries are written all the same", async () => {
  const { settleOwed, connections, audited } = aConnector();
  connections.put({ ...aConnection({ id: "c2" }), owed: [entry("c")] });
  await settleOwed();
  expect(audited.map(({ id }) => id)).toEqual(["c"]);
});

test("an entry that was written already is not written again", async () => {
  const { settleOwed, connections, audited } = aConnector();
  audited.push(entry("a"));
  connections.use({ ...aConnection(), owed: [entry("a")] });
  await settleOwed();
  expect(audited.map(({ id }) => id)).toEqual(["a"]);
});

test("a connection that owes nothing is left as it is", async () => {
  const { settleOwed, connections, journal } = aConnector();
  connections.use(aConnection());
  connections.put({ ...aConnection({ id: "c2" }), owed: [] });
  await settleOwed();
  expect(journal.calls).toEqual(["connections.read"]);
});

test("an entry that cannot be written stays owed, until it is", async () => {
  const { settleOwed, connections, journal, audited, connection } = aConnector();
  connections.use({ ...aConnection(), owed: [entry("a")] });
  journal.fail("audit.outcome");
  await expect(settleOwed()).rejects.toThrow();
  expect(connection()?.owed).toEqual([entry("a")]);
  await settleOwed();
  expect(audited.map(({ id }) => id)).toEqual(["a"]);
  expect(connection()).toEqual(aConnection());
});

test("a connection that owes more meanwhile keeps all of it for the next time", async () => {
  const { settleOwed, connections, journal, audited, connection } = aConnector();
  connections.use({ ...aConnection(), owed: [entry("a")] });
  journal.before("connections.update", () => connections.touch("c1", { owed: [entry("a"), entry("b")] }));
  await settleOwed();
  expect(connection()?.owed).toEqual([entry("a"), entry("b")]);
  await settleOwed();
  expect(audited.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(connection()).toEqual(aConnection());
});
