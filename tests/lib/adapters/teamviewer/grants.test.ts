import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startTeamViewer, type TeamViewerStandIn } from "../../../../infra/local/teamviewer/start.ts";
import { makeOutbound, type Outbound, type OutboundRequest } from "../../../../lib/adapters/outbound.ts";
import { makeTeamViewerGrants } from "../../../../lib/adapters/teamviewer/grants.ts";
import type { TeamViewerGrants, TokenAnswer, TokenSet } from "../../../../lib/connector/ports.ts";

const NOW = new Date("2026-11-22T10:00:00Z");
const DAY_SECONDS = 86_400;
const redirectUri = "https://connector.example/api/connector/callback";
const app = { clientId: "123456-app", clientSecret: "s+cret/%&=", redirectUri };

let teamviewer: TeamViewerStandIn;
let grants: TeamViewerGrants;

beforeAll(async () => {
  teamviewer = await startTeamViewer({ port: 0, ...app });
});
beforeEach(() => {
  teamviewer.journal.splice(0);
  grants = grantsWith(app.clientSecret);
});
afterEach(() => {
  teamviewer.clearFaults();
  teamviewer.setMode({ refresh: "rotating", accessTokenSeconds: DAY_SECONDS });
});
afterAll(() => teamviewer.close());

type Changes = { clientSecret?: (refused?: string) => Promise<string>; outbound?: Outbound };

function grantsWith(secret: string, changes: Changes = {}) {
  return makeTeamViewerGrants({
    loginUrl: teamviewer.url,
    apiUrl: teamviewer.url,
    clientId: app.clientId,
    clientSecret: async () => secret,
    redirectUri,
    outbound: makeOutbound([teamviewer.url]),
    now: () => NOW,
    ...changes,
  });
}

/** The code that TeamViewer sends back when the account's owner allows. */
async function consent(account = "u7254190") {
  const form = new URLSearchParams(new URL(grants.authorizeUrl("state")).searchParams);
  form.set("decision", "allow");
  form.set("account", account);
  const answer = await fetch(`${teamviewer.url}/oauth2/authorize`, { method: "POST", body: form, redirect: "manual" });
  return new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
}

function granted(answer: TokenAnswer): TokenSet {
  if (answer.outcome !== "granted") throw new Error(`not granted but ${JSON.stringify(answer)}`);
  return answer.tokens;
}

const connect = async (account?: string) => granted(await grants.exchange(await consent(account)));
const tokenFault = (fault: Parameters<TeamViewerStandIn["addFault"]>[0]) =>
  teamviewer.addFault({ path: "/oauth2/token$", times: 0, ...fault });

describe("the consent page's address", () => {
  test("names our app, our address, the state and what TeamViewer wants", () => {
    const url = new URL(grants.authorizeUrl("s/ +&"));
    expect(url.pathname).toBe("/oauth2/authorize");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: app.clientId,
      redirect_uri: redirectUri,
      state: "s/ +&",
      display: "popup",
    });
  });
});

describe("exchanging a code", () => {
  test("gives a token set whose times follow our clock; the call is a form with the app's secret, once", async () => {
    const code = await consent();
    const tokens = granted(await grants.exchange(code));
    expect(tokens).toEqual({
      accessToken: expect.stringMatching(/^\d{5}-\w{20}$/),
      refreshToken: expect.stringMatching(/^\d{5}-\w{20}$/),
      obtainedAt: "2026-11-22T10:00:00.000Z",
      expiresAt: "2026-11-23T10:00:00.000Z",
    });
    const calls = teamviewer.journal.filter(({ path }) => path.endsWith("/token"));
    expect(calls).toHaveLength(1);
    expect(calls[0]?.headers["content-type"]).toMatch(/^application\/x-www-form-urlencoded/);
    expect(Object.fromEntries(new URLSearchParams(calls[0]?.body))).toEqual({
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      client_id: app.clientId,
      client_secret: app.clientSecret,
    });
  });

  test("a code that was used or is unknown is refused for good", async () => {
    const code = await consent();
    await grants.exchange(code);
    expect(await grants.exchange(code)).toEqual({ outcome: "refused", reason: "invalid_grant" });
    expect(await grants.exchange("unknown1")).toEqual({ outcome: "refused", reason: "invalid_grant" });
  });

  test("the wrong secret is refused for good", async () => {
    expect(await grantsWith("other").exchange(await consent())).toEqual({
      outcome: "refused",
      reason: "invalid_client",
    });
  });
});

describe("refreshing", () => {
  test("gives a new pair, and the old refresh token is spent", async () => {
    const first = await connect();
    const second = granted(await grants.refresh(first));
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(await grants.refresh(first)).toEqual({ outcome: "refused", reason: "invalid_grant" });
  });

  test("an answer without refresh token keeps the old one", async () => {
    const first = await connect();
    teamviewer.setMode({ refresh: "non-rotating" });
    expect(granted(await grants.refresh(first)).refreshToken).toBe(first.refreshToken);
  });

  test.each([
    [3600, 3600],
    ["3600", 3600],
    [undefined, DAY_SECONDS],
    ["soon", DAY_SECONDS],
    [null, DAY_SECONDS],
    [0, 60],
    [-1, 60],
    [59.5, 60],
    [1e12, 30 * DAY_SECONDS],
  ])("expires_in %p counts as %i seconds", async (expires_in, seconds) => {
    const first = await connect();
    tokenFault({ status: 200, body: { access_token: "a", refresh_token: "r", expires_in } });
    const { expiresAt } = granted(await grants.refresh(first));
    expect(Date.parse(expiresAt) - NOW.getTime()).toBe(seconds * 1000);
  });

  test.each([
    ["500 with invalid_grant", { status: 500, body: { error: "invalid_grant" } }],
    ["400 with another error", { status: 400, body: { error: "invalid_request" } }],
    ["400 without JSON", { status: 400, body: "<html>" }],
    ["429", { status: 429 }],
    ["200 without JSON", { status: 200, body: "<html>" }],
    ["200 without an access token", { status: 200, body: { refresh_token: "r" } }],
    ["200 with an empty access token", { status: 200, body: { access_token: "" } }],
    ["204", { status: 204 }],
    ["a redirect", { status: 302, headers: { location: "https://evil.example" } }],
    ["more than a megabyte", { status: 200, body: "x".repeat(1024 * 1024 + 1) }],
    ["a broken connection", { behaviour: "reset" as const }],
    ["a lost answer", { behaviour: "reset-after" as const }],
  ])("%s: nobody can tell what happened, and it is asked once", async (_what, fault) => {
    const first = await connect();
    teamviewer.journal.splice(0);
    tokenFault(fault);
    expect(await grants.refresh(first)).toMatchObject({ outcome: "unknown", cause: expect.any(Error) });
    expect(teamviewer.journal).toHaveLength(1);
  });

  test("what went wrong is told without tokens or secrets", async () => {
    const first = await connect();
    tokenFault({ status: 500, body: { error: first.refreshToken } });
    const { cause } = (await grants.refresh(first)) as { cause: Error };
    expect(`${cause.message} ${cause.stack}`).not.toMatch(new RegExp(`${first.refreshToken}|s\\+cret`));
  });

  test("invalid_client and unauthorized_client are final, whatever the status below 500", async () => {
    const first = await connect();
    for (const [status, error] of [
      [401, "invalid_client"],
      [403, "unauthorized_client"],
    ] as const) {
      teamviewer.clearFaults();
      tokenFault({ status, body: { error } });
      expect(await grants.refresh(first)).toEqual({ outcome: "refused", reason: error });
    }
  });
});

describe("revoking", () => {
  test("ends the grant; again it is true without an error", async () => {
    const tokens = await connect();
    expect(await grants.revoke(tokens.accessToken)).toBe(true);
    expect(teamviewer.grants().at(-1)).toMatchObject({ live: false, endedBy: "revoked" });
    expect(await grants.revoke(tokens.accessToken)).toBe(true);
    expect(await grants.refresh(tokens)).toEqual({ outcome: "refused", reason: "invalid_grant" });
  });

  const page = { status: 200, headers: { "content-type": "text/html" }, body: "<html>A proxy speaks</html>" };
  test.each([{ status: 500 }, { status: 403 }, { status: 429 }, page, { behaviour: "reset" as const }])(
    "%p: false, to be tried again",
    async (fault) => {
      const tokens = await connect();
      teamviewer.addFault({ path: "/revoke$", ...fault });
      expect(await grants.revoke(tokens.accessToken)).toBe(false);
    },
  );
});

describe("the account behind a token", () => {
  test("is read with id, name, company and e-mail; what is missing is empty", async () => {
    const { accessToken } = await connect("u8311027");
    const fabrikam = { id: "u8311027", name: "Fabrikam Support", company: "Fabrikam Inc" };
    expect(await grants.account(accessToken)).toEqual({ ...fabrikam, email: "support@fabrikam.example" });
    teamviewer.addFault({ path: "/account$", status: 200, body: { userid: "u1", name: null } });
    expect(await grants.account(accessToken)).toEqual({ id: "u1", name: "", company: "", email: "" });
  });

  test("that cannot be read is an error that says so", async () => {
    const { accessToken } = await connect();
    teamviewer.addFault({ path: "/account$", status: 200, body: { name: "no id" } });
    await expect(grants.account(accessToken)).rejects.toMatchObject({ code: "upstream-invalid" });
    await expect(grants.account("12345-unknown")).rejects.toMatchObject({ isTokenRefused: true });
  });
});

describe("the group of our sessions", () => {
  test("is made once and found afterwards, by its whole name", async () => {
    const { accessToken } = await connect();
    const id = await grants.groupId(accessToken);
    expect(id).toMatch(/^g\d+$/);
    expect(await grants.groupId(accessToken)).toBe(id);
    const groups = [{ id: "g1", name: "Intune remote assistance (old)" }];
    teamviewer.addFault({ method: "GET", path: "/groups$", status: 200, body: { groups } });
    teamviewer.addFault({ method: "POST", path: "/groups$", status: 200, body: { id: "g2", name: "new" } });
    expect(await grants.groupId(accessToken)).toBe("g2");
  });

  test.each([
    { status: 403 },
    { status: 200, body: { groups: "none" } },
    { status: 200, body: { groups: [{ id: "xg1", name: "Intune remote assistance" }] } },
    { status: 200, body: { groups: [{ id: "g1/x", name: "Intune remote assistance" }] } },
    { behaviour: "reset" as const },
  ])("%p: unknown, without an error", async (fault) => {
    const { accessToken } = await connect();
    teamviewer.addFault({ path: "/groups$", times: 0, ...fault });
    expect(await grants.groupId(accessToken)).toBeUndefined();
  });
});

describe("A client secret that was changed since it was read", () => {
  const secretsSent = () =>
    teamviewer.journal
      .filter(({ path }) => path.endsWith("/token"))
      .map(({ body }) => new URLSearchParams(body).get("client_secret"));
  /** A secret of which TeamViewer's refusal brings the newest, and which refusals were told. */
  const changing = (newest: string) => {
    const refusals: (string | undefined)[] = [];
    const clientSecret = async (refused?: string) => {
      refusals.push(refused);
      return refused === undefined ? "old secret" : newest;
    };
    return { refusals, grants: grantsWith("", { clientSecret }) };
  };

  test("is read anew after its refusal, and the call made once more", async () => {
    const code = await consent();
    const { refusals, grants } = changing(app.clientSecret);
    const first = granted(await grants.exchange(code));
    expect(secretsSent()).toEqual(["old secret", app.clientSecret]);
    expect(refusals).toEqual([undefined, "old secret"]);
    teamviewer.setMode({ refresh: "non-rotating" });
    expect(granted(await grants.refresh(first)).refreshToken).toBe(first.refreshToken);
  });

  test("ends the call after its refusal when there is no newer one", async () => {
    const { grants } = changing("old secret");
    const code = await consent();
    expect(await grants.exchange(code)).toEqual({ outcome: "refused", reason: "invalid_client" });
    expect(secretsSent()).toEqual(["old secret"]);
  });

  test("ends the call after the newer one is refused too", async () => {
    const { grants } = changing("newer, still wrong");
    const code = await consent();
    expect(await grants.exchange(code)).toEqual({ outcome: "refused", reason: "invalid_client" });
    expect(secretsSent()).toEqual(["old secret", "newer, still wrong"]);
  });

  test.each([
    ["invalid_grant", { status: 400, body: { error: "invalid_grant" } }],
    ["unauthorized_client", { status: 400, body: { error: "unauthorized_client" } }],
    ["an error of TeamViewer's", { status: 500, body: { error: "invalid_client" } }],
  ])("is not looked for after %s", async (_what, fault) => {
    const { refusals, grants } = changing(app.clientSecret);
    const code = await consent();
    tokenFault(fault);
    await grants.exchange(code);
    expect(refusals).toEqual([undefined]);
    expect(secretsSent()).toEqual(["old secret"]);
  });
});

describe("The calls that must not be lost", () => {
  /** An outbound that writes down what it was asked. */
  const writingDown = (status: number) => {
    const asked: (OutboundRequest & { path: string })[] = [];
    const outbound: Outbound = async (url, request) => {
      asked.push({ path: new URL(url).pathname, ...request });
      return { status, headers: new Headers({ "content-type": "application/json" }), text: "{}" };
    };
    return { asked, outbound };
  };

  test("may last long: a token call a minute, a revocation ten seconds", async () => {
    const { asked, outbound } = writingDown(200);
    const calling = grantsWith("secret", { outbound });
    await calling.exchange("code-1");
    await calling.refresh({ accessToken: "a", refreshToken: "r", obtainedAt: "", expiresAt: "" });
    await calling.revoke("a");
    expect(asked).toMatchObject([
      { method: "POST", path: "/api/v1/oauth2/token", timeoutMs: 60_000 },
      { method: "POST", path: "/api/v1/oauth2/token", timeoutMs: 60_000 },
      { method: "POST", path: "/api/v1/oauth2/revoke", timeoutMs: 10_000, headers: { authorization: "Bearer a" } },
    ]);
  });

  test("go out even to a service that is taken for dead, when no later call brings back what they lose", async () => {
    const { asked, outbound } = writingDown(200);
    const calling = grantsWith("secret", { outbound });
    await calling.exchange("code-1");
    await calling.refresh({ accessToken: "a", refreshToken: "r", obtainedAt: "", expiresAt: "" });
    await calling.revoke("a");
    expect(asked.map(({ isUnskippable }) => isUnskippable ?? false)).toEqual([true, false, true]);
  });

  test.each([
    [200, true],
    [204, true],
    [299, true],
    [300, false],
    [304, false],
    [400, false],
    [401, true],
    [404, false],
  ])("a revocation answered with %i is done: %p", async (status, isDone) => {
    expect(await grantsWith("secret", writingDown(status)).revoke("a")).toBe(isDone);
  });

  test("let an error through that is none of the connection's", async () => {
    const outbound = async () => {
      throw new TypeError("a fault of our own");
    };
    const calling = grantsWith("secret", { outbound });
    await expect(calling.exchange("code-1")).rejects.toThrow("a fault of our own");
    await expect(calling.revoke("a")).rejects.toThrow("a fault of our own");
    await expect(calling.groupId("a")).rejects.toThrow("a fault of our own");
  });
});
