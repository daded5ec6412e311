import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import { aConnector, ada, HOUR_MS, inShort, MINUTE_MS } from "./a-connector.ts";

const DAY_MS = 24 * HOUR_MS;
const noAnswer = async () => ({ outcome: "unknown", cause: new Error("reset") });

/** TeamViewer is connected, with a token set that lives a day. */
async function connected() {
  const connector = aConnector();
  const { tokens } = await connector.holding();
  const refreshes = () => connector.grants.refreshes.length;
  const needsConsentEntries = () => connector.audited.filter(({ action }) => action === "connector.needs-consent");
  const { current, renew, keepFresh } = connector.access;
  const token = async () => (await current()).accessToken;
  return { ...connector, tokens, refreshes, needsConsentEntries, current, renew, keepFresh, token };
}

test("access is the token with its connection and the group that sessions are filed under", async () => {
  const { current, tokens, connections } = await connected();
  expect(await current()).toEqual({ connectionId: "c1", accessToken: tokens.accessToken, groupId: "g1" });
  connections.touch("c1", { groupId: undefined as never });
  expect(await current()).toEqual({ connectionId: "c1", accessToken: tokens.accessToken, groupId: undefined });
});

test.each([
  ["nothing is connected", undefined, "connector-not-connected"],
  ["an account waits", "awaitingConfirmation", "connector-not-connected"],
  ["the connection is being removed", "disconnecting", "connector-not-connected"],
  ["it needs consent", "needsConsent", "connector-needs-consent"],
] as const)("while %s there is no access, and nothing is asked of TeamViewer", async (_what, status, code) => {
  const { access, holding, grants, advance } = aConnector();
  if (status) await holding({ status });
  advance(2 * DAY_MS);
  await expect(access.current()).rejects.toMatchObject({ code });
  await expect(access.renew({ connectionId: "c1", accessToken: "a", groupId: "g1" })).rejects.toMatchObject({ code });
  await access.keepFresh();
  expect(grants.refreshes).toEqual([]);
});

describe("A token is renewed in time:", () => {
  test("with more than two minutes left nobody refreshes, with two somebody does", async () => {
    const { token, refreshes, tokens, advance, grants } = await connected();
    advance(DAY_MS - 2 * MINUTE_MS - 1);
    expect(await token()).toBe(tokens.accessToken);
    expect(refreshes()).toBe(0);
    advance(1);
    const renewed = await token();
    expect(refreshes()).toBe(1);
    expect(renewed).not.toBe(tokens.accessToken);
    expect(grants.isAccepted(renewed)).toBe(true);
  });

  test("one that lives a minute is used for half of it, not refreshed at every request", async () => {
    const { token, refreshes, grants, advance } = await connected();
    grants.state.lifeMs = MINUTE_MS;
    advance(DAY_MS);
    for (let time = 0; time < 3; time += 1) await token();
    expect(refreshes()).toBe(1);
    advance(30_000 - 1);
    await token();
    expect(refreshes()).toBe(1);
    advance(1);
    await token();
    expect(refreshes()).toBe(2);
  });

  test("refresh after refresh the grant lives: each takes the token of the one before", async () => {
    const { token, newProcess, refreshes, grants, advance } = await connected();
    for (let day = 1; day <= 3; day += 1) {
      advance(DAY_MS);
      const [here, there] = await Promise.all([token(), newProcess().access.current()]);
      expect(there.accessToken).toBe(here);
      expect(refreshes()).toBe(day);
    }
    expect(grants.live()).toHaveLength(1);
    expect(grants.refreshes.some(({ wasSpent }) => wasSpent)).toBe(false);
  });

  test("50 callers here and 10 in two other processes ask TeamViewer once", async () => {
    const { token, newProcess, refreshes, advance, grants } = await connected();
    const others = [newProcess(), newProcess()];
    await Promise.all(others.map(({ access }) => access.current()));
    advance(DAY_MS + 1000);
    const callers = [
      ...Array.from({ length: 50 }, token),
      ...others.flatMap(({ access }) => Array.from({ length: 5 }, async () => (await access.current()).accessToken)),
    ];
    const handedOut = new Set(await Promise.all(callers));
    expect([handedOut.size, refreshes(), grants.live().length]).toEqual([1, 1, 1]);
    expect(grants.isAccepted([...handedOut][0] ?? "")).toBe(true);
  });

  test("an answer without refresh token keeps the old one, which goes on working", async () => {
    const { token, grants, advance, refreshes } = await connected();
    grants.state.mode = "non-rotating";
    const seen = new Set([await token()]);
    for (let day = 0; day < 2; day += 1) {
      advance(DAY_MS);
      seen.add(await token());
    }
    expect([seen.size, refreshes(), grants.live().length]).toEqual([3, 2, 1]);
  });
});

describe("TeamViewer refused a token:", () => {
  test("one refresh, and a new one", async () => {
    const { current, renew, refreshes, grants } = await connected();
    const refused = await current();
    const renewed = await renew(refused);
    expect(renewed).toEqual({ connectionId: "c1", accessToken: expect.any(String), groupId: "g1" });
    expect(renewed.accessToken).not.toBe(refused.accessToken);
    expect(grants.isAccepted(renewed.accessToken)).toBe(true);
    expect(refreshes()).toBe(1);
  });

  test("20 who are refused at once share one refresh; whoever comes later with the old token gets the new one", async () => {
    const { current, renew, refreshes } = await connected();
    const refused = await current();
    const renewed = new Set(
      (await Promise.all(Array.from({ length: 20 }, () => renew(refused)))).map(JSON.stringify as never),
    );
    expect([renewed.size, refreshes()]).toEqual([1, 1]);
    expect(renewed).toEqual(new Set([JSON.stringify(await renew(refused))]));
    expect(refreshes()).toBe(1);
  });

  test("and now refuses the grant: an administrator must give consent again", async () => {
    const { current, renew, grants, connection } = await connected();
    const refused = await current();
    grants.endAll();
    await expect(renew(refused)).rejects.toMatchObject({ code: "connector-needs-consent" });
    expect(connection()?.status).toBe("needsConsent");
  });

  test("and does not answer: to be tried again later", async () => {
    const { current, renew, journal, connection } = await connected();
    const refused = await current();
    journal.instead("grants.refresh", noAnswer);
    await expect(renew(refused)).rejects.toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30 });
    expect(connection()?.status).toBe("connected");
  });
});

describe("TeamViewer's sign-in does not answer for a while:", () => {
  test("the token that is still good serves on, then nobody is served, then all goes on", async () => {
    const { token, journal, advance, connection, tokens, grants, needsConsentEntries } = await connected();
    journal.instead("grants.refresh", noAnswer, 3);
    advance(DAY_MS - 90_000);
    expect(await token()).toBe(tokens.accessToken);
    advance(90_000 - 1);
    expect(await token()).toBe(tokens.accessToken);
    advance(1);
    await expect(token()).rejects.toMatchObject({
      code: "upstream-unavailable",
      message: expect.stringMatching(/Try again/),
      retryAfterSeconds: 30,
    });
    expect(connection()?.status).toBe("connected");
    expect(grants.isAccepted(await token())).toBe(true);
    expect([grants.live().length, needsConsentEntries()]).toEqual([1, []]);
  });

  test("who has a good token waits three seconds for a new one, then goes on; who comes later gets the new one", async () => {
    const { token, journal, advance, tokens, grants } = await connected();
    const answering = Promise.withResolvers<void>();
    journal.before("grants.refresh", () => answering.promise);
    journal.instead("pause.3000", async () => undefined);
    advance(DAY_MS - MINUTE_MS);
    expect(await token()).toBe(tokens.accessToken);
    answering.resolve();
    const renewed = await token();
    expect(renewed).not.toBe(tokens.accessToken);
    expect(grants.refreshes).toHaveLength(1);
  });

  test("who has none that is good waits for the end", async () => {
    const { token, journal, advance, tokens } = await connected();
    const answering = Promise.withResolvers<void>();
    journal.before("grants.refresh", () => answering.promise);
    advance(DAY_MS);
    const asked = token();
    answering.resolve();
    expect(await asked).not.toBe(tokens.accessToken);
    expect(journal.calls.filter((call) => call.startsWith("pause"))).toEqual([]);
  });

  test("a token that ends during these seconds is not handed out: its holder waits on", async () => {
    const { token, journal, advance, tokens } = await connected();
    const answering = Promise.withResolvers<void>();
    journal.before("grants.refresh", () => answering.promise);
    journal.instead("pause.3000", async () => advance(MINUTE_MS));
    advance(DAY_MS - MINUTE_MS);
    const asked = token();
    setImmediate(answering.resolve);
    const handedOut = await asked;
    expect(handedOut).not.toBe(tokens.accessToken);
  });
});

describe("The grant has ended:", () => {
  test("one token call and one audit entry, however many ask, now and later", async () => {
    const { token, newProcess, grants, advance, refreshes, needsConsentEntries, connection } = await connected();
    grants.endAll();
    advance(DAY_MS);
    const other = newProcess().access;
    const asked = [...Array.from({ length: 10 }, token), other.current(), other.current()];
    for (const one of await Promise.allSettled(asked))
      expect(one).toMatchObject({ status: "rejected", reason: { code: "connector-needs-consent" } });
    await expect(newProcess().access.current()).rejects.toMatchObject({ code: "connector-needs-consent" });
    expect(refreshes()).toBe(1);
    expect(connection()?.status).toBe("needsConsent");
    expect(inShort(needsConsentEntries())).toEqual(["connector.needs-consent outcome failed invalid_grant"]);
  });

  test("even while the old token still counts: it is not worked with any more", async () => {
    const { token, grants, advance } = await connected();
    grants.endAll();
    advance(DAY_MS - MINUTE_MS);
    await expect(token()).rejects.toMatchObject({ code: "connector-needs-consent" });
  });

  test("a new connection puts everything right", async () => {
    const { token, grants, advance, holding } = await connected();
    grants.endAll();
    advance(DAY_MS);
    await expect(token()).rejects.toMatchObject({ code: "connector-needs-consent" });
    const { tokens } = await holding({ id: "c2" });
    expect(await token()).toBe(tokens.accessToken);
  });

  test("TeamViewer took the token but its answer was lost: said at the next try, not guessed before", async () => {
    const { token, journal, advance, connection, needsConsentEntries } = await connected();
    advance(DAY_MS);
    journal.instead("grants.refresh", async (call) => {
      await call();
      return noAnswer();
    });
    await expect(token()).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(connection()?.status).toBe("connected");
    await expect(token()).rejects.toMatchObject({ code: "connector-needs-consent" });
    expect(needsConsentEntries()).toHaveLength(1);
  });
});

describe("Another account is connected meanwhile:", () => {
  test("whoever asked for access, or a renewal, gets the new account's", async () => {
    for (const ask of ["current", "renew"] as const) {
      const { access, holding, journal, advance, connections, tokens } = await connected();
      const old = { connectionId: "c1", accessToken: tokens.accessToken, groupId: "g1" };
      advance(DAY_MS);
      journal.before("lease.refresh-c1", async () => {
        connections.touch("c1", { status: "disconnecting" });
        await holding({ id: "c2", groupId: "g2" });
      });
      const { tokens: _mine, ...got } = {
        tokens,
        ...(ask === "current" ? await access.current() : await access.renew(old)),
      };
      expect(got).toMatchObject({ connectionId: "c2", groupId: "g2" });
      expect(got.accessToken).not.toBe(tokens.accessToken);
    }
  });

  test("the timer leaves it at that", async () => {
    const { keepFresh, holding, journal, advance, connections, refreshes } = await connected();
    advance(13 * HOUR_MS);
    journal.before("lease.refresh-c1", async () => {
      connections.touch("c1", { status: "disconnecting" });
      await holding({ id: "c2" });
    });
    await keepFresh();
    expect(refreshes()).toBe(0);
  });
});

describe("Disconnected meanwhile:", () => {
  test("agents are told, the timer leaves it at that, and nothing is left", async () => {
    const { access, newProcess, advance, journal, grants, secretNames, connections } = await connected();
    advance(DAY_MS - HOUR_MS);
    journal.before("lease.refresh-c1", () => newProcess().disconnect(ada, "call-1"));
    await access.keepFresh();
    expect([grants.live(), secretNames(), connections.values()]).toEqual([[], [], []]);
    await expect(access.current()).rejects.toMatchObject({ code: "connector-not-connected" });
  });

  test("while TeamViewer gave new tokens: these are revoked as well", async () => {
    const { access, newProcess, advance, journal, grants, connections, secretNames, forgetUnused } = await connected();
    advance(DAY_MS - MINUTE_MS);
    journal.after("grants.refresh", async () => {
      journal.fail("grants.revoke");
      await newProcess().disconnect(ada, "call-1");
    });
    await access.current();
    await forgetUnused();
    expect([grants.live(), connections.values(), secretNames()]).toEqual([[], [], []]);
  });
});

describe("The timer", () => {
  test("refreshes when half of a set's life is over, and not before", async () => {
    const { keepFresh, refreshes, advance } = await connected();
    advance(12 * HOUR_MS - 1);
    await keepFresh();
    expect(refreshes()).toBe(0);
    advance(1);
    await keepFresh();
    expect(refreshes()).toBe(1);
    advance(12 * HOUR_MS - 1);
    await keepFresh();
    expect(refreshes()).toBe(1);
  });

  test("fails while TeamViewer does not answer, so that it is seen", async () => {
    const { keepFresh, journal, advance, connection } = await connected();
    advance(13 * HOUR_MS);
    journal.instead("grants.refresh", noAnswer);
    await expect(keepFresh()).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(connection()?.status).toBe("connected");
    await keepFresh();
  });

  test("leaves what needs consent alone", async () => {
    const { keepFresh, refreshes, advance, connections, journal } = await connected();
    connections.touch("c1", { status: "needsConsent" });
    advance(13 * HOUR_MS);
    journal.calls.splice(0);
    await keepFresh();
    expect([refreshes(), journal.calls]).toEqual([0, ["connections.read"]]);
  });

  test("finds a grant that has ended, once", async () => {
    const { keepFresh, grants, advance, needsConsentEntries } = await connected();
    grants.endAll();
    advance(13 * HOUR_MS);
    await expect(keepFresh()).rejects.toMatchObject({ code: "connector-needs-consent" });
    await keepFresh();
    expect(needsConsentEntries()).toHaveLength(1);
  });
});

test("what else fails is told as it is", async () => {
  const { access, journal, tokens } = await connected();
  const error = new AppError("upstream-unavailable", "The vault is away.");
  journal.fail("vault.read", 3, error);
  await expect(access.current()).rejects.toBe(error);
  await expect(access.renew({ connectionId: "c1", accessToken: tokens.accessToken, groupId: "g1" })).rejects.toBe(
    error,
  );
  await expect(access.keepFresh()).rejects.toBe(error);
});
