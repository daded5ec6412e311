import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fetch from "node-fetch";
import * as oauth from "oauth4webapi";
import { startTeamViewer, type TeamViewerStandIn } from "../../infra/local/teamviewer/start.ts";

const CLIENT_ID = "123456-abcdefghijklmnopqrst";
const CLIENT_SECRET = "the client secret";
const REDIRECT_URI = "http://127.0.0.1:7071/api/connector/callback";
const FIRST_ACCOUNT = "u7254190";
const OTHER_ACCOUNT = "u8311027";
const START_MS = Date.parse("2026-11-22T10:00:00Z");
const GROUP = { groupname: "Intune remote assistance" };

type Json = Record<string, unknown>;
type Row = { code: string; state: string; online?: boolean; custom_api?: string };
type Page = { sessions: Row[]; sessions_remaining?: number; next_offset?: string };

let nowMs = START_MS;
let tv: TeamViewerStandIn;

async function start(file?: string) {
  return startTeamViewer({
    port: 0,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    redirectUri: REDIRECT_URI,
    now: () => new Date(nowMs),
    ...(file ? { file } : {}),
  });
}

beforeEach(async () => {
  nowMs = START_MS;
  tv = await start();
});
afterEach(() => tv.close());

const later = (seconds: number) => {
  nowMs += seconds * 1000;
};

function authorizeFields(changes: Record<string, string> = {}) {
  return new URLSearchParams({
    response_type: "code",
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    state: "st/ä te",
    display: "popup",
    ...changes,
  });
}

async function consent(changes: Record<string, string> = {}): Promise<URL> {
  const body = authorizeFields({ decision: "allow", account: FIRST_ACCOUNT, ...changes });
  const answer = await fetch(`${tv.url}/oauth2/authorize`, { method: "POST", body, redirect: "manual" });
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get("location") ?? "");
}

const codeOf = async (changes?: Record<string, string>) => (await consent(changes)).searchParams.get("code") ?? "";

async function tokenCall(fields: Record<string, string>) {
  const body = new URLSearchParams({ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, ...fields });
  const answer = await fetch(`${tv.url}/api/v1/oauth2/token`, { method: "POST", body });
  return { status: answer.status, headers: answer.headers, json: (await answer.json()) as Json };
}

const exchange = (code: string, changes: Record<string, string> = {}) =>
  tokenCall({ grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI, ...changes });
const refresh = (token: unknown) => tokenCall({ grant_type: "refresh_token", refresh_token: String(token) });

async function connect(account = FIRST_ACCOUNT) {
  const { json } = await exchange(await codeOf({ account }));
  return { access: String(json.access_token), refresh: String(json.refresh_token) };
}

async function api(token: string | undefined, method: string, path: string, body?: unknown) {
  const answer = await fetch(`${tv.url}/api/v1${path}`, {
    method,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), "content-type": "application/json" },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  return { status: answer.status, headers: answer.headers, text, json: (isJson ? JSON.parse(text) : {}) as Json };
}

async function newSession(token: string, fields: Json = {}) {
  const { status, json } = await api(token, "POST", "/sessions", { ...GROUP, ...fields });
  expect(status).toBe(200);
  return json as Record<"code" | "end_customer_link" | "supporter_link" | "groupid" | "valid_until", string>;
}

async function list(token: string, query = ""): Promise<Page> {
  const { status, json } = await api(token, "GET", `/sessions${query}`);
  expect(status).toBe(200);
  return json as Page;
}

const control = (path: string, body: unknown, method = "POST") =>
  fetch(`${tv.url}/_control/${path}`, { method, body: JSON.stringify(body) });

async function visit(url: string, method = "GET") {
  const answer = await fetch(url, { method });
  return { status: answer.status, text: await answer.text() };
}

const isLive = async (token: string) => (await api(token, "GET", "/account")).status === 200;

describe("consent", () => {
  test("the page lets an administrator choose an account, and shows no foreign text as markup", async () => {
    const asked = authorizeFields({ state: '"><script>alert(1)</script>', unknown: "1" });
    const answer = await visit(`${tv.url}/oauth2/authorize?${asked}`);
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/<html lang="en">[\s\S]*<main>\s*<h1>Allow access/);
    expect(answer.text.match(/<label>\s*<input type="radio" name="account"/g)).toHaveLength(2);
    expect(answer.text).toContain("Contoso IT</strong>, Contoso Ltd");
    expect(answer.text).not.toContain("<script>");
  });

  test("the form on the page does what its buttons say, with the state unchanged", async () => {
    const { text } = await visit(`${tv.url}/oauth2/authorize?${authorizeFields()}`);
    const hidden = [...text.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)];
    const fields = Object.fromEntries(hidden.map(([, name, value]) => [name, value]));
    const allowed = await consent(fields);
    expect(`${allowed.origin}${allowed.pathname}`).toBe(REDIRECT_URI);
    expect(allowed.searchParams.get("code")).toMatch(/^\w{8}$/);
    expect(allowed.searchParams.get("state")).toBe("st/ä te");

    const denied = await consent({ decision: "deny" });
    expect(Object.fromEntries(denied.searchParams)).toMatchObject({ error: "access_denied", state: "st/ä te" });
    expect(denied.searchParams.has("code")).toBe(false);
  });

  test("nobody is sent to an address or for an app that is not registered", async () => {
    for (const wrong of [{ redirect_uri: `${REDIRECT_URI}/` }, { redirect_uri: "" }, { client_id: "other" }]) {
      const fields = authorizeFields({ ...wrong, decision: "allow" });
      for (const answer of [
        await fetch(`${tv.url}/oauth2/authorize?${fields}`, { redirect: "manual" }),
        await fetch(`${tv.url}/oauth2/authorize`, { method: "POST", body: fields, redirect: "manual" }),
      ]) {
        expect(answer.status).toBe(400);
        expect(answer.headers.get("location")).toBeNull();
      }
    }
    tv.setRedirectUri("http://127.0.0.1:1/elsewhere?fixed=1");
    const moved = await consent({ redirect_uri: "http://127.0.0.1:1/elsewhere?fixed=1" });
    expect(moved.href).toMatch(/^http:\/\/127\.0\.0\.1:1\/elsewhere\?fixed=1&code=/);
  });

  test("response_type must be code and display must be popup", async () => {
    expect((await consent({ response_type: "token" })).searchParams.get("error")).toBe("unsupported_response_type");
    expect((await consent({ display: "page" })).searchParams.get("error")).toBe("invalid_request");
  });
});

describe("tokens", () => {
  test("a standard OAuth client gets, refreshes and uses a token set", async () => {
    const server = {
      issuer: tv.url,
      authorization_endpoint: `${tv.url}/oauth2/authorize`,
      token_endpoint: `${tv.url}/api/v1/oauth2/token`,
    };
    const client = { client_id: CLIENT_ID };
    const options = {
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: async (url: string, init: { method: string; body?: unknown; headers?: unknown }) => {
        const { method, body, headers } = init;
        const answer = await fetch(url, { method, body: String(body), headers: headers as Record<string, string> });
        return new Response(await answer.text(), {
          status: answer.status,
          headers: Object.fromEntries(answer.headers),
        });
      },
    };
    const verifier = oauth.generateRandomCodeVerifier();
    const code_challenge = await oauth.calculatePKCECodeChallenge(verifier);
    const callback = await consent({ code_challenge, code_challenge_method: "S256" });
    const parameters = oauth.validateAuthResponse(server, client, callback, "st/ä te");
    const secret = oauth.ClientSecretPost(CLIENT_SECRET);
    const granted = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(server, client, secret, parameters, REDIRECT_URI, verifier, options),
    );
    expect(granted).toMatchObject({ token_type: "bearer", expires_in: 86_400 });
    const refreshed = await oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(server, client, secret, granted.refresh_token ?? "", options),
    );
    expect(refreshed.refresh_token).not.toBe(granted.refresh_token);
    expect(await isLive(refreshed.access_token)).toBe(true);
    expect(await isLive(granted.access_token)).toBe(true);

    const replay = oauth.refreshTokenGrantRequest(server, client, secret, granted.refresh_token ?? "", options);
    const refused = replay.then((answer) => oauth.processRefreshTokenResponse(server, client, answer));
    await expect(refused).rejects.toMatchObject({ error: "invalid_grant", status: 400 });
  });

  test("an answer is as documented, whatever the case of the path and for form, JSON and Basic alike", async () => {
    const { headers, json } = await exchange(await codeOf());
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("pragma")).toBe("no-cache");
    expect(json).toEqual({
      access_token: expect.stringMatching(/^\d+-\w{20}$/),
      token_type: "bearer",
      expires_in: 86_400,
      refresh_token: expect.stringMatching(/^\d+-\w{20}$/),
    });
    const viaJson = await fetch(`${tv.url}/api/v1/OAuth2/Token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        grant_type: 1,
        refresh_token: json.refresh_token,
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
      }),
    });
    const { refresh_token } = (await viaJson.json()) as Record<string, string>;
    const basic = Buffer.from(`${CLIENT_ID}:${encodeURIComponent(CLIENT_SECRET)}`).toString("base64");
    const viaBasic = await fetch(`${tv.url}/api/v1/oauth2/token`, {
      method: "POST",
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refresh_token ?? "" }),
    });
    expect(viaBasic.status).toBe(200);
  });

  test("a code used twice is refused and takes its grant down", async () => {
    const code = await codeOf();
    const first = await exchange(code);
    const second = await exchange(code);
    expect(second).toMatchObject({ status: 400, json: { error: "invalid_grant", error_code: expect.any(Number) } });
    expect(await isLive(String(first.json.access_token))).toBe(false);
    expect((await refresh(first.json.refresh_token)).json.error).toBe("invalid_grant");
    expect(tv.grants()).toMatchObject([{ live: false, endedBy: "code-used-twice" }]);
  });

  test("a code lives ten minutes and belongs to its client, its address and its verifier", async () => {
    const lasting = await codeOf();
    later(599);
    expect((await exchange(lasting)).status).toBe(200);
    const expired = await codeOf();
    later(600);
    expect((await exchange(expired)).json.error).toBe("invalid_grant");

    const code = await codeOf();
    expect((await exchange(code, { redirect_uri: "http://127.0.0.1:7071/" })).json.error).toBe("invalid_grant");
    expect((await exchange(code, { redirect_uri: "" })).json.error).toBe("invalid_request");
    for (const wrong of [{ client_id: "other" }, { client_secret: "wrong" }, { client_secret: "" }]) {
      expect(await exchange(code, wrong)).toMatchObject({ status: 400, json: { error: "invalid_client" } });
    }
    expect((await exchange(code, { grant_type: "password" })).json.error).toBe("unsupported_grant_type");
    expect((await exchange("__proto__")).json.error).toBe("invalid_grant");
    expect((await exchange(code)).status).toBe(200);

    const challenged = await codeOf({ code_challenge: "x".repeat(43), code_challenge_method: "S256" });
    expect((await exchange(challenged, { code_verifier: "y".repeat(43) })).json.error).toBe("invalid_grant");
  });

  test("a refresh token works once; used again it ends the whole grant", async () => {
    const first = await connect();
    const second = (await refresh(first.refresh)).json;
    expect(await isLive(first.access)).toBe(true);
    expect(await refresh(first.refresh)).toMatchObject({ status: 400, json: { error: "invalid_grant" } });
    expect(await isLive(String(second.access_token))).toBe(false);
    expect((await refresh(second.refresh_token)).json.error).toBe("invalid_grant");
    expect(tv.grants()).toMatchObject([{ live: false, endedBy: "refresh-token-used-twice" }]);
  });

  test("of many that refresh at once with one token, one gets a token set", async () => {
    const { refresh: token } = await connect();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ json }) => json.error === "invalid_grant")).toHaveLength(19);
  });

  test("in grace mode a spent refresh token may come again for 30 seconds", async () => {
    await control("mode", { refresh: "grace" });
    const { refresh: token } = await connect();
    await refresh(token);
    later(30);
    const replayed = await refresh(token);
    expect(replayed.status).toBe(200);
    expect(await isLive(String(replayed.json.access_token))).toBe(true);
    later(1);
    expect((await refresh(token)).json.error).toBe("invalid_grant");
    expect(tv.grants()).toMatchObject([{ live: false }]);
  });

  test("in non-rotating mode the answer has no refresh token and the old one stays good", async () => {
    await control("mode", { refresh: "non-rotating", accessTokenSeconds: 60 });
    const { refresh: token } = await connect();
    for (const answer of [await refresh(token), await refresh(token)]) {
      expect(answer).toMatchObject({ status: 200, json: { expires_in: 60 } });
      expect(answer.json).not.toHaveProperty("refresh_token");
    }
    expect((await control("mode", { refresh: "sometimes" })).status).toBe(400);
  });

  test("revoking ends the access token and the refresh token behind it", async () => {
    const { access, refresh: token } = await connect();
    expect((await api(access, "POST", "/oauth2/revoke")).status).toBe(204);
    expect((await api(access, "GET", "/account")).json.error).toBe("invalid_token");
    expect((await refresh(token)).json.error).toBe("invalid_grant");
  });

  test("an account that removes the app leaves every token dead", async () => {
    const { access, refresh: token } = await connect();
    await control("grants", undefined, "DELETE");
    expect(await isLive(access)).toBe(false);
    expect((await refresh(token)).json.error).toBe("invalid_grant");
  });

  test("a missing, malformed, unknown and expired token each get their own 401", async () => {
    const { access } = await connect();
    const missing = await api(undefined, "GET", "/account");
    expect(missing).toMatchObject({ status: 401, text: "" });
    expect(missing.headers.get("www-authenticate")).toBe("Bearer");
    expect(await api("__proto__", "GET", "/sessions")).toMatchObject({ status: 401, json: { error: "invalid_token" } });
    expect((await api("two words", "GET", "/sessions")).json.error).toBe("invalid_token");
    later(86_399);
    expect(await isLive(access)).toBe(true);
    later(1);
    const expired = await api(access, "GET", "/account");
    expect(expired).toMatchObject({ status: 401, json: { error: "token_expired", error_code: 1 } });
    expect(expired.json.error_description).toBe("The access token expired");
  });
});

describe("account", () => {
  test("ping says whether a token is good", async () => {
    const { access } = await connect();
    expect((await api(access, "GET", "/ping")).json).toEqual({ token_valid: true });
    expect(await api("nonsense", "GET", "/ping")).toMatchObject({ status: 200, json: { token_valid: false } });
    expect((await api(undefined, "GET", "/ping")).status).toBe(401);
  });

  test("the token acts for the account that consented, and sees its own company only", async () => {
    const { access } = await connect();
    const other = await connect(OTHER_ACCOUNT);
    expect((await api(access, "GET", "/account")).json).toMatchObject({
      userid: FIRST_ACCOUNT,
      name: "Contoso IT",
      company_name: "Contoso Ltd",
      email: "it@contoso.example",
    });
    expect((await api(other.access, "GET", "/account")).json.company_name).toBe("Fabrikam Inc");
    const found = await api(
      access,
      "GET",
      "/users?email=BRUNO.agent@contoso.example,support@fabrikam.example&full_list=true",
    );
    expect(found.json).toEqual({
      users: [expect.objectContaining({ id: "u7254191", email: "bruno.agent@contoso.example" })],
    });
    expect((await api(access, "GET", `/users/${OTHER_ACCOUNT}`)).status).toBe(404);

    const { groupid, code } = await newSession(access);
    expect((await api(other.access, "GET", `/sessions/${code}`)).status).toBe(404);
    expect((await list(other.access)).sessions).toEqual([]);
    expect((await api(other.access, "POST", "/sessions", { groupid })).status).toBe(400);
    expect((await api(other.access, "POST", "/sessions", { ...GROUP, assigned_userid: "u7254191" })).status).toBe(400);
  });

  test("groups are made once and found by name", async () => {
    const { access } = await connect();
    const made = await api(access, "POST", "/groups", { name: "Helpdesk" });
    expect(made).toMatchObject({ status: 200, json: { id: expect.stringMatching(/^g\d+$/), name: "Helpdesk" } });
    expect((await api(access, "POST", "/groups", { name: "Helpdesk" })).status).toBe(400);
    await newSession(access);
    expect((await api(access, "GET", "/groups?name=help")).json).toEqual({ groups: [made.json] });
    expect((await api(access, "GET", "/groups")).json.groups).toHaveLength(2);
  });
});

describe("sessions", () => {
  test("a new session has a code, its links, a Location and 24 hours", async () => {
    const { access } = await connect();
    const fields = { ...GROUP, description: "LAPTOP-77", end_customer: { name: "Max" }, custom_api: '{"rid":"1"}' };
    const { status, headers, json } = await api(access, "POST", "/sessions", fields);
    expect(status).toBe(200);
    const digits = String(json.code).replace(/\D/g, "");
    expect(json).toMatchObject({
      code: expect.stringMatching(/^s\d\d-\d{3}-\d{3}$/),
      state: "Open",
      groupid: expect.stringMatching(/^g\d+$/),
      description: "LAPTOP-77",
      end_customer: { name: "Max" },
      assigned_userid: FIRST_ACCOUNT,
      end_customer_link: `${tv.url}/s${digits}`,
      supporter_link: expect.stringMatching(new RegExp(`^${tv.url}/s${digits}-[a-z0-9]{12}$`)),
      created_at: "2026-11-22T10:00:00Z",
      valid_until: "2026-11-23T10:00:00Z",
    });
    expect(headers.get("location")).toBe(`${tv.url}/api/v1/sessions/${json.code}`);
    const read = await api(access, "GET", `/sessions/${json.code}`);
    expect(read.json).toMatchObject({ ...json, online: false, custom_api: '{"rid":"1"}' });
    expect(read.json).not.toHaveProperty("closed_at");
  });

  test("every field has its rule, and an unknown one is refused", async () => {
    const { access } = await connect();
    const { groupid } = await newSession(access);
    await api(access, "POST", "/groups", { name: "Second" });
    const refusedFields = [
      { groupname: undefined },
      { groupid: "425" },
      { groupid: "g1" },
      { groupid, groupname: "Second" },
      { description: "x".repeat(4001) },
      { custom_api: "x".repeat(4001) },
      { end_customer: { name: "x".repeat(101) } },
      { end_customer: { email: "x".repeat(255) } },
      { assigned_userid: "bruno" },
      { assigned_userid: "u99" },
      { valid_until: "22.11.2026" },
      { valid_until: "2026-11-22T09:59:59Z" },
      { support_session_type: "Other" },
      { colour: "blue" },
    ];
    for (const fields of refusedFields) {
      const { status, json } = await api(access, "POST", "/sessions", { ...GROUP, ...fields });
      expect({ fields, status }).toEqual({ fields, status: 400 });
      expect(json).toEqual({
        error: "invalid_request",
        error_description: expect.any(String),
        error_code: expect.any(Number),
        error_signature: expect.stringMatching(/^\d+$/),
      });
    }
    expect((await api(access, "POST", "/sessions", "{not json")).json.error).toBe("invalid_request");
    expect(tv.sessions()).toHaveLength(1);
    const longest = { description: "x".repeat(4000), end_customer: { name: "x".repeat(100), email: "x".repeat(254) } };
    expect(await newSession(access, { ...longest, groupid, assigned_userid: "u0" })).toMatchObject({ groupid });
  });

  test("closing is a PUT without an answer; a closed session leaves the default list and can be opened again", async () => {
    const { access } = await connect();
    const { code } = await newSession(access);
    later(60);
    const closed = await api(access, "PUT", `/sessions/${code}`, { state: "closed" });
    expect(closed).toMatchObject({ status: 204, text: "" });
    expect((await list(access)).sessions).toEqual([]);
    expect((await list(access, "?state=open,closed")).sessions).toHaveLength(1);
    const read = await api(access, "GET", `/sessions/${code}`);
    expect(read.json).toMatchObject({ state: "Closed", closed_at: "2026-11-22T10:01:00Z" });
    await api(access, "PUT", `/sessions/${code}`, { state: "Open" });
    expect((await list(access, "?state=Open")).sessions).toMatchObject([{ code, state: "Open" }]);
  });

  test("a session's texts and people can change, its end cannot", async () => {
    const { access } = await connect();
    const { code, valid_until } = await newSession(access, { description: "before", custom_api: "kept" });
    const change = { description: "after", assigned_userid: "u0", end_customer: { email: "max@contoso.example" } };
    expect((await api(access, "PUT", `/sessions/${code}`, change)).status).toBe(204);
    expect((await api(access, "PUT", `/sessions/${code}`, { waiting_message: "soon" })).status).toBe(204);
    const extended = await api(access, "PUT", `/sessions/${code}`, { valid_until: "2027-01-01T00:00:00Z" });
    expect(extended).toMatchObject({ status: 400, json: { error_description: "Unknown parameter: valid_until" } });
    expect((await api(access, "PUT", `/sessions/${code}`, { state: "paused" })).status).toBe(400);
    const read = await api(access, "GET", `/sessions/${code}`);
    expect(read.json).toMatchObject({
      ...change,
      waiting_message: "soon",
      custom_api: "kept",
      valid_until,
      state: "Open",
    });
    expect((await api(access, "PUT", "/sessions/s00-000-000", change)).status).toBe(404);
    expect((await api(access, "DELETE", `/sessions/${code}`)).status).toBe(204);
    expect((await api(access, "GET", `/sessions/${code}`)).status).toBe(404);
  });

  test("lists are short rows unless asked in full, filtered, and strict about their parameters", async () => {
    const { access } = await connect();
    const first = await newSession(access, { custom_api: "one" });
    later(1);
    const second = await newSession(access, { groupname: "Other", assigned_userid: "u7254191", custom_api: "two" });
    const { sessions } = await list(access);
    expect(sessions.map(({ code }) => code)).toEqual([second.code, first.code]);
    expect(Object.keys(sessions[0] ?? {})).toEqual(["code", "state", "online", "groupid", "support_session_type"]);
    expect((await list(access, "?full_list=true")).sessions.map((row) => row.custom_api)).toEqual(["two", "one"]);
    expect((await list(access, `?groupid=${first.groupid}`)).sessions).toMatchObject([{ code: first.code }]);
    expect((await list(access, "?assigned_userid=u7254191")).sessions).toMatchObject([{ code: second.code }]);
    for (const query of ["?top=1", "?state=expired", "?offset=s00-000-000"]) {
      expect((await api(access, "GET", `/sessions${query}`)).status).toBe(400);
    }
  });

  test("more than 1000 sessions come in pages, and a page's start stays good when its session is closed", async () => {
    const { access } = await connect();
    const codes: string[] = [];
    for (let made = 0; made < 2050; made += 50) {
      const batch = await Promise.all(Array.from({ length: 50 }, () => newSession(access)));
      codes.push(...batch.map(({ code }) => code));
    }
    const first = await list(access);
    expect(first).toMatchObject({ sessions_remaining: 1050, next_offset: expect.stringMatching(/^s/) });
    await api(access, "PUT", `/sessions/${first.next_offset}`, { state: "closed" });
    const second = await list(access, `?offset=${first.next_offset}`);
    const third = await list(access, `?offset=${second.next_offset}`);
    expect([first, second, third].map(({ sessions }) => sessions.length)).toEqual([1000, 1000, 49]);
    expect(third).not.toHaveProperty("sessions_remaining");
    const seen = [first, second, third].flatMap(({ sessions }) => sessions.map(({ code }) => code));
    expect(new Set([...seen, first.next_offset])).toEqual(new Set(codes));
  });
});

describe("links", () => {
  test("the user who opens the link is online, and no longer after leaving", async () => {
    const { access } = await connect();
    const { code, end_customer_link } = await newSession(access, { waiting_message: "Soon <b>there</b>" });
    const opened = await visit(end_customer_link);
    expect(opened).toMatchObject({ status: 200, text: expect.stringContaining("Waiting for support") });
    expect(opened.text).toContain("Soon &#60;b&#62;there");
    expect((await list(access)).sessions).toMatchObject([{ code, online: true }]);
    const leave = /action="([^"]+\/leave)"/.exec(opened.text)?.[1] ?? "";
    expect((await visit(`${tv.url}${leave}`, "POST")).status).toBe(200);
    expect((await list(access)).sessions).toMatchObject([{ code, online: false }]);
  });

  test("the supporter connects once the user is online; each ended connection is one report record", async () => {
    const { access } = await connect();
    const { code, end_customer_link, supporter_link } = await newSession(access, { custom_api: "mine" });
    expect((await visit(supporter_link)).text).toContain("Not online yet");
    const report = `/reports/connections?session_code=${code}&has_code=true`;
    for (let round = 0; round < 2; round += 1) {
      await visit(end_customer_link);
      const joined = await visit(supporter_link);
      expect(joined.text).toContain("<h1>Connected</h1>");
      expect((await api(access, "GET", report)).json.records).toHaveLength(round);
      later(30);
      await visit(supporter_link);
      later(60);
      await visit(`${supporter_link}/end`, "POST");
      await visit(`${supporter_link}/end`, "POST");
    }
    const { json } = await api(access, "GET", report);
    expect(json.records).toMatchObject([
      { session_code: code, start_date: "2026-11-22T10:01:30Z", end_date: "2026-11-22T10:03:00Z" },
      {
        custom_api: "mine",
        userid: FIRST_ACCOUNT,
        start_date: "2026-11-22T10:00:00Z",
        end_date: "2026-11-22T10:01:30Z",
      },
    ]);
    expect(json).not.toHaveProperty("next_offset");
    const between = await api(access, "GET", `${report}&from_date=2026-11-22T10:00:00Z&to_date=2026-11-22T10:03:00Z`);
    expect(between.json.records).toHaveLength(1);
    const [record] = json.records as { id: string }[];
    const noted = await api(access, "PUT", `/reports/connections/${record?.id}`, {
      billing_state: "Billed",
      notes: "n",
    });
    expect(noted.status).toBe(204);
    const read = await api(access, "GET", `/reports/connections/${record?.id}`);
    expect(read.json).toMatchObject({ billing_state: "Billed", notes: "n" });
  });

  test("more than 1000 records come in pages, newest end first", async () => {
    const { access } = await connect();
    const { code } = await newSession(access);
    await control(`sessions/${code}/online`, { online: true });
    for (let round = 0; round < 1003; round += 1) {
      await control(`sessions/${code}/join`, {});
      later(1);
      await control(`sessions/${code}/end`, {});
    }
    const first = (await api(access, "GET", "/reports/connections")).json;
    const second = (await api(access, "GET", `/reports/connections?offset_id=${first.next_offset}`)).json;
    expect(first.records_remaining).toBe(3);
    expect(Object.keys(second)).toEqual(["records"]);
    const records = [...(first.records as Json[]), ...(second.records as Json[])];
    expect(new Set(records.map(({ id }) => id)).size).toBe(1003);
    const ends = records.map(({ end_date }) => String(end_date));
    expect(ends).toEqual(ends.toSorted().toReversed());
  });

  test("a user who leaves ends the connection", async () => {
    const { access } = await connect();
    const { code, end_customer_link, supporter_link } = await newSession(access);
    await visit(end_customer_link);
    await visit(supporter_link);
    await visit(`${end_customer_link}/leave`, "POST");
    const { json } = await api(access, "GET", `/reports/connections?session_code=${code}`);
    expect(json.records).toHaveLength(1);
  });

  test("a link that is closed, expired, guessed or incomplete opens nothing", async () => {
    const { access } = await connect();
    const { end_customer_link, supporter_link } = await newSession(access, { valid_until: "2026-11-22T11:00:00Z" });
    for (const wrong of [`${end_customer_link}-aaaabbbbcccc`, `${supporter_link}-x`, `${end_customer_link}-`]) {
      expect((await visit(wrong)).status).toBe(404);
    }
    expect((await visit(`${end_customer_link}/end`, "POST")).status).toBe(404);
    await visit(end_customer_link);
    later(3600);
    expect((await list(access)).sessions).toMatchObject([{ state: "Open", online: false }]);
    expect((await visit(end_customer_link)).status).toBe(410);
    expect((await visit(supporter_link)).status).toBe(410);

    const closing = await newSession(access);
    await api(access, "PUT", `/sessions/${closing.code}`, { state: "closed" });
    expect((await visit(closing.end_customer_link)).status).toBe(410);
    expect((await visit(closing.supporter_link)).status).toBe(410);
  });

  test("closing a session does not cut the connection that runs", async () => {
    const { access } = await connect();
    const { code, end_customer_link, supporter_link } = await newSession(access);
    await visit(end_customer_link);
    await visit(supporter_link);
    await api(access, "PUT", `/sessions/${code}`, { state: "closed" });
    expect(tv.sessions()).toMatchObject([{ state: "Closed", online: false, connected: true }]);
    await visit(`${supporter_link}/end`, "POST");
    expect((await api(access, "GET", `/reports/connections?session_code=${code}`)).json.records).toHaveLength(1);
  });
});

describe("rights of the app and the account", () => {
  const reports = "/reports/connections";

  test.each([
    ["no-permission", "permission"],
    ["no-licence", "license"],
  ] as const)("with %s reports and users are refused with 403, and all else goes on", async (right, word) => {
    const { access } = await connect();
    expect((await control("rights", { reports: right, users: right })).status).toBe(204);
    for (const path of [reports, `${reports}?session_code=s12-345-678`, "/users", `/users/${FIRST_ACCOUNT}`]) {
      const { status, json } = await api(access, "GET", path);
      expect([status, json.error]).toEqual([403, "forbidden"]);
      expect(json.error_description).toContain(word);
    }
    await newSession(access);
    await control("rights", { users: "granted" });
    expect((await api(access, "GET", "/users")).status).toBe(200);
    expect((await api(access, "GET", reports)).status).toBe(403);
    expect((await control("rights", { reports: "perhaps" })).status).toBe(400);
  });

  test("a connection is reported so long after its end as it was told to take", async () => {
    const { access } = await connect();
    await control("rights", { reportDelaySeconds: 600 });
    const { code } = await newSession(access);
    await control(`sessions/${code}/online`, { online: true });
    await control(`sessions/${code}/join`, {});
    await control(`sessions/${code}/end`, {});
    later(599);
    expect((await api(access, "GET", reports)).json.records).toEqual([]);
    later(1);
    expect((await api(access, "GET", reports)).json.records).toMatchObject([{ session_code: code }]);
  });

  test("scripts can put a connection into the report, of a session or of none, and empty it", async () => {
    const { access } = await connect();
    const { code } = await newSession(access, { custom_api: "mine" });
    const times = { start_date: "2026-11-22T09:00:00Z", end_date: "2026-11-22T09:34:00Z" };
    await control("connections", { ...times, userid: "u7254191", session_code: code });
    await control("connections", { ...times, userid: FIRST_ACCOUNT, devicename: "PC-9" });
    expect((await control("connections", { ...times, userid: "u1", session_code: "s00-000-000" })).status).toBe(404);
    const listed = async (query: string) => (await api(access, "GET", `${reports}${query}`)).json.records as Json[];
    expect(await listed(`?session_code=${code}`)).toMatchObject([
      { ...times, session_code: code, custom_api: "mine", userid: "u7254191", username: "Bruno Agent" },
    ]);
    const [own] = await listed("?has_code=false");
    expect(own).toMatchObject({ ...times, userid: FIRST_ACCOUNT, devicename: "PC-9" });
    expect(own).not.toHaveProperty("session_code");
    expect(await listed("")).toHaveLength(2);
    await control("connections", undefined, "DELETE");
    expect(await listed("")).toEqual([]);
  });
});

describe("control", () => {
  test("scripts can play the user and the supporter", async () => {
    const { access } = await connect();
    const { code, supporter_link } = await newSession(access, { custom_api: "mine" });
    expect((await control(`sessions/${code}/join`, {})).status).toBe(400);
    const online = await control(`sessions/${code}/online`, { online: true });
    expect(await online.json()).toMatchObject({ code, online: true, connected: false });
    expect(await (await control(`sessions/${code}/join`, {})).json()).toMatchObject({ connected: true });
    expect((await control(`sessions/${code}/end`, {})).status).toBe(200);
    const raw = await fetch(`${tv.url}/_control/sessions`);
    expect(await raw.json()).toMatchObject([{ code, supporter_link, custom_api: "mine", owner_userid: FIRST_ACCOUNT }]);
    expect((await control("sessions/s00-000-000/online", { online: true })).status).toBe(404);
  });

  test("calls are throttled per function and token with a 403, until an hour has gone", async () => {
    const { access } = await connect();
    const other = await connect();
    await control("limits", { perHour: 2 });
    const statuses = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await api(access, "GET", "/account")).status);
    expect(statuses).toEqual([200, 200, 403]);
    const throttled = await api(access, "GET", "/account");
    expect(throttled.json.error).toBe("rate_limit_reached");
    expect(throttled.headers.get("retry-after")).toBeNull();
    expect((await api(access, "GET", "/sessions")).status).toBe(200);
    expect(await isLive(other.access)).toBe(true);
    later(3600);
    expect(await isLive(access)).toBe(true);
  });

  test("the licence limits how many sessions are online at once, told in plain text", async () => {
    const { access } = await connect();
    await control("limits", { concurrentSessions: 1 });
    const { code, end_customer_link } = await newSession(access);
    await newSession(access);
    await visit(end_customer_link);
    const refused = await api(access, "POST", "/sessions", GROUP);
    expect(refused).toMatchObject({ status: 400, text: expect.stringContaining("license limitations"), json: {} });
    expect(refused.headers.get("content-type")).toContain("text/plain");
    await api(access, "PUT", `/sessions/${code}`, { state: "closed" });
    await newSession(access);
    await visit((await newSession(access)).end_customer_link);
    await control("limits", { concurrentSessions: null });
    await newSession(access);
  });

  test("faults strike what they name, and the journal tells what was asked", async () => {
    const { access } = await connect();
    await control("faults", {
      method: "POST",
      path: "/api/v1/sessions$",
      status: 503,
      headers: { "retry-after": "3" },
    });
    const failed = await api(access, "POST", "/sessions", { ...GROUP, custom_api: "lost" });
    expect(failed).toMatchObject({ status: 503 });
    expect(failed.headers.get("retry-after")).toBe("3");
    expect(tv.sessions()).toHaveLength(0);

    tv.addFault({ method: "POST", path: "/api/v1/sessions$", behaviour: "reset-after" });
    await expect(api(access, "POST", "/sessions", { ...GROUP, custom_api: "made" })).rejects.toThrow();
    expect(tv.sessions()).toMatchObject([{ custom_api: "made" }]);

    const made = tv.journal.filter(({ path }) => path === "/api/v1/sessions");
    expect(made).toMatchObject([
      { method: "POST", status: 503, fault: "fault-1", body: expect.stringContaining("lost") },
      { method: "POST", status: 0, fault: "fault-2", headers: { authorization: `Bearer ${access}` } },
    ]);
  });

  test("a refresh whose answer is lost has spent the token, as it would at the service", async () => {
    const { refresh: token } = await connect();
    tv.addFault({ path: "/oauth2/token$", behaviour: "reset-after" });
    await expect(refresh(token)).rejects.toThrow();
    expect((await refresh(token)).json.error).toBe("invalid_grant");
    expect(tv.grants()).toMatchObject([{ live: false }]);
  });
});

test("a restart keeps grants, sessions and reports, and links follow to the new address", async () => {
  const folder = mkdtempSync(join(tmpdir(), "teamviewer-"));
  const restart = async () => {
    await tv.close();
    tv = await start(join(folder, "teamviewer.json"));
  };
  try {
    await restart();
    const { access, refresh: token } = await connect();
    const { code, end_customer_link } = await newSession(access);
    await visit(end_customer_link);
    await restart();
    await control(`sessions/${code}/join`, {});
    await restart();
    expect((await api(access, "GET", `/sessions/${code}`)).json).toMatchObject({
      online: true,
      end_customer_link: `${tv.url}/s${code.replace(/\D/g, "")}`,
    });
    await control(`sessions/${code}/end`, {});
    await restart();
    expect((await api(access, "GET", `/reports/connections?session_code=${code}`)).json.records).toHaveLength(1);
    const next = (await refresh(token)).json;
    await restart();
    expect((await refresh(next.refresh_token)).status).toBe(200);
    expect((await refresh(token)).json.error).toBe("invalid_grant");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a path that does not exist answers 404 in the service's own error form", async () => {
  expect(await api(undefined, "GET", "/meetings")).toMatchObject({ status: 404, json: { error: "invalid_request" } });
  const status = await new Promise<number>((resolve, reject) => {
    httpRequest(`${tv.url}/__proto__`, (answer) => resolve(answer.resume().statusCode ?? 0))
      .on("error", reject)
      .end();
  });
  expect(status).toBe(404);
});
