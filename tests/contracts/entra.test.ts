import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";
import { type Entra, startEntra } from "../../infra/local/entra/entra.ts";
import { API_CLIENT_ID, PORTAL_CLIENT_ID, principals, TENANT_ID } from "../../infra/local/principals.ts";

const REDIRECT_URI = "http://localhost:7071/portal/";
const API_SCOPE = `api://${API_CLIENT_ID}/access_as_user`;
const ADA = "10000000-0000-4000-8000-000000000001";
const folder = mkdtempSync(join(tmpdir(), "entra-"));
const insecure = { [oauth.allowInsecureRequests]: true };

let entra: Entra;
let server: oauth.AuthorizationServer;
let aheadMs = 0;

const started: Entra[] = [];

async function start(file?: string) {
  const one = await startEntra({
    port: 0,
    tenantId: TENANT_ID,
    apiClientId: API_CLIENT_ID,
    principals,
    now: () => Date.now() + aheadMs,
    ...(file ? { file } : {}),
  });
  started.push(one);
  return one;
}

beforeAll(async () => {
  entra = await start();
  const issuer = new URL(`${entra.url}/${TENANT_ID}/v2.0`);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
});

afterEach(() => {
  aheadMs = 0;
  entra.clearFaults();
});

afterAll(async () => {
  await Promise.all(started.map((one) => one.close()));
  rmSync(folder, { recursive: true });
});

/** Verifies as the app does: the tenant's keys, one issuer, one audience. */
async function verified(token: string, jwks = createRemoteJWKSet(new URL(server.jwks_uri ?? ""))) {
  const { payload } = await jwtVerify(token, jwks, {
    issuer: server.issuer,
    audience: API_CLIENT_ID,
    algorithms: ["RS256"],
    requiredClaims: ["exp", "iat", "tid", "oid"],
  });
  return payload;
}

async function clientCredentials(auth: oauth.ClientAuth, clientId: string, scope = `api://${API_CLIENT_ID}/.default`) {
  const client = { client_id: clientId };
  const answer = await oauth.clientCredentialsGrantRequest(server, client, auth, { scope }, insecure);
  return oauth.processClientCredentialsResponse(server, client, answer);
}

async function startSignIn(changes: Record<string, string> = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(server.authorization_endpoint ?? "");
  url.search = new URLSearchParams({
    client_id: PORTAL_CLIENT_ID,
    response_type: "code",
    redirect_uri: REDIRECT_URI,
    scope: `openid offline_access ${API_SCOPE}`,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: "opaque & odd",
    nonce: "once",
    ...changes,
  }).toString();
  return { url, verifier };
}

/** What a browser does on the page: presses the button of the person. */
async function choose(url: URL, personId = ADA) {
  const page = await (await fetch(url)).text();
  const action = /action="([^"]+)"/.exec(page)?.[1]?.replaceAll("&#38;", "&") ?? "";
  expect(page).toContain(`value="${personId}"`);
  const body = new URLSearchParams({ person: personId });
  const answer = await fetch(new URL(action, url), { method: "POST", body, redirect: "manual" });
  return { location: new URL(answer.headers.get("location") ?? ""), cookie: answer.headers.get("set-cookie") ?? "" };
}

async function redeem(location: URL, verifier: string, redirectUri = REDIRECT_URI) {
  const client = { client_id: PORTAL_CLIENT_ID };
  const callback = oauth.validateAuthResponse(server, client, location, "opaque & odd");
  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    callback,
    redirectUri,
    verifier,
    insecure,
  );
  return oauth.processAuthorizationCodeResponse(server, client, answer, { expectedNonce: "once" });
}

async function signIn(personId?: string) {
  const { url, verifier } = await startSignIn();
  return redeem((await choose(url, personId)).location, verifier);
}

async function refresh(token: string) {
  const client = { client_id: PORTAL_CLIENT_ID };
  const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, insecure);
  return oauth.processRefreshTokenResponse(server, client, answer);
}

const post = (form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(server.token_endpoint ?? "", { method: "POST", body: new URLSearchParams(form), headers });

const jsonOf = async (answer: Response) => (await answer.json()) as Record<string, unknown>;

const refused = (error: string, number: number) =>
  expect.objectContaining({
    error,
    cause: expect.objectContaining({
      error_codes: [number],
      error_description: expect.stringMatching(`^AADSTS${number}: `),
    }),
  });

describe("applications", () => {
  const ticketSystem = principals.find(({ name }) => name === "Ticket system");
  const { clientId, clientSecret } =
    ticketSystem?.kind === "application" ? ticketSystem : { clientId: "", clientSecret: "" };

  test.each([
    ["in the form", oauth.ClientSecretPost],
    ["as HTTP Basic", oauth.ClientSecretBasic],
  ])("get a v2 access token for their secret %s", async (_, method) => {
    const answer = await clientCredentials(method(clientSecret), clientId);
    expect(answer).toEqual({
      token_type: "bearer",
      expires_in: 3599,
      ext_expires_in: 3599,
      access_token: expect.any(String),
    });

    const claims = await verified(answer.access_token);
    const nowSeconds = Math.floor(Date.now() / 1000);
    expect(claims).toEqual({
      aud: API_CLIENT_ID,
      iss: server.issuer,
      iat: expect.any(Number),
      nbf: claims.iat,
      exp: (claims.iat ?? 0) + 65 * 60,
      azp: clientId,
      azpacr: "1",
      idtyp: "app",
      oid: ticketSystem?.id,
      sub: ticketSystem?.id,
      roles: ["RemoteAssistance.Request"],
      tid: TENANT_ID,
      uti: expect.any(String),
      ver: "2.0",
    });
    expect((claims.iat ?? 0) <= nowSeconds && (claims.exp ?? 0) > nowSeconds).toBe(true);
  });

  test("without roles get a token without the claim, by the short scope too", async () => {
    const robot = principals.find(({ name }) => name === "No rights robot");
    if (robot?.kind !== "application") throw new Error("no robot");
    const auth = oauth.ClientSecretPost(robot.clientSecret);
    const { access_token } = await clientCredentials(auth, robot.clientId, `${API_CLIENT_ID}/.default`);
    expect(await verified(access_token)).not.toHaveProperty("roles");
  });

  test("are refused in Entra's words: wrong secret, unknown client, wrong scope, other resource", async () => {
    const good = oauth.ClientSecretPost(clientSecret);
    const wrong = clientCredentials(oauth.ClientSecretPost("guess"), clientId);
    await expect(wrong).rejects.toEqual(refused("invalid_client", 7000215));
    await expect(clientCredentials(good, "nobody")).rejects.toEqual(refused("unauthorized_client", 700016));
    await expect(clientCredentials(good, clientId, API_SCOPE)).rejects.toEqual(refused("invalid_scope", 1002012));
    await expect(clientCredentials(good, clientId, "https://graph.microsoft.com/.default")).rejects.toEqual(
      refused("invalid_resource", 500011),
    );
  });

  test("an error body has Entra's fields and the caller's correlation id", async () => {
    const correlation = "11111111-2222-4333-8444-555555555555";
    const answer = await post(
      { grant_type: "client_credentials", client_id: clientId },
      { "client-request-id": correlation },
    );
    expect([answer.status, await answer.json()]).toEqual([
      401,
      {
        error: "invalid_client",
        error_description: expect.stringContaining(`Correlation ID: ${correlation}`),
        error_codes: [7000218],
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/),
        trace_id: expect.any(String),
        correlation_id: correlation,
      },
    ]);
    expect((await post({ grant_type: "password" })).status).toBe(400);
    const json = await fetch(server.token_endpoint ?? "", { method: "POST", body: "{}" });
    expect((await jsonOf(json)).error_codes).toEqual([900144]);
  });
});

describe("people", () => {
  test("sign in by code and PKCE and get access, ID and refresh tokens", async () => {
    const tokens = await signIn();
    expect(await verified(tokens.access_token)).toMatchObject({
      ver: "2.0",
      oid: ADA,
      azp: PORTAL_CLIENT_ID,
      azpacr: "0",
      scp: "access_as_user",
      name: "Ada Administrator",
      preferred_username: "ada.administrator@contoso.example",
      roles: ["RemoteAssistance.Update", "RemoteAssistance.Read"],
    });
    expect(decodeJwt(tokens.access_token)).not.toHaveProperty("idtyp");
    expect(tokens.scope).toBe(`${API_SCOPE} openid offline_access`);
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ aud: PORTAL_CLIENT_ID, oid: ADA, nonce: "once" });
    expect(tokens.refresh_token).toEqual(expect.any(String));
  });

  test("without a role get a token without the claim", async () => {
    const { access_token } = await signIn("10000000-0000-4000-8000-000000000005");
    expect(await verified(access_token)).not.toHaveProperty("roles");
  });

  test("come back in the fragment when the client asks for it", async () => {
    const { url } = await startSignIn({ response_mode: "fragment" });
    const { location } = await choose(url);
    expect(location.search).toBe("");
    const answer = new URLSearchParams(location.hash.slice(1));
    expect([answer.get("state"), answer.has("code")]).toEqual(["opaque & odd", true]);
  });

  test("a code works once, for ten minutes, with its verifier and its redirect URI", async () => {
    const code = async () => {
      const { url, verifier } = await startSignIn();
      return { location: (await choose(url)).location, verifier };
    };
    const used = await code();
    await redeem(used.location, used.verifier);
    await expect(redeem(used.location, used.verifier)).rejects.toEqual(refused("invalid_grant", 54005));

    const fresh = await code();
    const otherVerifier = redeem(fresh.location, oauth.generateRandomCodeVerifier());
    await expect(otherVerifier).rejects.toEqual(refused("invalid_grant", 501481));
    const otherUri = redeem(fresh.location, fresh.verifier, `${REDIRECT_URI}x`);
    await expect(otherUri).rejects.toEqual(refused("invalid_client", 500112));
    expect((await redeem(fresh.location, fresh.verifier)).access_token).toMatch(/^ey/);

    aheadMs = -9.9 * 60 * 1000;
    const justInTime = await code();
    aheadMs = -10 * 60 * 1000;
    const late = await code();
    aheadMs = 0;
    expect((await redeem(justInTime.location, justInTime.verifier)).access_token).toMatch(/^ey/);
    await expect(redeem(late.location, late.verifier)).rejects.toEqual(refused("invalid_grant", 70008));
  });

  test("refreshing gives new tokens each time until 24 hours after the sign-in", async () => {
    const { refresh_token: first = "" } = await signIn();
    const second = await refresh(first);
    expect(await verified(second.access_token)).toMatchObject({ oid: ADA, scp: "access_as_user" });
    expect(second.refresh_token).not.toBe(first);

    aheadMs = 23 * 60 * 60 * 1000;
    const form = { grant_type: "refresh_token", client_id: PORTAL_CLIENT_ID };
    const third = await jsonOf(await post({ ...form, refresh_token: second.refresh_token ?? "" }));
    aheadMs = 24 * 60 * 60 * 1000 + 1000;
    await expect(refresh(String(third.refresh_token))).rejects.toEqual(refused("invalid_grant", 700084));
    await expect(refresh("made up")).rejects.toEqual(refused("invalid_grant", 9002313));
  });

  test("a client without PKCE or with another scope is told so at its redirect URI, with its state", async () => {
    const errorOf = async (changes: Record<string, string>) => {
      const answer = await fetch((await startSignIn(changes)).url, { redirect: "manual" });
      const { searchParams, origin } = new URL(answer.headers.get("location") ?? "");
      expect([origin, searchParams.get("state")]).toEqual(["http://localhost:7071", "opaque & odd"]);
      return searchParams.get("error");
    };
    expect(await errorOf({ code_challenge_method: "plain" })).toBe("invalid_request");
    expect(await errorOf({ code_challenge: "" })).toBe("invalid_request");
    expect(await errorOf({ response_type: "token" })).toBe("unsupported_response_type");
    expect(await errorOf({ scope: "openid https://graph.microsoft.com/User.Read" })).toBe("invalid_scope");
    expect(await errorOf({ prompt: "none" })).toBe("login_required");
  });

  test("nobody is sent to a redirect URI that is neither https nor loopback, nor for an unknown client", async () => {
    const outside = ["http://evil.example/", "javascript:alert(1)", "not a url", "http://127.0.0.1.evil.example/"];
    for (const redirect_uri of outside) {
      const answer = await fetch((await startSignIn({ redirect_uri })).url, { redirect: "manual" });
      expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    }
    const stranger = await fetch((await startSignIn({ client_id: "<script>" })).url, { redirect: "manual" });
    expect(stranger.status).toBe(400);
    expect(await stranger.text()).not.toContain("<script>");
    expect((await fetch((await startSignIn({ redirect_uri: "https://front.example/" })).url)).status).toBe(200);
  });

  test("the page lists the people only, the hinted one first, and remembers who signed in", async () => {
    const { url } = await startSignIn({ login_hint: "dev.auditor@contoso.example" });
    const page = await (await fetch(url)).text();
    const names = [...page.matchAll(/<strong>([^<]+)/g)].map((found) => found[1]);
    expect(names).toEqual(["Dev Auditor", "Ada Administrator", "Bruno Agent", "Chiara Agent", "Elif Nobody"]);

    const { cookie } = await choose(url);
    const silent = await startSignIn({ prompt: "none" });
    const answer = await fetch(silent.url, { redirect: "manual", headers: { cookie: cookie.split(";")[0] ?? "" } });
    const tokens = await redeem(new URL(answer.headers.get("location") ?? ""), silent.verifier);
    expect(decodeJwt(tokens.access_token).oid).toBe(ADA);
    const another = await startSignIn({ prompt: "none", login_hint: "dev.auditor@contoso.example" });
    const refused = await fetch(another.url, { redirect: "manual", headers: { cookie: cookie.split(";")[0] ?? "" } });
    expect(new URL(refused.headers.get("location") ?? "").searchParams.get("error")).toBe("login_required");

    const out = new URL(server.end_session_endpoint ?? "");
    out.searchParams.set("post_logout_redirect_uri", REDIRECT_URI);
    const signedOut = await fetch(out, { redirect: "manual" });
    expect([signedOut.headers.get("location"), signedOut.headers.get("set-cookie")]).toEqual([
      REDIRECT_URI,
      expect.stringContaining("Max-Age=0"),
    ]);
  });
});

describe("keys", () => {
  test("a new key signs after a roll-over, tokens of the old one stay good unless it is withdrawn", async () => {
    const jwksUri = new URL(server.jwks_uri ?? "");
    const jwks = createRemoteJWKSet(jwksUri, { cooldownDuration: 0 });
    const before = await entra.tokenFor("Bruno Agent");
    await verified(before, jwks);

    const { kid } = await jsonOf(await fetch(`${entra.url}/_control/rotate`, { method: "POST" }));
    const after = await entra.tokenFor("Bruno Agent");
    expect(decodeProtectedHeader(after)).toEqual({ typ: "JWT", alg: "RS256", kid });
    await verified(after, jwks);
    await verified(before, jwks);

    await fetch(`${entra.url}/_control/rotate`, { method: "POST", body: JSON.stringify({ removeOld: true }) });
    await expect(verified(before)).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" });
    const { keys } = await jsonOf(await fetch(jwksUri));
    expect(keys).toEqual([
      { kty: "RSA", use: "sig", kid: expect.any(String), n: expect.any(String), e: "AQAB", issuer: server.issuer },
    ]);
  });

  test("keys and sign-ins outlive a restart", async () => {
    const first = await start(join(folder, "entra.json"));
    const token = await first.tokenFor("Ticket system");
    const { url, verifier } = await startSignIn();
    const { location } = await choose(new URL(`${first.url}${url.pathname}${url.search}`));
    await first.close();

    const second = await start(join(folder, "entra.json"));
    const keysUrl = new URL(`${second.url}/${TENANT_ID}/discovery/v2.0/keys`);
    expect((await jwtVerify(token, createRemoteJWKSet(keysUrl))).payload.aud).toBe(API_CLIENT_ID);
    expect((await jsonOf(await fetch(keysUrl))).keys).toHaveLength(1);
    const form = { grant_type: "authorization_code", client_id: PORTAL_CLIENT_ID, redirect_uri: REDIRECT_URI };
    const code = location.searchParams.get("code") ?? "";
    const body = new URLSearchParams({ ...form, code, code_verifier: verifier });
    const redeemed = await fetch(`${second.url}/${TENANT_ID}/oauth2/v2.0/token`, { method: "POST", body });
    expect(redeemed.status).toBe(200);
  });
});

describe("what the real Entra does not have", () => {
  test("tokens without a sign-in, proper and odd, in process and over HTTP", async () => {
    const odd = { claims: { tid: "another", oid: undefined }, header: { kid: "unknown" }, expiresInSeconds: -61 };
    const token = await entra.tokenFor("Ada Administrator", odd);
    expect(decodeJwt(token)).toMatchObject({ tid: "another", scp: "access_as_user" });
    expect(decodeJwt(token)).not.toHaveProperty("oid");
    expect(decodeProtectedHeader(token).kid).toBe("unknown");
    const expired = await entra.tokenFor("Ada Administrator", { expiresInSeconds: -61 });
    await expect(verified(expired)).rejects.toMatchObject({ code: "ERR_JWT_EXPIRED" });

    const order = (body: unknown) =>
      fetch(`${entra.url}/_control/token`, { method: "POST", body: JSON.stringify(body) });
    const given = String(
      (await jsonOf(await order({ principal: "log collector", claims: { azp: "x", roles: null } }))).access_token,
    );
    expect(await verified(given)).toMatchObject({ azp: "x", idtyp: "app" });
    expect(decodeJwt(given)).not.toHaveProperty("roles");
    expect((await order({ principal: "Nobody at all" })).status).toBe(400);
  });

  test("the list of demo principals holds no secret", async () => {
    const text = await (await fetch(`${entra.url}/_control/principals`)).text();
    expect(JSON.parse(text)).toHaveLength(principals.length);
    expect(text).not.toContain("demo-secret");
  });
});

describe("around it", () => {
  test("front ends on other origins may read keys and metadata and redeem codes", async () => {
    for (const url of [server.jwks_uri, server.token_endpoint, `${server.issuer}/.well-known/openid-configuration`]) {
      const headers = { origin: "https://front.example", "access-control-request-headers": "content-type" };
      const preflight = await fetch(url ?? "", { method: "OPTIONS", headers });
      expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
      expect(preflight.headers.get("access-control-allow-headers")).toBe("content-type");
    }
    expect((await post({ grant_type: "password" })).headers.get("access-control-allow-origin")).toBe("*");
  });

  test("another tenant does not exist", async () => {
    const answer = await fetch(`${entra.url}/common/v2.0/.well-known/openid-configuration`);
    expect([answer.status, (await jsonOf(answer)).error_codes]).toEqual([400, [90002]]);
  });

  test("a fault strikes the key endpoint once, and the journal shows it", async () => {
    entra.journal.splice(0);
    entra.addFault({ path: "/discovery/v2.0/keys", status: 503 });
    const token = await entra.tokenFor("Bruno Agent");
    await expect(verified(token)).rejects.toMatchObject({ code: "ERR_JOSE_GENERIC" });
    await verified(token);
    entra.addFault({ path: "/discovery/v2.0/keys", behaviour: "hang" });
    const impatient = createRemoteJWKSet(new URL(server.jwks_uri ?? ""), { timeoutDuration: 50 });
    await expect(verified(token, impatient)).rejects.toMatchObject({ code: "ERR_JWKS_TIMEOUT" });
    expect(entra.journal.map(({ status }) => status)).toEqual([503, 200, 0]);
  });
});
