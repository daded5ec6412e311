import { describe, expect, test } from "@jest/globals";
import type { Consent } from "../../../lib/connector/consent.ts";
import { aConnection } from "./a-connection.ts";
import { aConnector, inShort, MINUTE_MS, START, system } from "./a-connector.ts";

const at = (minutes: number) => new Date(START + minutes * MINUTE_MS).toISOString();
const aConsent = (changes: Partial<Consent> = {}): Consent => ({
  id: "consent-1",
  status: "pending",
  requestedBy: "ada",
  requestedByKind: "person",
  termsVersion: "3",
  requestedAt: at(0),
  expiresAt: at(10),
  ...changes,
});

/** A callback that died when TeamViewer had given tokens and the vault had taken them. */
async function diedAfterTheVault() {
  const connector = aConnector();
  const tokens = await connector.granted();
  connector.consents.put(aConsent({ status: "used", usedAt: at(0), secretName: "tv-lost" }));
  await connector.ports.vault.write("tv-lost", "c9", tokens);
  connector.journal.calls.splice(0);
  const statusOf = () => connector.consents.find("consent-1")?.value.status;
  return { ...connector, statusOf, tokens };
}

describe("A callback that died after the vault took its tokens", () => {
  test("leaves no grant and no secret: both go three minutes later, audited", async () => {
    const { forgetConsents, advance, grants, secretNames, audited, statusOf, journal, consents } =
      await diedAfterTheVault();
    advance(3 * MINUTE_MS);
    await forgetConsents();
    expect([grants.live().length, secretNames(), statusOf()]).toEqual([1, ["tv-lost"], "used"]);

    advance(1);
    journal.before("grants.revoke", () => expect(inShort(audited)).toEqual(["connector.forget intent"]));
    await forgetConsents();
    expect([grants.live(), secretNames(), statusOf()]).toEqual([[], [], "failed"]);
    expect(consents.values()).toEqual([aConsent({ status: "failed", usedAt: at(0), secretName: "tv-lost" })]);
    expect(inShort(audited)).toEqual(["connector.forget intent", "connector.forget outcome success not-completed"]);
    expect(audited.map(({ actor }) => actor)).toEqual([system, system]);
    expect(new Set(audited.map(({ correlationId }) => correlationId)).size).toBe(1);
    expect(audited[0]?.correlationId).toMatch(/^id-/);
  });

  test("keeps its secret while TeamViewer cannot revoke; the timer comes back to it", async () => {
    const { forgetConsents, advance, grants, secretNames, audited, statusOf, journal } = await diedAfterTheVault();
    advance(4 * MINUTE_MS);
    journal.instead("grants.revoke", async () => false);
    await forgetConsents();
    expect([secretNames(), statusOf()]).toEqual([["tv-lost"], "used"]);
    expect(inShort(audited)).toEqual(["connector.forget intent", "connector.forget outcome failed not-completed"]);
    await forgetConsents();
    expect([grants.live(), secretNames(), statusOf()]).toEqual([[], [], "failed"]);
  });

  test("does not hold up the consents after it", async () => {
    const { forgetConsents, advance, consents, journal } = await diedAfterTheVault();
    consents.put(aConsent({ id: "consent-2" }));
    advance(41 * MINUTE_MS);
    journal.instead("grants.revoke", async () => false);
    await forgetConsents();
    expect(consents.values().map(({ id }) => id)).toEqual(["consent-1"]);
  });

  test("is left alone without an audit", async () => {
    const { forgetConsents, advance, grants, journal } = await diedAfterTheVault();
    advance(4 * MINUTE_MS);
    journal.fail("audit.intent");
    await expect(forgetConsents()).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(grants.live()).toHaveLength(1);
  });
});

describe("Tokens are left alone that a connection names", () => {
  test.each<[string, Parameters<typeof aConnection>[0]]>([
    ["as its secret", { secretName: "tv-lost" }],
    ["as its next one", { nextSecretName: "tv-lost" }],
    ["as a former one", { formerSecretNames: ["tv-lost"] }],
  ])("%s, in use or not", async (_how, names) => {
    for (const put of ["use", "put"] as const) {
      const { forgetConsents, connections, advance, grants, secretNames, statusOf, audited } =
        await diedAfterTheVault();
      connections[put](aConnection(names));
      advance(4 * MINUTE_MS);
      await forgetConsents();
      expect([grants.live().length, secretNames(), statusOf()]).toEqual([1, ["tv-lost"], "failed"]);
      expect(audited).toEqual([]);
    }
  });

  test("but not because other connections have other secrets", async () => {
    const { forgetConsents, connections, advance, grants, secretNames } = await diedAfterTheVault();
    connections.put(aConnection());
    connections.use(aConnection({ id: "c2" }));
    advance(4 * MINUTE_MS);
    await forgetConsents();
    expect([grants.live(), secretNames()]).toEqual([[], []]);
  });
});

test.each([
  ["before the vault took anything", { secretName: "tv-none" }],
  ["in a version that named no secret", {}],
])("a callback that died %s has failed, and nothing is asked of TeamViewer", async (_when, names) => {
  const { forgetConsents, consents, advance, journal, audited } = aConnector();
  consents.put(aConsent({ status: "used", usedAt: at(0), ...names }));
  advance(4 * MINUTE_MS);
  await forgetConsents();
  expect(consents.values()).toEqual([expect.objectContaining({ status: "failed" })]);
  expect(journal.countOf("grants.revoke")).toBe(0);
  expect(audited).toEqual([]);
});

describe("Consents that can no longer be confirmed", () => {
  test.each(["pending", "started", "refused", "failed", "awaitingConfirmation", "confirmed"] as const)(
    "are deleted half an hour after they ended (%s), to the millisecond",
    async (status) => {
      const { forgetConsents, consents, advance } = aConnector();
      consents.put(aConsent({ status, usedAt: at(0) }));
      advance(40 * MINUTE_MS);
      await forgetConsents();
      expect(consents.values()).toHaveLength(1);
      advance(1);
      await forgetConsents();
      expect(consents.values()).toEqual([]);
    },
  );

  test("stay while their callback may still be at work", async () => {
    const { forgetConsents, consents, advance } = aConnector();
    advance(50 * MINUTE_MS);
    consents.put(aConsent({ status: "used", usedAt: at(50) }));
    await forgetConsents();
    expect(consents.values()).toEqual([expect.objectContaining({ status: "used" })]);
  });

  test("stay when their row does not say when they were used", async () => {
    const { forgetConsents, consents, advance } = aConnector();
    consents.put(aConsent({ status: "used" }));
    advance(50 * MINUTE_MS);
    await forgetConsents();
    expect(consents.values()).toEqual([expect.objectContaining({ status: "used" })]);
  });

  test("leave the connection that came of them alone", async () => {
    const { forgetConsents, consents, holding, advance, grants, connection } = aConnector();
    const { connection: before } = await holding();
    consents.put(aConsent({ status: "awaitingConfirmation", connectionId: "c1", secretName: "tv-c1", usedAt: at(0) }));
    advance(41 * MINUTE_MS);
    await forgetConsents();
    expect(consents.values()).toEqual([]);
    expect(connection()).toEqual(before);
    expect(grants.live()).toHaveLength(1);
  });
});
