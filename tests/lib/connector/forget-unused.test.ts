import { describe, expect, test } from "@jest/globals";
import { aConnector, inShort, MINUTE_MS, START, system } from "./a-connector.ts";

const confirmBefore = new Date(START + 15 * MINUTE_MS).toISOString();
const waiting = { id: "c2", status: "awaitingConfirmation", confirmBefore } as const;

describe("An account that nobody confirmed in time", () => {
  test("is revoked and forgotten, and the audit says why", async () => {
    const { forgetUnused, holding, advance, grants, secretNames, connections, audited, journal } = aConnector();
    await holding(waiting);
    advance(15 * MINUTE_MS);
    journal.before("connections.update", () => expect(inShort(audited)).toEqual(["connector.forget intent"]));
    await forgetUnused();
    expect([grants.live(), secretNames(), connections.values()]).toEqual([[], [], []]);
    expect(inShort(audited)).toEqual(["connector.forget intent", "connector.forget outcome success not-confirmed"]);
    expect(audited.map(({ actor }) => actor)).toEqual([system, system]);
    expect(new Set(audited.map(({ correlationId }) => correlationId)).size).toBe(1);
    expect(audited[0]?.correlationId).toMatch(/^id-/);
  });

  test("is left alone until then, to the millisecond", async () => {
    const { forgetUnused, holding, advance, connection, audited } = aConnector();
    await holding(waiting);
    advance(15 * MINUTE_MS - 1);
    await forgetUnused();
    expect(connection("c2")).toMatchObject({ status: "awaitingConfirmation" });
    expect(audited).toEqual([]);
  });

  test("but is confirmed at the same moment, stays", async () => {
    const { forgetUnused, holding, advance, connections, connection, journal, audited, grants } = aConnector();
    await holding(waiting);
    advance(15 * MINUTE_MS);
    journal.before("connections.update", () => connections.touch("c2", { status: "connected" }));
    await forgetUnused();
    expect(connection("c2")).toMatchObject({ status: "connected" });
    expect(grants.live()).toHaveLength(1);
    expect(inShort(audited)).toEqual(["connector.forget intent", "connector.forget outcome replayed"]);
  });

  test("stays without an audit: nothing is revoked", async () => {
    const { forgetUnused, holding, advance, journal, grants, connection } = aConnector();
    await holding(waiting);
    advance(15 * MINUTE_MS);
    journal.fail("audit.intent");
    await expect(forgetUnused()).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(grants.live()).toHaveLength(1);
    expect(connection("c2")).toMatchObject({ status: "awaitingConfirmation" });
  });

  test("is taken out of use once, and removed when TeamViewer answers again", async () => {
    const { forgetUnused, holding, advance, journal, connections, audited } = aConnector();
    await holding(waiting);
    advance(15 * MINUTE_MS);
    journal.fail("grants.revoke");
    await forgetUnused();
    expect(connections.values()).toEqual([expect.objectContaining({ status: "disconnecting" })]);
    expect(inShort(audited)).toEqual(["connector.forget intent"]);
    await forgetUnused();
    expect(connections.values()).toEqual([]);
    expect(inShort(audited)).toEqual(["connector.forget intent", "connector.forget outcome success out-of-use"]);
  });
});

test.each([
  ["in the place of the one in use", "c1"],
  ["beside the one in use", "old"],
])("a connection that is being removed, %s, is revoked and forgotten; its end is audited", async (_where, id) => {
  const { forgetUnused, holding, grants, connections, audited } = aConnector();
  await holding({ id, status: "disconnecting" });
  if (id === "old") await holding();
  await forgetUnused();
  expect(connections.values().map((connection) => connection.id)).toEqual(id === "old" ? ["c1"] : []);
  expect(grants.live()).toHaveLength(id === "old" ? 1 : 0);
  expect(inShort(audited)).toEqual(["connector.forget outcome success out-of-use"]);
});

test("one that cannot be removed yet does not hold up the others", async () => {
  const { forgetUnused, holding, connections, journal, advance, audited } = aConnector();
  await holding({ status: "disconnecting" });
  await holding(waiting);
  advance(15 * MINUTE_MS);
  journal.fail("grants.revoke");
  await forgetUnused();
  expect(connections.values().map(({ id }) => id)).toEqual(["c1"]);
  expect(inShort(audited)).toEqual(["connector.forget intent", "connector.forget outcome success not-confirmed"]);
});

test("the connection in use, and one that needs consent, stay as they are", async () => {
  for (const status of ["connected", "needsConsent"] as const) {
    const { forgetUnused, holding, connection, audited, advance, journal, grants } = aConnector();
    const { connection: before } = await holding({ status });
    advance(60 * MINUTE_MS);
    await forgetUnused();
    expect(connection()).toEqual(before);
    expect(grants.live()).toHaveLength(1);
    expect([audited, journal.calls]).toEqual([[], ["connections.read"]]);
  }
});

describe("Secrets that a connection in use has left behind", () => {
  test("are deleted and struck off; the one in use stays", async () => {
    const { forgetUnused, holding, connections, connection, ports, secretNames, audited } = aConnector();
    const { connection: before, tokens } = await holding();
    for (const name of ["tv-older", "tv-old"]) await ports.vault.write(name, "c1", tokens);
    connections.touch("c1", { formerSecretNames: ["tv-older", "tv-old"] });
    await forgetUnused();
    expect(secretNames()).toEqual(["tv-c1"]);
    expect(connection()).toEqual(before);
    expect(audited).toEqual([]);
  });

  test("stay named until the vault has deleted them", async () => {
    const { forgetUnused, holding, connections, connection, journal, secretNames, ports } = aConnector();
    const { tokens } = await holding();
    await ports.vault.write("tv-old", "c1", tokens);
    connections.touch("c1", { formerSecretNames: ["tv-old"] });
    journal.fail("vault.remove");
    await expect(forgetUnused()).rejects.toThrow();
    expect(connection()?.formerSecretNames).toEqual(["tv-old"]);
    await forgetUnused();
    expect(secretNames()).toEqual(["tv-c1"]);
    expect(connection()).not.toHaveProperty("formerSecretNames");
  });
});
