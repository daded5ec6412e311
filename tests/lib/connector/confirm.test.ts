import { describe, expect, test } from "@jest/globals";
import { aConnector, ada, HOUR_MS, inShort, MINUTE_MS, START, script } from "./a-connector.ts";

const CONSENT = "consent-1";

/** Ada's consent came back: an account waits for her. */
async function waiting() {
  const connector = aConnector();
  const confirmBefore = new Date(START + 15 * MINUTE_MS).toISOString();
  const { connection } = await connector.holding({ status: "awaitingConfirmation", confirmBefore });
  connector.consents.put({
    id: CONSENT,
    status: "awaitingConfirmation",
    requestedBy: "ada",
    requestedByKind: "person",
    termsVersion: "3",
    requestedAt: new Date(START).toISOString(),
    expiresAt: new Date(START + 10 * MINUTE_MS).toISOString(),
    connectionId: connection.id,
  });
  return { ...connector, connection };
}

describe("Confirming", () => {
  test("puts the account in use, from now on, and shows it", async () => {
    const { confirm, connections, connection, advance } = await waiting();
    advance(MINUTE_MS);
    const connectedAt = new Date(START + MINUTE_MS).toISOString();
    expect(await confirm(ada, CONSENT, "call-1")).toEqual({
      status: "connected",
      account: { name: "Contoso IT", company: "Contoso", email: "it@contoso.example" },
      connectedBy: "ada",
      connectedAt,
      termsVersion: "1",
    });
    const { current } = await connections.port.read();
    expect(current?.value).toMatchObject({ ...connection, status: "connected", connectedAt });
  });

  test("is audited before and after, with the terms that were accepted", async () => {
    const { confirm, audited, journal, connections } = await waiting();
    journal.before("connections.putInUse", () => expect(inShort(audited)).toEqual(["connector.confirm intent"]));
    await confirm(ada, CONSENT, "call-1");
    expect(inShort(audited)).toEqual(["connector.confirm intent", "connector.confirm outcome success terms version 1"]);
    for (const { actor, correlationId } of audited)
      expect([actor, correlationId]).toEqual([{ id: "ada", kind: "person" }, "call-1"]);
    expect(connections.values()[0]?.owed).toEqual([audited[1]]);
  });

  test("twice is fine: the same answer, no second entry", async () => {
    const { confirm, audited } = await waiting();
    const first = await confirm(ada, CONSENT, "call-1");
    expect(await confirm(ada, CONSENT, "call-2")).toEqual(first);
    expect(audited).toHaveLength(2);
  });

  test("is fine for a connection that needs consent by now: its problem is shown", async () => {
    const { confirm, connections } = await waiting();
    await confirm(ada, CONSENT, "call-1");
    connections.touch("c1", { status: "needsConsent" });
    expect(await confirm(ada, CONSENT, "call-2")).toMatchObject({ status: "needsConsent" });
  });

  test("without an audit changes nothing", async () => {
    const { confirm, journal, connection } = await waiting();
    journal.fail("audit.intent");
    await expect(confirm(ada, CONSENT, "call-1")).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(connection.status).toBe("awaitingConfirmation");
    expect(journal.countOf("connections.putInUse")).toBe(0);
  });
});

describe("The account that was connected before", () => {
  test("is revoked and forgotten", async () => {
    const connector = await waiting();
    const { confirm, grants, secretNames, connections, holding } = connector;
    await holding({ id: "old", consentId: "consent-0" });
    expect(grants.live()).toHaveLength(2);
    expect(await confirm(ada, CONSENT, "call-1")).toMatchObject({ status: "connected" });
    expect(grants.live()).toHaveLength(1);
    expect(secretNames()).toEqual(["tv-c1"]);
    expect(connections.values().map(({ id }) => id)).toEqual(["c1"]);
  });

  test("is left to the timer while TeamViewer does not answer; the new one works at once", async () => {
    const { confirm, grants, journal, holding, connection, connections, forgetUnused } = await waiting();
    await holding({ id: "old", consentId: "consent-0" });
    journal.fail("grants.revoke");
    expect(await confirm(ada, CONSENT, "call-1")).toMatchObject({ status: "connected" });
    expect(connections.find("old")?.value.status).toBe("disconnecting");
    await forgetUnused();
    expect(grants.live()).toHaveLength(1);
    expect(connections.values()).toEqual([expect.objectContaining({ id: connection.id })]);
  });
});

describe("Refused, and nothing is changed or audited,", () => {
  const refused = async (
    { confirm, audited, journal }: Awaited<ReturnType<typeof waiting>>,
    code: string,
    message: RegExp,
    principal = ada,
  ) => {
    await expect(confirm(principal, CONSENT, "call-1")).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(audited).toEqual([]);
    expect(journal.countOf("connections.putInUse")).toBe(0);
  };

  test("when nobody knows the consent", async () => {
    const connector = await waiting();
    connector.consents.delete(CONSENT);
    await refused(connector, "consent-not-found", /POST \/api\/connector\/consents/);
  });

  test("when somebody else asked for it", async () => {
    await refused(await waiting(), "forbidden", /who asked/, script);
  });

  test("a quarter of an hour after TeamViewer answered, to the millisecond", async () => {
    const connector = await waiting();
    connector.advance(15 * MINUTE_MS);
    await refused(connector, "consent-expired", /new one/);
    const confirmBefore = new Date(START + 15 * MINUTE_MS + 1).toISOString();
    connector.connections.touch("c1", { confirmBefore });
    expect(await connector.confirm(ada, CONSENT, "call-2")).toMatchObject({ status: "connected" });
  });

  test.each(["pending", "started", "used"] as const)("while TeamViewer has not answered yet (%s)", async (status) => {
    const connector = await waiting();
    connector.connections.delete("c1");
    connector.consents.touch(CONSENT, { status });
    await refused(connector, "consent-not-completed", /Finish/);
    connector.advance(10 * MINUTE_MS - 1);
    await refused(connector, "consent-not-completed", /Finish/);
    connector.advance(1);
    await refused(connector, "consent-expired", /new one/);
  });

  test("when its account waits no longer, even before the consent itself is over", async () => {
    const connector = await waiting();
    connector.consents.touch(CONSENT, { status: "used" });
    connector.connections.touch("c1", { confirmBefore: new Date(START).toISOString() });
    await refused(connector, "consent-expired", /new one/);
  });

  test.each(["refused", "failed", "awaitingConfirmation"] as const)(
    "when it ended without a connection (%s)",
    async (status) => {
      const connector = await waiting();
      connector.connections.delete("c1");
      connector.consents.touch(CONSENT, { status });
      await refused(connector, "consent-expired", /new one/);
    },
  );

  test("when its account is being removed, in use or not", async () => {
    const connector = await waiting();
    connector.connections.touch("c1", { status: "disconnecting" });
    await refused(connector, "consent-expired", /new one/);
    const removed = connector.connection;
    connector.connections.use({ ...removed, status: "disconnecting" });
    await refused(connector, "consent-expired", /new one/);
  });

  test("when only the account of another consent waits", async () => {
    const connector = await waiting();
    connector.connections.touch("c1", { consentId: "consent-2" });
    await refused(connector, "consent-expired", /new one/);
  });
});

describe("When somebody changes the connector at the same time", () => {
  test("it is looked at again; the intent is written once", async () => {
    const { confirm, connections, journal, audited } = await waiting();
    journal.before("connections.putInUse", () => connections.touch("c1"));
    expect(await confirm(ada, CONSENT, "call-1")).toMatchObject({ status: "connected" });
    expect(inShort(audited)).toEqual(["connector.confirm intent", "connector.confirm outcome success terms version 1"]);
  });

  test("two that confirm at once both see it connected; the audit says that one came second", async () => {
    const { confirm, newProcess, audited } = await waiting();
    const views = await Promise.all([confirm(ada, CONSENT, "call-1"), newProcess().confirm(ada, CONSENT, "call-2")]);
    expect(views.map(({ status }) => status)).toEqual(["connected", "connected"]);
    expect(inShort(audited).sort()).toEqual([
      "connector.confirm intent",
      "connector.confirm intent",
      "connector.confirm outcome replayed",
      "connector.confirm outcome success terms version 1",
    ]);
  });

  test("one that was removed meanwhile is refused, and that is audited", async () => {
    const { confirm, connections, journal, audited } = await waiting();
    journal.before("connections.putInUse", () => connections.touch("c1", { status: "disconnecting" }));
    await expect(confirm(ada, CONSENT, "call-1")).rejects.toMatchObject({ code: "consent-expired" });
    expect(inShort(audited)).toEqual(["connector.confirm intent", "connector.confirm outcome refused consent-expired"]);
  });

  test("again and again: after five rounds it says so, and the audit too", async () => {
    const { confirm, journal, audited } = await waiting();
    journal.instead("connections.putInUse", async () => false, 9);
    await expect(confirm(ada, CONSENT, "call-1")).rejects.toMatchObject({
      code: "connector-changed",
      message: expect.stringMatching(/try again/),
    });
    expect(journal.countOf("connections.putInUse")).toBe(5);
    expect(inShort(audited)).toEqual([
      "connector.confirm intent",
      "connector.confirm outcome failed connector-changed",
    ]);
  });
});

test("a process that dies between change and audit loses no entry: the timer writes it", async () => {
  const { confirm, journal, audited, settleOwed, advance } = await waiting();
  journal.fail("audit.outcome");
  await expect(confirm(ada, CONSENT, "call-1")).rejects.toThrow();
  advance(HOUR_MS);
  await settleOwed();
  expect(inShort(audited)).toEqual(["connector.confirm intent", "connector.confirm outcome success terms version 1"]);
});
