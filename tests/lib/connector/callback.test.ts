import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { CallbackInput } from "../../../lib/connector/callback.ts";
import { aConnector, ada, inShort, MINUTE_MS, START } from "./a-connector.ts";

/** A browser that comes back from TeamViewer with a code. */
async function onTheWayBack() {
  const connector = aConnector();
  const { id, startUrl } = await connector.enable(ada, "3", "call-1");
  const { location, cookie } = await connector.start(new URL(startUrl).searchParams.get("ticket") ?? "");
  const state = new URL(location).searchParams.get("state") ?? "";
  connector.audited.splice(0);
  const input: CallbackInput = {
    state,
    code: connector.grants.consent(),
    error: undefined,
    cookie,
    correlationId: "call-2",
  };
  const statusOf = () => connector.consents.find(id)?.value.status;
  return { ...connector, id, input, statusOf };
}

describe("TeamViewer agreed", () => {
  test("one grant, one secret, one connection that waits a quarter of an hour for its confirmation", async () => {
    const { callback, input, id, connections, consents, secrets, grants, advance } = await onTheWayBack();
    advance(MINUTE_MS);
    expect(await callback(input)).toBe("awaitingConfirmation");
    const [connection] = connections.values();
    const at = new Date(START + MINUTE_MS).toISOString();
    expect(connection).toEqual({
      id: expect.stringMatching(/^id-/),
      status: "awaitingConfirmation",
      consentId: id,
      secretName: expect.stringMatching(/^tv-id-/),
      secretVersion: "1",
      obtainedAt: at,
      accessExpiresAt: new Date(START + 24 * 60 * MINUTE_MS + MINUTE_MS).toISOString(),
      account: { id: "u1", name: "Contoso Support", company: "Contoso", email: "support@contoso.example" },
      groupId: "g1",
      termsVersion: "3",
      connectedBy: "ada",
      connectedAt: at,
      confirmBefore: new Date(START + 16 * MINUTE_MS).toISOString(),
      owed: [expect.objectContaining({ action: "connector.connect", phase: "outcome", result: "success" })],
    });
    expect(consents.values()).toEqual([
      expect.objectContaining({
        status: "awaitingConfirmation",
        connectionId: connection?.id,
        secretName: connection?.secretName,
        usedAt: at,
      }),
    ]);
    expect(connection?.secretName).not.toContain(String(connection?.id));
    expect([...secrets.versions()]).toEqual([[connection?.secretName, 1]]);
    expect(grants.live()).toHaveLength(1);
  });

  test("the state is used up, and where the tokens go is known, before any call leaves", async () => {
    const { callback, input, consents, audited, journal, ports } = await onTheWayBack();
    journal.before("grants.exchange", () => {
      expect(consents.values()).toEqual([
        expect.objectContaining({
          status: "used",
          usedAt: ports.now().toISOString(),
          secretName: expect.stringMatching(/^tv-id-/),
        }),
      ]);
      expect(inShort(audited)).toEqual(["connector.connect intent"]);
    });
    await callback(input);
    expect(journal.countOf("grants.exchange")).toBe(1);
  });

  test("calls stand four deep: what need not wait for another goes out beside it", async () => {
    const { callback, input, journal } = await onTheWayBack();
    const before = journal.calls.length;
    await callback(input);
    expect(journal.calls.slice(before + 1).map((call) => call.split(".").join(" "))).toEqual([
      ...["consents update", "audit intent"],
      "grants exchange",
      ...["grants account", "grants groupId", "vault write"],
      ...["connections add", "audit outcome", "consents update"],
    ]);
  });

  test("the audit tells who connected, before and after", async () => {
    const { callback, input, audited } = await onTheWayBack();
    await callback(input);
    expect(inShort(audited)).toEqual(["connector.connect intent", "connector.connect outcome success"]);
    for (const { actor, correlationId } of audited)
      expect([actor, correlationId]).toEqual([{ id: "ada", kind: "person" }, "call-2"]);
  });

  test.each([
    ["cannot be read", () => Promise.reject(new Error("groups are away"))],
    ["does not exist", async () => undefined],
  ])("its group %s: connected all the same, without one", async (_what, instead) => {
    const { callback, input, connections, journal } = await onTheWayBack();
    journal.instead("grants.groupId", instead);
    expect(await callback(input)).toBe("awaitingConfirmation");
    expect(connections.values()[0]).not.toHaveProperty("groupId");
  });

  test("without an audit no code is exchanged", async () => {
    const { callback, input, journal } = await onTheWayBack();
    journal.fail("audit.intent");
    await expect(callback(input)).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(journal.countOf("grants.exchange")).toBe(0);
  });
});

describe("An answer that cannot be trusted is invalid: nothing is asked, and the right browser can still bring it", () => {
  const invalid = async (
    { callback, input, statusOf, journal }: Awaited<ReturnType<typeof onTheWayBack>>,
    changes: Partial<CallbackInput>,
  ) => {
    expect(await callback({ ...input, ...changes })).toBe("invalid");
    expect(statusOf()).toBe("started");
    expect(journal.countOf("grants.exchange")).toBe(0);
  };

  test.each<[string, Partial<CallbackInput>]>([
    ["without state", { state: undefined }],
    ["with an empty state", { state: "" }],
    ["with another state", { state: "A".repeat(43) }],
    ["with a state of 42 characters", { state: "A".repeat(42) }],
    ["with more in front of a state", { state: `x${"A".repeat(43)}` }],
    ["without cookie", { cookie: undefined }],
    ["with an empty cookie", { cookie: "" }],
    ["with a cookie that is not ours", { cookie: "a.b.c.d.e" }],
  ])("%s", async (_what, changes) => {
    const browser = await onTheWayBack();
    await invalid(browser, changes);
    expect(await browser.callback(browser.input)).toBe("awaitingConfirmation");
  });

  test("a state of the wrong form is not even looked up", async () => {
    const { callback, input, journal } = await onTheWayBack();
    const before = journal.calls.length;
    const { state = "" } = input;
    for (const wrong of [`${state}A`, `A${state}`, "' or true", undefined, ""])
      expect(await callback({ ...input, state: wrong })).toBe("invalid");
    expect(await callback({ ...input, cookie: undefined })).toBe("invalid");
    expect(journal.calls.slice(before)).toEqual([]);
  });

  test("with a cookie of another consent, of another nonce, or that misses one of both", async () => {
    const browser = await onTheWayBack();
    const { ports, id, input } = browser;
    const sealed = (value: Record<string, string>) => ports.seal.close("cookie", value, MINUTE_MS);
    const nonce = String((await ports.seal.open("cookie", input.cookie ?? ""))?.nonce);
    await invalid(browser, { cookie: await sealed({ id: "0".repeat(64), nonce }) });
    await invalid(browser, { cookie: await sealed({ id, nonce: nonce.toUpperCase() }) });
    await invalid(browser, { cookie: await sealed({ id }) });
    await invalid(browser, { cookie: await sealed({ nonce }) });
    expect(await browser.callback({ ...input, cookie: await sealed({ id, nonce }) })).toBe("awaitingConfirmation");
  });

  test("with a sealed cookie that holds something else than texts", async () => {
    const browser = await onTheWayBack();
    const { journal, id } = browser;
    journal.instead("seal.open", async () => ({ id, nonce: 1 }));
    await invalid(browser, {});
    journal.instead("seal.open", async () => ({ id: 1, nonce: "nonce" }));
    await invalid(browser, {});
  });

  test("with a start ticket in place of the cookie", async () => {
    const browser = await onTheWayBack();
    const { startUrl } = await browser.enable(ada, "3", "call-3");
    await invalid(browser, { cookie: new URL(startUrl).searchParams.get("ticket") ?? "" });
  });

  test("for a consent that is gone, or that no browser has started", async () => {
    const { callback, input, consents, id, journal } = await onTheWayBack();
    consents.touch(id, { status: "pending" });
    expect(await callback(input)).toBe("invalid");
    const [consent] = consents.values();
    if (!consent) throw new Error("no consent");
    const { nonceHash: _gone, ...unbound } = consent;
    consents.put({ ...unbound, status: "started" });
    expect(await callback(input)).toBe("invalid");
    consents.delete(id);
    expect(await callback(input)).toBe("invalid");
    expect(journal.countOf("grants.exchange")).toBe(0);
  });

  test("once the ten minutes are over, to the millisecond", async () => {
    const browser = await onTheWayBack();
    const { ports, input, consents, id, advance } = browser;
    const opened = await ports.seal.open("cookie", input.cookie ?? "");
    const sealed = (value: unknown) => ports.seal.close("cookie", value as never, 6e6);
    advance(10 * MINUTE_MS);
    await invalid(browser, { cookie: await sealed(opened) });
    const cookie = await sealed({ id, nonce: opened?.nonce });
    consents.touch(id, { expiresAt: new Date(START + 10 * MINUTE_MS + 1).toISOString() });
    expect(await browser.callback({ ...input, cookie })).toBe("awaitingConfirmation");
  });
});

describe("A state works once", () => {
  test("the second answer is invalid, whatever the first one said", async () => {
    const { callback, input, journal } = await onTheWayBack();
    expect(await callback({ ...input, code: undefined, error: "access_denied" })).toBe("refused");
    expect(await callback(input)).toBe("invalid");
    expect(journal.countOf("grants.exchange")).toBe(0);
  });

  test("of many answers at once, in two processes, one exchanges the code", async () => {
    const { callback, newProcess, input, grants, journal } = await onTheWayBack();
    const other = newProcess();
    const outcomes = await Promise.all([
      callback(input),
      other.callback(input),
      callback(input),
      other.callback(input),
    ]);
    expect(outcomes.sort()).toEqual(["awaitingConfirmation", "invalid", "invalid", "invalid"]);
    expect(journal.countOf("grants.exchange")).toBe(1);
    expect(grants.live()).toHaveLength(1);
  });

  test("the audit tells of an answer that came again, and that it was one", async () => {
    const { callback, input, audited } = await onTheWayBack();
    await callback(input);
    await callback({ ...input, correlationId: "call-3" });
    expect(inShort(audited.slice(2))).toEqual(["connector.connect intent", "connector.connect outcome replayed"]);
  });

  test("storage that does not take it: nothing leaves, and the audit says that it failed", async () => {
    const { callback, input, audited, journal } = await onTheWayBack();
    journal.fail("consents.update");
    await expect(callback(input)).rejects.toThrow("consents.update is away");
    expect(journal.countOf("grants.exchange")).toBe(0);
    expect(inShort(audited)).toEqual(["connector.connect intent", "connector.connect outcome failed storage"]);
  });
});

describe("TeamViewer said no", () => {
  test.each<[string, Partial<CallbackInput>, string]>([
    ["the administrator refused", { code: undefined, error: "access_denied" }, "access_denied"],
    ["an error of its own beside a code", { error: "server_error Contoso" }, "no-code"],
    ["an empty error beside a code", { error: "" }, "no-code"],
    ["no code", { code: undefined }, "no-code"],
    ["an empty code", { code: "" }, "no-code"],
  ])("%s: refused, audited without its text", async (_what, changes, reason) => {
    const { callback, input, audited, statusOf, journal, connections } = await onTheWayBack();
    expect(await callback({ ...input, ...changes })).toBe("refused");
    expect(statusOf()).toBe("refused");
    expect(inShort(audited)).toEqual(["connector.connect intent", `connector.connect outcome refused ${reason}`]);
    expect(journal.countOf("grants.exchange")).toBe(0);
    expect(connections.values()).toEqual([]);
  });

  test("a code that it does not know: failed, nothing kept", async () => {
    const { callback, input, audited, statusOf, secretNames, connections } = await onTheWayBack();
    expect(await callback({ ...input, code: "unknown" })).toBe("failed");
    expect(statusOf()).toBe("failed");
    expect(inShort(audited).at(-1)).toBe("connector.connect outcome failed invalid_grant");
    expect([secretNames(), connections.values()]).toEqual([[], []]);
  });

  test("no answer to the exchange: failed, the code is not tried twice", async () => {
    const { callback, input, audited, statusOf, journal } = await onTheWayBack();
    journal.instead("grants.exchange", async () => ({ outcome: "unknown", cause: new Error("reset") }));
    expect(await callback(input)).toBe("failed");
    expect(statusOf()).toBe("failed");
    expect(inShort(audited).at(-1)).toBe("connector.connect outcome failed no-answer");
    expect(journal.countOf("grants.exchange")).toBe(1);
  });
});

describe("Of a grant that cannot be used nothing is left", () => {
  test("its account cannot be read: revoked, its secret deleted, nothing waits", async () => {
    const { callback, input, audited, statusOf, journal, grants, secretNames, connections, id } = await onTheWayBack();
    journal.fail("grants.account");
    journal.before("grants.revoke", () =>
      expect(connections.values()).toEqual([
        expect.objectContaining({
          status: "disconnecting",
          account: { id: "", name: "", company: "", email: "" },
          consentId: id,
        }),
      ]),
    );
    expect(await callback(input)).toBe("failed");
    expect(journal.countOf("grants.revoke")).toBe(1);
    expect(statusOf()).toBe("failed");
    expect(inShort(audited).at(-1)).toBe("connector.connect outcome failed account-not-readable");
    expect([grants.live(), secretNames(), connections.values()]).toEqual([[], [], []]);
  });

  test("neither account nor revocation answers: the timer revokes and deletes it later", async () => {
    const { callback, input, journal, grants, secretNames, connections, forgetUnused } = await onTheWayBack();
    journal.fail("grants.account");
    journal.fail("grants.revoke");
    expect(await callback(input)).toBe("failed");
    expect(connections.values()).toEqual([expect.objectContaining({ status: "disconnecting" })]);
    await forgetUnused();
    expect([grants.live(), secretNames(), connections.values()]).toEqual([[], [], []]);
  });

  test("the vault does not take the tokens: they are revoked at once", async () => {
    const { callback, input, statusOf, journal, grants, connections } = await onTheWayBack();
    journal.fail("vault.write");
    expect(await callback(input)).toBe("failed");
    expect(statusOf()).toBe("failed");
    expect([grants.live(), connections.values()]).toEqual([[], []]);
  });

  test("the connection cannot be stored: revoked, deleted, and the failure is told", async () => {
    const { callback, input, journal, grants, secretNames } = await onTheWayBack();
    journal.fail("connections.add");
    await expect(callback(input)).rejects.toThrow("connections.add is away");
    expect([grants.live(), secretNames()]).toEqual([[], []]);
  });

  test("the connection cannot be stored after the audit told of it: that it was undone is told by itself", async () => {
    const { callback, input, journal, audited } = await onTheWayBack();
    journal.fail("connections.add");
    await expect(callback(input)).rejects.toThrow();
    expect(inShort(audited)).toEqual([
      "connector.connect intent",
      "connector.connect outcome success",
      "connector.forget intent",
      "connector.forget outcome success not-completed",
    ]);
  });

  test("the connection cannot be stored and nothing else can be done: the timer revokes and deletes it", async () => {
    const { callback, input, journal, grants, secretNames, advance, forgetConsents } = await onTheWayBack();
    journal.fail("connections.add");
    journal.fail("connections.read");
    await expect(callback(input)).rejects.toThrow();
    expect(grants.live()).toHaveLength(1);
    advance(3 * MINUTE_MS + 1);
    await forgetConsents();
    expect([grants.live(), secretNames()]).toEqual([[], []]);
  });

  test("the outcome cannot be written: it is owed, and the timer writes it", async () => {
    const { callback, input, journal, audited, settleOwed } = await onTheWayBack();
    journal.fail("audit.outcome");
    expect(await callback(input)).toBe("awaitingConfirmation");
    await settleOwed();
    expect(inShort(audited)).toEqual(["connector.connect intent", "connector.connect outcome success"]);
  });
});

test("the nonce is stored as a hash: who reads the table cannot make the cookie", async () => {
  const { ports, input, consents } = await onTheWayBack();
  const nonce = String((await ports.seal.open("cookie", input.cookie ?? ""))?.nonce);
  const [consent] = consents.values();
  expect(consent?.nonceHash).toBe(createHash("sha256").update(nonce).digest("hex"));
  expect(JSON.stringify(consent)).not.toContain(nonce);
});
