import { describe, expect, test } from "@jest/globals";
import { aConnector, HOUR_MS } from "./a-connector.ts";

/** A connection that is out of use, in the row of the one in use or beside it. */
async function outOfUse() {
  const connector = aConnector();
  const { connection, tokens } = await connector.holding({ status: "disconnecting" });
  const nothingLeft = () => {
    expect(connector.grants.live()).toEqual([]);
    expect(connector.secretNames()).toEqual([]);
    expect(connector.connections.values()).toEqual([]);
  };
  const allThere = () => {
    expect(connector.secretNames()).toEqual(["tv-c1"]);
    expect(connector.connection()?.status).toBe("disconnecting");
  };
  return { ...connector, initial: connection, tokens, nothingLeft, allThere };
}

test("tokens are revoked, then their secret deleted, then the connection forgotten", async () => {
  const { forget, journal, nothingLeft } = await outOfUse();
  expect(await forget("c1")).toBe(true);
  nothingLeft();
  const steps = journal.calls.filter((call) => /revoke|remove/.test(call));
  expect(steps).toEqual(["grants.revoke", "vault.remove", "connections.remove"]);
  expect(journal.calls.filter((call) => call.startsWith("lease"))).toEqual([]);
  expect(journal.countOf("grants.refresh")).toBe(0);
});

test("a connection that is gone is forgotten", async () => {
  const { forget, journal } = aConnector();
  expect(await forget("c1")).toBe(true);
  expect(journal.calls).toEqual(["connections.read"]);
});

test("another connection than the one in use is found as well", async () => {
  const { forget, holding, connections, grants } = aConnector();
  const { connection } = await holding({ id: "old", status: "disconnecting" });
  await holding();
  expect(connections.find(connection.id)).toBeDefined();
  expect(await forget("old")).toBe(true);
  expect(connections.values().map(({ id }) => id)).toEqual(["c1"]);
  expect(grants.live()).toHaveLength(1);
});

test.each(["connected", "needsConsent", "awaitingConfirmation"] as const)(
  "a connection that is %s is never forgotten",
  async (status) => {
    const { forget, holding, journal, grants } = aConnector();
    await holding({ status });
    expect(await forget("c1")).toBe(false);
    expect(grants.live()).toHaveLength(1);
    expect(journal.calls).toEqual(["connections.read"]);
  },
);

test("without any tokens left, the rest goes all the same", async () => {
  const { forget, secrets, journal, connections } = await outOfUse();
  await secrets.port.remove("tv-c1");
  expect(await forget("c1")).toBe(true);
  expect(connections.values()).toEqual([]);
  expect(journal.countOf("grants.revoke")).toBe(0);
});

describe("An access token that ran out revokes nothing:", () => {
  test("it is refreshed first, kept, and the new one revoked", async () => {
    const { forget, journal, nothingLeft, grants, secrets, advance, tokens } = await outOfUse();
    advance(24 * HOUR_MS);
    journal.before("grants.revoke", () => expect([...secrets.versions()]).toEqual([["tv-c1", 2]]));
    expect(await forget("c1")).toBe(true);
    nothingLeft();
    expect(grants.refreshes).toEqual([{ accessToken: tokens.accessToken, wasSpent: false }]);
    expect(journal.calls).toContain("lease.refresh-c1");
  });

  test("to the millisecond", async () => {
    const { forget, journal, advance } = await outOfUse();
    advance(24 * HOUR_MS - 1);
    expect(await forget("c1")).toBe(true);
    expect(journal.countOf("grants.refresh")).toBe(0);
  });

  test("a grant that has ended needs no revocation", async () => {
    const { forget, journal, nothingLeft, grants, advance } = await outOfUse();
    advance(24 * HOUR_MS);
    grants.endAll();
    expect(await forget("c1")).toBe(true);
    nothingLeft();
    expect(journal.countOf("grants.revoke")).toBe(0);
  });

  test("a client secret that TeamViewer refuses says nothing about the grant: later again", async () => {
    const { forget, journal, advance, allThere } = await outOfUse();
    advance(24 * HOUR_MS);
    journal.instead("grants.refresh", async () => ({ outcome: "refused", reason: "invalid_client" }));
    expect(await forget("c1")).toBe(false);
    allThere();
    expect(await forget("c1")).toBe(true);
  });

  test("no answer says nothing either: later again", async () => {
    const { forget, journal, advance, allThere, nothingLeft } = await outOfUse();
    advance(24 * HOUR_MS);
    journal.instead("grants.refresh", async () => ({ outcome: "unknown", cause: new Error("reset") }));
    expect(await forget("c1")).toBe(false);
    allThere();
    expect(await forget("c1")).toBe(true);
    nothingLeft();
  });

  test("two processes that forget at once refresh once", async () => {
    const { forget, newProcess, grants, nothingLeft, advance } = await outOfUse();
    advance(24 * HOUR_MS);
    const ended = await Promise.all([forget("c1"), newProcess().forget("c1")]);
    expect(ended).toContain(true);
    expect(grants.refreshes).toEqual([expect.objectContaining({ wasSpent: false })]);
    nothingLeft();
  });

  test("whoever waited for the lease looks again: somebody may have refreshed or removed meanwhile", async () => {
    const first = await outOfUse();
    first.advance(24 * HOUR_MS);
    first.journal.before("lease.refresh-c1", async () => {
      const renewed = await first.grants.port.refresh(first.tokens);
      if (renewed.outcome === "granted") await first.ports.vault.write("tv-c1", "c1", renewed.tokens);
    });
    expect(await first.forget("c1")).toBe(true);
    expect(first.grants.refreshes).toHaveLength(1);
    first.nothingLeft();

    const second = await outOfUse();
    second.advance(24 * HOUR_MS);
    second.journal.before("lease.refresh-c1", () => second.connections.delete("c1"));
    expect(await second.forget("c1")).toBe(true);
    expect(second.grants.refreshes).toEqual([]);

    const third = await outOfUse();
    third.advance(24 * HOUR_MS);
    third.journal.before("lease.refresh-c1", () => third.secrets.port.remove("tv-c1"));
    expect(await third.forget("c1")).toBe(true);
    expect(third.grants.refreshes).toEqual([]);
  });
});

describe("What fails is done later, and nothing is thrown away before:", () => {
  test("TeamViewer revokes nothing", async () => {
    const { forget, journal, allThere, nothingLeft } = await outOfUse();
    journal.instead("grants.revoke", async () => false);
    expect(await forget("c1")).toBe(false);
    allThere();
    expect(await forget("c1")).toBe(true);
    nothingLeft();
  });

  test.each(["grants.revoke", "vault.read", "vault.remove"])("%s fails", async (call) => {
    const { forget, journal, allThere, nothingLeft } = await outOfUse();
    journal.fail(call);
    expect(await forget("c1")).toBe(false);
    allThere();
    expect(await forget("c1")).toBe(true);
    nothingLeft();
  });

  test("the row cannot be removed, or somebody changed it", async () => {
    const { forget, journal, connections, nothingLeft } = await outOfUse();
    journal.fail("connections.remove");
    expect(await forget("c1")).toBe(false);
    journal.before("connections.remove", () => connections.touch("c1"));
    expect(await forget("c1")).toBe(false);
    expect(await forget("c1")).toBe(true);
    nothingLeft();
  });
});

test("somebody else forgets it at the same time: it is forgotten", async () => {
  const { forget, journal, connections } = await outOfUse();
  journal.after("grants.revoke", () => connections.delete("c1"));
  expect(await forget("c1")).toBe(true);
  expect(journal.countOf("vault.remove")).toBe(0);
});

test("every secret that the connection ever had goes, also one that was named while it was revoked", async () => {
  const { forget, journal, connections, secrets, ports, secretNames, tokens } = await outOfUse();
  for (const name of ["tv-old", "tv-older"]) await ports.vault.write(name, "c1", tokens);
  connections.touch("c1", { formerSecretNames: ["tv-older", "tv-old"] });
  journal.before("grants.revoke", async () => {
    connections.touch("c1", { nextSecretName: "tv-next" });
    await secrets.port.set("tv-next", "{}", { contentType: "application/json", tags: {} });
  });
  expect(await forget("c1")).toBe(true);
  expect(secretNames()).toEqual([]);
  expect(connections.values()).toEqual([]);
});

test("the newest tokens are revoked, not those that the connection still points to", async () => {
  const { forget, ports, grants, tokens, nothingLeft, advance, journal } = await outOfUse();
  advance(HOUR_MS);
  const renewed = await grants.port.refresh(tokens);
  if (renewed.outcome === "granted") await ports.vault.write("tv-c1", "c1", renewed.tokens);
  advance(23 * HOUR_MS);
  expect(await forget("c1")).toBe(true);
  expect(journal.countOf("grants.refresh")).toBe(0);
  nothingLeft();
});
