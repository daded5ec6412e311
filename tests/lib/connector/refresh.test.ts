import { describe, expect, test } from "@jest/globals";
import { refreshLeaseOf } from "../../../lib/connector/refresh.ts";
import { aConnector, HOUR_MS, inShort, START, system } from "./a-connector.ts";

const DAY_MS = 24 * HOUR_MS;
const ASKED = "connector.refresh intent";
const DONE = "connector.refresh outcome success";

/** TeamViewer is connected, and its tokens have run out. */
async function dueAfterADay() {
  const connector = aConnector();
  const { connection, tokens } = await connector.holding();
  connector.advance(DAY_MS);
  const { current } = await connector.connections.port.read();
  if (!current) throw new Error("nothing is connected");
  const refresh = () => connector.tokens.refresh(current, tokens);
  /** What a process does that does not know of our lease: refreshes, stores, points to it. */
  async function refreshElsewhere() {
    const answer = await connector.grants.port.refresh(tokens);
    if (answer.outcome !== "granted") throw new Error("TeamViewer grants nothing");
    const secretVersion = await connector.ports.vault.write("tv-c1", "c1", answer.tokens);
    connector.connections.touch("c1", { secretVersion });
    return answer.tokens;
  }
  return { ...connector, initial: connection, spent: tokens, stored: current, refresh, refreshElsewhere };
}

describe("A new token set", () => {
  test("stands in the vault, and the connection points to it, before anybody uses it", async () => {
    const { refresh, connection, ports, initial, secrets } = await dueAfterADay();
    const tokens = await refresh();
    expect([...secrets.versions()]).toEqual([["tv-c1", 2]]);
    expect(await ports.vault.read("tv-c1")).toEqual(tokens);
    const { owed: _owed, ...kept } = connection() ?? {};
    expect(kept).toEqual({
      ...initial,
      secretVersion: "2",
      secretVersions: 2,
      obtainedAt: new Date(START + DAY_MS).toISOString(),
      accessExpiresAt: new Date(START + 2 * DAY_MS).toISOString(),
    });
  });

  test("is asked for under the connection's lease", async () => {
    const { refresh, journal } = await dueAfterADay();
    await refresh();
    expect(refreshLeaseOf("c1")).toBe("refresh-c1");
    const steps = journal.calls.filter((call) => /lease|grants|write|update/.test(call));
    expect(steps).toEqual(["lease.refresh-c1", "grants.refresh", "vault.write", "connections.update"]);
  });

  test("is audited before and after; the outcome stands in the connection's row as well", async () => {
    const { refresh, journal, audited, connection } = await dueAfterADay();
    journal.before("grants.refresh", () => expect(inShort(audited)).toEqual([ASKED]));
    await refresh();
    expect(inShort(audited)).toEqual([ASKED, DONE]);
    expect(audited.map(({ actor }) => actor)).toEqual([system, system]);
    expect(audited[0]?.correlationId).toMatch(/^id-/);
    expect(audited[1]?.correlationId).toBe(audited[0]?.correlationId);
    expect(connection()?.owed).toEqual([audited[1]]);
  });

  test("is not asked for without an audit", async () => {
    const { refresh, journal, grants } = await dueAfterADay();
    journal.fail("audit.intent");
    await expect(refresh()).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(grants.refreshes).toEqual([]);
  });

  test("serves even when its audit entry cannot be written now; the timer writes it", async () => {
    const { refresh, journal, audited, settleOwed, grants } = await dueAfterADay();
    journal.fail("audit.outcome");
    expect(grants.isAccepted((await refresh()).accessToken)).toBe(true);
    expect(inShort(audited)).toEqual([ASKED]);
    await settleOwed();
    expect(inShort(audited)).toEqual([ASKED, DONE]);
  });
});

describe("Whoever comes second", () => {
  test("takes what the first one stored", async () => {
    const { refresh, refreshElsewhere, journal, grants, audited } = await dueAfterADay();
    const newer = await refreshElsewhere();
    expect(await refresh()).toEqual(newer);
    expect(journal.countOf("grants.refresh")).toBe(0);
    expect(grants.live()).toHaveLength(1);
    expect(audited).toEqual([]);
  });

  test("finds a set that its process stored and never pointed to, and points to it", async () => {
    const { refresh, newProcess, stored, spent, journal, grants, connection } = await dueAfterADay();
    journal.fail("connections.update");
    await expect(refresh()).rejects.toThrow("connections.update is away");
    const found = await newProcess().tokens.refresh(stored, spent);
    expect(grants.isAccepted(found.accessToken)).toBe(true);
    expect(connection()).toMatchObject({ obtainedAt: found.obtainedAt, accessExpiresAt: found.expiresAt });
    expect(grants.refreshes).toHaveLength(1);
    expect(await newProcess().tokens.refresh(stored, spent)).toEqual(found);
  });

  test("is told when another account was connected", async () => {
    const { refresh, holding, grants } = await dueAfterADay();
    await holding({ id: "c2" });
    await expect(refresh()).rejects.toMatchObject({
      code: "connector-changed",
      message: expect.stringMatching(/Try again/),
    });
    expect(grants.refreshes).toEqual([]);
  });

  test("is told when the connection is gone, or needs consent", async () => {
    const { refresh, connections } = await dueAfterADay();
    connections.touch("c1", { status: "needsConsent" });
    await expect(refresh()).rejects.toMatchObject({ code: "connector-needs-consent" });
    connections.delete("c1");
    await expect(refresh()).rejects.toMatchObject({ code: "connector-not-connected" });
  });
});

describe("TeamViewer refuses the refresh token", () => {
  test.each(["invalid_grant", "invalid_client"])("(%s): consent is needed, audited once", async (reason) => {
    const { refresh, journal, connection, audited, initial } = await dueAfterADay();
    journal.instead("grants.refresh", async () => ({ outcome: "refused", reason }));
    await expect(refresh()).rejects.toMatchObject({ code: "connector-needs-consent" });
    expect(inShort(audited)).toEqual([
      ASKED,
      `connector.refresh outcome refused ${reason}`,
      `connector.needs-consent outcome failed ${reason}`,
    ]);
    expect(audited.map(({ actor }) => actor)).toEqual([system, system, system]);
    expect(audited[2]?.correlationId).toMatch(/^id-/);
    expect(connection()).toEqual({ ...initial, status: "needsConsent", owed: [audited[2]] });
  });

  test("but somebody stored a newer set meanwhile: that is used, and nothing is declared lost", async () => {
    const { refresh, refreshElsewhere, journal, connection, audited } = await dueAfterADay();
    let newer = "";
    journal.before("grants.refresh", async () => {
      newer = (await refreshElsewhere()).accessToken;
    });
    expect((await refresh()).accessToken).toBe(newer);
    expect(connection()?.status).toBe("connected");
    expect(inShort(audited)).toEqual([ASKED, "connector.refresh outcome refused invalid_grant"]);
  });

  test("but somebody connected another account meanwhile: that one is not touched", async () => {
    const { refresh, grants, holding, journal, connection } = await dueAfterADay();
    grants.endAll();
    journal.before("grants.refresh", () => holding({ id: "c2" }));
    await expect(refresh()).rejects.toMatchObject({ code: "connector-changed" });
    expect(connection("c2")?.status).toBe("connected");
  });

  test("and somebody changes the connection at that moment: it says so and leaves the change", async () => {
    const { refresh, grants, journal, connections, connection, audited } = await dueAfterADay();
    grants.endAll();
    journal.before("connections.update", () => connections.touch("c1", { status: "disconnecting" }));
    await expect(refresh()).rejects.toMatchObject({ code: "connector-needs-consent" });
    expect(connection()?.status).toBe("disconnecting");
    expect(audited.some(({ action }) => action === "connector.needs-consent")).toBe(false);
  });

  test("and a process that dies then loses no entry: the timer writes it", async () => {
    const { refresh, grants, journal, audited, settleOwed, connection } = await dueAfterADay();
    grants.endAll();
    journal.after("connections.update", () => journal.fail("audit.outcome"));
    await expect(refresh()).rejects.toThrow();
    await settleOwed();
    expect(inShort(audited).at(-1)).toBe("connector.needs-consent outcome failed invalid_grant");
    expect(connection()?.status).toBe("needsConsent");
  });

  test("a set that was refused is not kept in memory: a new consent with the same secret would show it", async () => {
    const { refresh, grants, stored, tokens, secrets, connections } = await dueAfterADay();
    await tokens.load(stored);
    grants.endAll();
    await expect(refresh()).rejects.toMatchObject({ code: "connector-needs-consent" });
    connections.touch("c1", { status: "connected" });
    await secrets.port.remove("tv-c1");
    await expect(tokens.load(stored)).rejects.toMatchObject({ code: "connector-needs-consent" });
  });
});

test("without an answer it is audited as unknown, and told as an outage", async () => {
  const { refresh, journal, audited, connection, initial } = await dueAfterADay();
  const cause = new Error("reset");
  journal.instead("grants.refresh", async () => ({ outcome: "unknown", cause }));
  await expect(refresh()).rejects.toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30, cause });
  expect(inShort(audited)).toEqual([ASKED, "connector.refresh outcome unknown"]);
  expect(connection()).toEqual(initial);
});

describe("The vault does not take the new set:", () => {
  test("it waits, sealed for 30 days, in its connection's row, and every process uses it", async () => {
    const { refresh, newProcess, journal, connection, grants, ports, initial, advance } = await dueAfterADay();
    journal.fail("vault.write");
    const tokens = await refresh();
    const { sealedTokens = "", ...row } = connection() ?? {};
    expect(row).toMatchObject({ secretVersion: initial.secretVersion, obtainedAt: tokens.obtainedAt });
    expect(JSON.stringify(connection())).not.toContain(tokens.accessToken);
    expect(await ports.seal.open("tokens", sealedTokens)).toEqual(tokens);
    expect((await newProcess().access.current()).accessToken).toBe(tokens.accessToken);
    expect(grants.refreshes).toHaveLength(1);
    advance(30 * DAY_MS - 1);
    expect(await ports.seal.open("tokens", sealedTokens)).toBeDefined();
    advance(1);
    expect(await ports.seal.open("tokens", sealedTokens)).toBeUndefined();
  });

  test("the timer brings it to the vault, under the connection's lease", async () => {
    const { refresh, newProcess, tokens: ours, journal, connection, secrets, ports, grants } = await dueAfterADay();
    journal.fail("vault.write");
    const tokens = await refresh();
    journal.calls.splice(0);
    await ours.saveJournaled();
    expect(journal.calls).toContain("lease.refresh-c1");
    expect([...secrets.versions()]).toEqual([["tv-c1", 2]]);
    expect(await ports.vault.read("tv-c1")).toEqual(tokens);
    expect(connection()).not.toHaveProperty("sealedTokens");
    expect(connection()?.secretVersion).toBe("2");
    expect((await newProcess().access.current()).accessToken).toBe(tokens.accessToken);
    expect(grants.refreshes).toHaveLength(1);
  });

  test("another refresh goes on from it, and the vault takes that", async () => {
    const { refresh, newProcess, journal, connection, grants, advance, ports } = await dueAfterADay();
    journal.fail("vault.write");
    const first = await refresh();
    advance(DAY_MS);
    const { accessToken } = await newProcess().access.current();
    expect(accessToken).not.toBe(first.accessToken);
    expect(grants.refreshes).toEqual([expect.anything(), { accessToken: first.accessToken, wasSpent: false }]);
    expect(connection()).not.toHaveProperty("sealedTokens");
    expect((await ports.vault.read("tv-c1"))?.accessToken).toBe(accessToken);
  });

  test("nor can it be sealed: this process knows it and stores it at the next try", async () => {
    const { refresh, journal, grants, connection } = await dueAfterADay();
    journal.fail("vault.write");
    journal.fail("seal.close");
    await expect(refresh()).rejects.toThrow("vault.write is away");
    const tokens = await refresh();
    expect(grants.isAccepted(tokens.accessToken)).toBe(true);
    expect(connection()).toMatchObject({ secretVersion: "2", obtainedAt: tokens.obtainedAt });
    expect(grants.refreshes).toHaveLength(1);
  });
});

describe("The timer that saves sealed sets", () => {
  test("does nothing while none waits, or nothing is connected", async () => {
    const empty = aConnector();
    await empty.tokens.saveJournaled();
    expect(empty.journal.calls).toEqual(["connections.read"]);
    const { tokens, journal } = await dueAfterADay();
    await tokens.saveJournaled();
    expect(journal.calls).toEqual(["connections.read"]);
  });

  test.each([
    ["saved", { sealedTokens: undefined as never }],
    ["replaced by what cannot be opened", { sealedTokens: "of another key" }],
  ])("looks again under the lease: one that was %s meanwhile is left alone", async (_what, change) => {
    const { refresh, tokens, journal, connections, secrets } = await dueAfterADay();
    journal.fail("vault.write");
    await refresh();
    journal.before("lease.refresh-c1", () => connections.touch("c1", change));
    await tokens.saveJournaled();
    expect([...secrets.versions()]).toEqual([["tv-c1", 1]]);
  });

  test("looks again under the lease: a connection that was removed meanwhile stays removed", async () => {
    const { refresh, tokens, journal, connections, secrets } = await dueAfterADay();
    journal.fail("vault.write");
    await refresh();
    journal.before("lease.refresh-c1", () => connections.delete("c1"));
    await tokens.saveJournaled();
    expect(connections.values()).toEqual([]);
    expect([...secrets.versions()]).toEqual([["tv-c1", 1]]);
  });
});

describe("The connection's row changed between storing and pointing:", () => {
  test("it keeps the change and gets the new set", async () => {
    const { refresh, journal, connections, connection, grants } = await dueAfterADay();
    journal.before("connections.update", () => connections.touch("c1", { status: "disconnecting" }));
    const tokens = await refresh();
    expect(connection()).toMatchObject({
      status: "disconnecting",
      secretVersion: "2",
      accessExpiresAt: tokens.expiresAt,
    });
    expect(grants.refreshes).toHaveLength(1);
  });

  test("it is gone: nothing is put back", async () => {
    const { refresh, journal, connections } = await dueAfterADay();
    journal.before("vault.write", () => connections.delete("c1"));
    await refresh();
    expect(connections.values()).toEqual([]);
  });

  test("it is no longer the one in use: it gets the new set there", async () => {
    const { refresh, journal, holding, connections, connection } = await dueAfterADay();
    journal.before("vault.write", async () => {
      connections.touch("c1", { status: "disconnecting" });
      await holding({ id: "c2" });
    });
    await refresh();
    expect(connection()).toMatchObject({ status: "disconnecting", secretVersion: "2" });
    expect(connection("c2")).toMatchObject({ status: "connected", secretVersion: "1" });
  });
});

describe("Reading tokens", () => {
  test("asks the vault once per set and process, however many ask", async () => {
    const { tokens, stored, journal, spent } = await dueAfterADay();
    const all = await Promise.all(Array.from({ length: 10 }, () => tokens.load(stored)));
    expect(all).toEqual(Array(10).fill(spent));
    await tokens.load(stored);
    expect(journal.countOf("vault.read")).toBe(1);
  });

  test("a set that was just stored is known", async () => {
    const { refresh, access, journal } = await dueAfterADay();
    await refresh();
    journal.calls.splice(0);
    await access.current();
    expect(journal.countOf("vault.read")).toBe(0);
  });

  test("who has the tokens in memory goes on while the vault is down; who just started does as soon as it is up", async () => {
    const { tokens, newProcess, stored, journal, spent } = await dueAfterADay();
    await tokens.load(stored);
    journal.fail("vault.read", 9);
    expect(await tokens.load(stored)).toEqual(spent);
    const fresh = newProcess().tokens;
    await expect(fresh.load(stored)).rejects.toThrow("vault.read is away");
    journal.clear();
    expect(await fresh.load(stored)).toEqual(spent);
  });

  test("when its secret is gone, consent is needed, and the audit says why", async () => {
    const { tokens, stored, secrets, connection, audited } = await dueAfterADay();
    await secrets.port.remove("tv-c1");
    await expect(tokens.load(stored)).rejects.toMatchObject({ code: "connector-needs-consent" });
    expect(connection()).toMatchObject({ status: "needsConsent", owed: audited });
    expect(inShort(audited)).toEqual(["connector.needs-consent outcome failed secret-not-readable"]);
  });

  test("when its secret is gone since the connection points elsewhere, that is read", async () => {
    const { tokens, stored, secrets, connections, ports, granted, connection } = await dueAfterADay();
    const newer = await granted();
    const secretVersion = await ports.vault.write("tv-next", "c1", newer);
    connections.touch("c1", { secretName: "tv-next", secretVersion });
    await secrets.port.remove("tv-c1");
    expect(await tokens.load(stored)).toEqual(newer);
    expect(connection()?.status).toBe("connected");
  });

  test("a sealed set comes before the vault's; one that cannot be opened, or is not whole, does not", async () => {
    const { newProcess, connections, ports, spent, granted } = await dueAfterADay();
    const sealed = await granted();
    const load = async (sealedTokens: string) => {
      connections.touch("c1", { sealedTokens });
      const { current } = await connections.port.read();
      return current && newProcess().tokens.load(current);
    };
    const sealedOf = (value: Record<string, unknown>) => ports.seal.close("tokens", value as never, DAY_MS);
    expect(await load(await sealedOf({ ...sealed }))).toEqual(sealed);
    expect(await load("of another key")).toEqual(spent);
    for (const name of Object.keys(sealed))
      for (const bad of ["", 1, undefined])
        expect(await load(await sealedOf({ ...sealed, [name]: bad }))).toEqual(spent);
  });
});
