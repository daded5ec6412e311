import { describe, expect, test } from "@jest/globals";
import { aConnector, ada, inShort } from "./a-connector.ts";

const START = "connector.disconnect intent";
const DONE = "connector.disconnect outcome success";

test("a connection is revoked, its secret deleted, and nothing is left of it", async () => {
  const { disconnect, holding, grants, secretNames, connections, audited } = aConnector();
  await holding();
  expect(await disconnect(ada, "call-1")).toEqual({ status: "notConnected" });
  expect([grants.live(), secretNames(), connections.values()]).toEqual([[], [], []]);
  expect(inShort(audited)).toEqual([START, DONE]);
  for (const { actor, correlationId } of audited)
    expect([actor, correlationId]).toEqual([{ id: "ada", kind: "person" }, "call-1"]);
});

test("it is out of use, with its audit entry, before TeamViewer is asked", async () => {
  const { disconnect, holding, connection, journal, audited } = aConnector();
  await holding();
  journal.before("connections.update", () => expect(inShort(audited)).toEqual([START]));
  journal.before("grants.revoke", () => {
    expect(connection()).toMatchObject({ status: "disconnecting", owed: [audited[1]] });
    expect(inShort(audited)).toEqual([START, DONE]);
  });
  await disconnect(ada, "call-1");
  expect(journal.countOf("grants.revoke")).toBe(1);
});

test("a connection that needs consent is removed as well", async () => {
  const { disconnect, holding, connections } = aConnector();
  await holding({ status: "needsConsent" });
  expect(await disconnect(ada, "call-1")).toEqual({ status: "notConnected" });
  expect(connections.values()).toEqual([]);
});

test("while TeamViewer does not answer, it says that the connection is being removed, and the timer goes on with it", async () => {
  const { disconnect, holding, journal, connections, grants, forgetUnused } = aConnector();
  await holding();
  journal.fail("grants.revoke");
  expect(await disconnect(ada, "call-1")).toMatchObject({
    status: "disconnecting",
    account: { company: "Contoso" },
    problem: expect.any(String),
  });
  await forgetUnused();
  expect([grants.live(), connections.values()]).toEqual([[], []]);
});

describe("With nothing to remove", () => {
  test("nothing is done and nothing audited", async () => {
    const { disconnect, audited, journal } = aConnector();
    expect(await disconnect(ada, "call-1")).toEqual({ status: "notConnected" });
    expect(audited).toEqual([]);
    expect(journal.calls).toEqual(["connections.read"]);
  });

  test("as the connection is being removed already, that is said", async () => {
    const { disconnect, holding, audited, journal } = aConnector();
    await holding({ status: "disconnecting" });
    expect(await disconnect(ada, "call-1")).toMatchObject({ status: "disconnecting" });
    expect(audited).toEqual([]);
    expect(journal.countOf("grants.revoke")).toBe(0);
  });
});

describe("Accounts that wait for their confirmation", () => {
  test("go as well, with the connection", async () => {
    const { disconnect, holding, grants, secretNames, connections, audited } = aConnector();
    await holding();
    await holding({ id: "c2", status: "awaitingConfirmation" });
    await holding({ id: "c3", status: "awaitingConfirmation" });
    expect(await disconnect(ada, "call-1")).toEqual({ status: "notConnected" });
    expect([grants.live(), secretNames(), connections.values()]).toEqual([[], [], []]);
    expect(inShort(audited)).toEqual([START, DONE]);
  });

  test("go when nothing is in use", async () => {
    const { disconnect, holding, connections, audited } = aConnector();
    await holding({ id: "c2", status: "awaitingConfirmation" });
    expect(await disconnect(ada, "call-1")).toEqual({ status: "notConnected" });
    expect(connections.values()).toEqual([]);
    expect(inShort(audited)).toEqual([START, `${DONE} not-confirmed`]);
  });

  test("go while the connection in use is being removed", async () => {
    const { disconnect, holding, connections } = aConnector();
    await holding({ status: "disconnecting" });
    await holding({ id: "c2", status: "awaitingConfirmation" });
    expect(await disconnect(ada, "call-1")).toMatchObject({ status: "disconnecting" });
    expect(connections.values().map(({ id }) => id)).toEqual(["c1"]);
  });

  test("are left alone when somebody confirms them at the same time; then that connection is removed", async () => {
    const { disconnect, holding, journal, connections, grants } = aConnector();
    const { connection } = await holding({ id: "c2", status: "awaitingConfirmation" });
    await holding();
    journal.before("connections.update", async () => {
      const { port } = connections;
      const waiting = connections.find("c2");
      if (waiting) await port.putInUse(await port.read(), waiting, { ...connection, status: "connected" });
    });
    expect(await disconnect(ada, "call-1")).toEqual({ status: "notConnected" });
    expect(connections.values()).toEqual([expect.objectContaining({ id: "c1", status: "disconnecting" })]);
    expect(grants.live()).toHaveLength(1);
  });
});

describe("When somebody changes the connector at the same time", () => {
  test("it is looked at again; the intent is written once", async () => {
    const { disconnect, holding, connections, journal, audited } = aConnector();
    await holding();
    journal.before("connections.update", () => connections.touch("c1"));
    expect(await disconnect(ada, "call-1")).toEqual({ status: "notConnected" });
    expect(inShort(audited)).toEqual([START, DONE]);
  });

  test("one who finds it already removed says so in the audit", async () => {
    const { disconnect, holding, connections, journal, audited } = aConnector();
    await holding();
    journal.before("connections.update", () => connections.delete("c1"));
    expect(await disconnect(ada, "call-1")).toEqual({ status: "notConnected" });
    expect(inShort(audited)).toEqual([START, "connector.disconnect outcome replayed"]);
  });

  test("again and again: after five rounds it says so, and the audit too", async () => {
    const { disconnect, holding, journal, audited, connection } = aConnector();
    await holding();
    journal.instead("connections.update", async () => undefined, 9);
    await expect(disconnect(ada, "call-1")).rejects.toMatchObject({
      code: "connector-changed",
      message: expect.stringMatching(/try again/),
    });
    expect(journal.countOf("connections.update")).toBe(5);
    expect(inShort(audited)).toEqual([START, "connector.disconnect outcome failed connector-changed"]);
    expect(connection()).toMatchObject({ status: "connected" });
  });
});

test("without an audit nothing is removed", async () => {
  const { disconnect, holding, journal, connection, grants } = aConnector();
  await holding();
  journal.fail("audit.intent");
  await expect(disconnect(ada, "call-1")).rejects.toMatchObject({ code: "upstream-unavailable" });
  expect(connection()).toMatchObject({ status: "connected" });
  expect(grants.live()).toHaveLength(1);
});
