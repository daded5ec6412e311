import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { makeSeal } from "../../lib/adapters/azure/seal.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting, connectorOf, inShort, liveGrants, revokeCalls, tokenCalls } from "../connect.ts";

const ADA = "10000000-0000-4000-8000-000000000001";

let product: TestApp;
let browser: ReturnType<typeof connecting>;

beforeAll(async () => {
  product = await startTestApp();
  browser = connecting(product);
});
beforeEach(() => product.reset());
afterAll(() => product.stop());

/** A browser that comes back from TeamViewer: the address it comes to and its cookie. */
async function onTheWayBack(decision?: string, openedAfterMs = 0) {
  const consent = await browser.asked();
  product.clock.advance(openedAfterMs);
  const started = await browser.opened(consent);
  return { ...started, id: consent.id, path: await browser.consented(started, decision) };
}

const exchanges = () => tokenCalls(product, "authorization_code");
const title = (text: string) => /<h1>([^<]*)</.exec(text)?.[1];
const statusOf = async (id: string) => {
  const row = (await product.rows("consents")).find(({ rowKey }) => rowKey === id);
  return (JSON.parse(String(row?.consent)) as { status: string }).status;
};

describe("the page", () => {
  test("leads back to the connector, with the consent that waits; its state and code are in no link", async () => {
    const { path, cookie, state, id } = await onTheWayBack();
    const { text } = await browser.cameBack(path, cookie);
    expect(/<a class="primary" href="([^"]*)"/.exec(text)?.[1]).toBe(`/portal/connector?consent=${id}`);
    expect(text).not.toContain(state);
  });

  test("leads back to the connector without a consent when none waits", async () => {
    const { path, cookie } = await onTheWayBack("deny");
    expect((await browser.cameBack(path, cookie)).text).toContain('href="/portal/connector"');
    expect((await browser.cameBack(path, cookie)).text).toContain('href="/portal/connector"');
  });

  test("says that one step is left, in the browser's language, under a policy that allows nothing", async () => {
    const { path, cookie } = await onTheWayBack();
    const answer = await browser.cameBack(path, cookie, { "accept-language": "fr-CH, en;q=0.5" });
    expect(answer.status).toBe(200);
    expect(title(answer.text)).toBe("TeamViewer a donné son accord");
    expect(answer.text).toContain('<html lang="fr"');
    expect(answer.headers.get("content-language")).toBe("fr");
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.text.replace(/<style>.*<\/style>/s, "")).not.toMatch(/<script|Contoso IT|@/);
  });

  test("takes the cookie away", async () => {
    const { path, cookie } = await onTheWayBack();
    const { cookies } = await browser.cameBack(path, cookie);
    expect(cookies).toEqual([expect.objectContaining({ name: "__Host-consent", value: "", maxAge: 0, path: "/" })]);
  });

  test("never shows what the address brought", async () => {
    const { cookie, state } = await onTheWayBack();
    const query = new URLSearchParams({ state, error: "<b>bad</b>", error_description: "<script>alert(1)</script>" });
    const answer = await browser.cameBack(`/api/connector/callback?${query}`, cookie);
    expect(answer.text).not.toMatch(/<b>|alert|bad/);
    expect(product.logs.join()).not.toMatch(/alert|<b>/);
  });
});

test("a consent brings one grant, one secret, one connection that waits, and both halves in the audit", async () => {
  const { path, cookie, state, id } = await onTheWayBack();
  await browser.cameBack(path, cookie);
  expect(exchanges()).toHaveLength(1);
  expect(liveGrants(product)).toHaveLength(1);
  expect(await product.secretNames()).toHaveLength(1);
  expect(await connectorOf(product)).toMatchObject({ status: "awaitingConfirmation" });
  expect(await statusOf(id)).toBe("awaitingConfirmation");

  const entries = (await product.audit("connector.")).slice(2);
  expect(inShort(entries)).toEqual(["connector.connect intent", "connector.connect outcome success"]);
  expect(entries.map(({ actor }) => actor)).toEqual(Array(2).fill({ id: ADA, kind: "person" }));
  const code = new URLSearchParams(path.split("?")[1]).get("code") ?? "";
  const told = JSON.stringify([entries, await product.rows("connections"), product.logs]);
  for (const secret of [code, state, cookie]) expect(told).not.toContain(secret);
  expect(JSON.stringify(entries)).not.toMatch(/Contoso|@|u7254190/);
});

test("the tokens stand in the vault alone", async () => {
  await browser.waiting();
  const [name = ""] = await product.secretNames();
  const { value = "{}" } = await product.vault.getSecret(name);
  const { accessToken, refreshToken } = JSON.parse(value) as { accessToken: string; refreshToken: string };
  const elsewhere = JSON.stringify([
    await product.rows("connections"),
    await product.rows("consents"),
    await product.audit("connector."),
    product.logs,
  ]);
  expect(accessToken).toMatch(/^\d{5}-\w{20}$/);
  expect(elsewhere).not.toContain(accessToken);
  expect(elsewhere).not.toContain(refreshToken);
});

test("of 50 callbacks at once with the same state and cookie, one exchanges the code and the grant lives", async () => {
  const { path, cookie } = await onTheWayBack();
  const processes = [product.process(), product.newProcess(), product.newProcess()];
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      processes[index % processes.length]?.request("GET", path, { headers: { cookie } }),
    ),
  );
  const statuses = answers.map((answer) => answer?.status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => status === 400)).toHaveLength(49);
  expect(exchanges()).toHaveLength(1);
  expect(liveGrants(product)).toHaveLength(1);
  expect(await product.secretNames()).toHaveLength(1);
}, 20_000);

describe("an answer that cannot be trusted makes no token call and leaves the page to say so", () => {
  const refused = async (path: string, cookie?: string) => {
    const answer = await browser.cameBack(path, cookie);
    expect(answer.status).toBe(400);
    expect(title(answer.text)).toBe("This answer cannot be used");
    expect(exchanges()).toEqual([]);
    expect(await product.secretNames()).toEqual([]);
  };

  test("no cookie; the right browser can still bring it after that", async () => {
    const { path, cookie } = await onTheWayBack();
    await refused(path);
    expect((await browser.cameBack(path, cookie)).status).toBe(200);
  });

  test("a cookie that was altered, cut or invented", async () => {
    const { path, cookie } = await onTheWayBack();
    await refused(
      path,
      cookie.replace(/.(?=.{9}$)/, (letter) => (letter === "A" ? "B" : "A")),
    );
    await refused(path, cookie.slice(0, -10));
    await refused(path, "__Host-consent=a.b.c.d.e");
    await refused(path, `${cookie}; ${cookie}`);
  });

  test("the cookie of another consent, and that of another administrator", async () => {
    const { path } = await onTheWayBack();
    await refused(path, (await onTheWayBack()).cookie);
    const other = await browser.opened(await browser.asked("Deployment script"));
    await refused(path, other.cookie);
  });

  test("a start ticket in place of the cookie", async () => {
    const { path } = await onTheWayBack();
    const { startUrl } = await browser.asked();
    await refused(path, `__Host-consent=${new URL(startUrl).searchParams.get("ticket")}`);
  });

  test("a state that is missing, unknown or of the wrong form", async () => {
    const { path, cookie } = await onTheWayBack();
    const withState = (state: string) => path.replace(/state=[^&]*/, `state=${state}`);
    await refused(path.replace(/&?state=[^&]*/, ""), cookie);
    await refused(withState("A".repeat(43)), cookie);
    await refused(withState(""), cookie);
    await refused(withState("A".repeat(42)), cookie);
    await refused(withState("%27%20or%20true"), cookie);
  });

  test("any parameter twice or over 2048 characters, even one that nobody knows", async () => {
    const { path, cookie, state } = await onTheWayBack();
    await refused(`${path}&state=${state}`, cookie);
    await refused(`${path}&code=other`, cookie);
    await refused(`${path}&extra=1&extra=2`, cookie);
    await refused(`${path}&extra=${"x".repeat(2049)}`, cookie);
    expect((await browser.cameBack(`${path}&extra=${"x".repeat(2048)}`, cookie)).status).toBe(200);
  });

  test("ten minutes and a second after the consent was asked for", async () => {
    const { path, cookie } = await onTheWayBack("allow", 30_000);
    product.clock.advance(9 * 60_000 + 31_000);
    await refused(path, cookie);
  });

  test("a cookie that we sealed ourselves, for this consent with another nonce or for another one with this nonce", async () => {
    const { path, cookie, id } = await onTheWayBack();
    const { value: key = "" } = await product.vault.getSecret("state-key");
    const seal = makeSeal({ stateKey: async () => key, now: product.clock.now });
    const opened = await seal.open("cookie", cookie.slice("__Host-consent=".length));
    const sealed = async (value: Record<string, string>) =>
      `__Host-consent=${await seal.close("cookie", value, 60_000)}`;
    const nonce = String(opened?.nonce);
    await refused(path, await sealed({ id, nonce: nonce.toLowerCase() }));
    await refused(path, await sealed({ id: "0".repeat(64), nonce }));
    await refused(path, await sealed({ id }));
    expect((await browser.cameBack(path, await sealed({ id, nonce }))).status).toBe(200);
  });

  test("a state that was used before", async () => {
    const { path, cookie } = await onTheWayBack("deny");
    await browser.cameBack(path, cookie);
    await refused(path, cookie);
    const { state } = Object.fromEntries(new URLSearchParams(path.split("?")[1]));
    await refused(`/api/connector/callback?code=abcdefgh&state=${state}`, cookie);
  });
});

test("a second before the ten minutes are over the answer still counts", async () => {
  const { path, cookie } = await onTheWayBack("allow", 30_000);
  product.clock.advance(9 * 60_000 + 29_000);
  expect((await browser.cameBack(path, cookie)).status).toBe(200);
  expect(exchanges()).toHaveLength(1);
});

describe("when TeamViewer says no", () => {
  test("a refused consent uses up the state, says so, and is audited as refused", async () => {
    const { path, cookie, id } = await onTheWayBack("deny");
    const answer = await browser.cameBack(path, cookie);
    expect(answer.status).toBe(200);
    expect(title(answer.text)).toBe("TeamViewer was not connected");
    expect(await statusOf(id)).toBe("refused");
    expect(exchanges()).toEqual([]);
    const entries = (await product.audit("connector.")).slice(2);
    expect(inShort(entries)).toEqual(["connector.connect intent", "connector.connect outcome refused"]);
    expect(entries[1]?.reason).toBe("access_denied");
  });

  test.each([
    ["no code", ""],
    ["an empty code", "code=&"],
    ["an error of its own", "error=server_error&error_description=Contoso&"],
  ])("%s counts as refused; its text is not kept", async (_what, query) => {
    const { cookie, state } = await onTheWayBack();
    const answer = await browser.cameBack(`/api/connector/callback?${query}state=${state}`, cookie);
    expect(title(answer.text)).toBe("TeamViewer was not connected");
    expect(exchanges()).toEqual([]);
    const entries = await product.audit("connector.");
    expect(inShort(entries).at(-1)).toBe("connector.connect outcome refused");
    expect(JSON.stringify(entries)).not.toMatch(/server_error|Contoso/);
  });

  test("a code it does not know: failed, nothing kept", async () => {
    const { path, cookie, id } = await onTheWayBack();
    const answer = await browser.cameBack(path.replace(/code=\w+/, "code=unknown1"), cookie);
    expect(answer.status).toBe(502);
    expect(title(answer.text)).toBe("TeamViewer could not be connected");
    expect(await statusOf(id)).toBe("failed");
    expect((await product.audit("connector.")).at(-1)).toMatchObject({ result: "failed", reason: "invalid_grant" });
  });

  test("its account cannot be read: failed, the grant is revoked, its secret deleted, nothing waits", async () => {
    product.around.teamviewer.addFault({ path: "/account$", status: 500, times: 0 });
    const { path, cookie, id } = await onTheWayBack();
    const answer = await browser.cameBack(path, cookie);
    expect(title(answer.text)).toBe("TeamViewer could not be connected");
    expect(revokeCalls(product)).toHaveLength(1);
    expect(liveGrants(product)).toEqual([]);
    expect(await product.secretNames()).toEqual([]);
    expect(await connectorOf(product)).toEqual({ status: "notConnected" });
    expect(await statusOf(id)).toBe("failed");
    expect((await product.audit("connector.")).at(-1)).toMatchObject({ reason: "account-not-readable" });
  });

  test("neither account nor revocation works: nothing is usable, and the timer revokes and deletes it later", async () => {
    product.around.teamviewer.addFault({ path: "/account$", status: 500, times: 0 });
    product.around.teamviewer.addFault({ path: "/revoke$", status: 500, times: 0 });
    const { path, cookie } = await onTheWayBack();
    expect((await browser.cameBack(path, cookie)).status).toBe(502);
    expect(await connectorOf(product)).toEqual({ status: "notConnected" });
    product.clearFaults();
    await product.runTimer("follow-sessions");
    expect(liveGrants(product)).toEqual([]);
    expect(await product.secretNames()).toEqual([]);
    expect(await connectorOf(product)).toEqual({ status: "notConnected" });
  });

  test("its token endpoint breaks off: failed, no second try with the same code", async () => {
    product.around.teamviewer.addFault({ path: "/oauth2/token", behaviour: "reset", times: 0 });
    const { path, cookie } = await onTheWayBack();
    const answer = await browser.cameBack(path, cookie);
    expect(answer.status).toBe(502);
    expect(exchanges()).toHaveLength(1);
    expect((await product.audit("connector.")).at(-1)).toMatchObject({ result: "failed", reason: "no-answer" });
  });

  test("its groups cannot be read: connected all the same", async () => {
    product.around.teamviewer.addFault({ path: "/groups", status: 403, times: 0 });
    await browser.connected();
    expect(await connectorOf(product)).toMatchObject({ status: "connected" });
  });
});

test("the vault does not take the tokens: failed, and the grant is revoked", async () => {
  const { path, cookie } = await onTheWayBack();
  product.around.vault.addFault({ method: "PUT", status: 403, times: 0 });
  const answer = await browser.cameBack(path, cookie);
  expect(answer.status).toBe(502);
  expect(liveGrants(product)).toEqual([]);
  expect(await connectorOf(product)).toEqual({ status: "notConnected" });
});

test("a client secret that was renewed in the vault is used at once, not after the minutes it is remembered", async () => {
  const name = "teamviewer-client-secret";
  const comeBack = async () => {
    const started = await browser.opened(await browser.asked());
    return title((await browser.cameBack(await browser.consented(started), started.cookie)).text);
  };
  const { value = "" } = await product.vault.getSecret(name);
  await product.vault.setSecret(name, "the secret before");
  expect(await comeBack()).toBe("TeamViewer could not be connected");
  await product.vault.setSecret(name, value);
  expect(await comeBack()).toBe("TeamViewer agreed");
  expect(exchanges()).toHaveLength(3);
});
