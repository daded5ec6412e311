import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { decodeJwt, SignJWT } from "jose";
import { type Entra, startEntra } from "../../infra/local/entra/entra.ts";
import { managedIdentityToken, TOKEN_EXCHANGE } from "../../infra/local/identity/managed-identity-token.ts";
import { API_CLIENT_ID, PORTAL_CLIENT_ID, principals, TENANT_ID } from "../../infra/local/principals.ts";

let entra: Entra;

beforeAll(async () => {
  entra = await startEntra({ port: 0, tenantId: TENANT_ID, apiClientId: API_CLIENT_ID, principals });
});

afterEach(() => entra.setUpOnBehalfOf());

afterAll(() => entra.close());

type Refusal = { error: string; error_codes: number[]; error_description: string; suberror?: string; claims?: string };

/** Asks as our API does for Bruno, but for what is changed; `undefined` leaves a parameter out. */
async function ask(changes: Record<string, string | undefined> = {}) {
  const form = {
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    client_id: API_CLIENT_ID,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: await managedIdentityToken(TOKEN_EXCHANGE),
    assertion: await entra.tokenFor("Bruno Agent"),
    scope: "https://graph.microsoft.com/.default",
    requested_token_use: "on_behalf_of",
    ...changes,
  };
  const given = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const url = `${entra.url}/${TENANT_ID}/oauth2/v2.0/token`;
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(given) });
  return { status: answer.status, body: (await answer.json()) as Refusal & { access_token: string; scope: string } };
}

/** Status, OAuth error and AADSTS number. */
async function refused(changes: Record<string, string | undefined> = {}) {
  const { status, body } = await ask(changes);
  return [status, body.error, body.error_codes?.[0]];
}

test("a person's token is exchanged for one of Microsoft Graph in that person's name", async () => {
  const { status, body } = await ask();
  expect([status, body.scope]).toEqual([200, "https://graph.microsoft.com/DeviceManagementRBAC.Read.All"]);
  expect(decodeJwt(body.access_token)).toMatchObject({
    aud: "https://graph.microsoft.com",
    oid: principals[1]?.id,
    scp: "DeviceManagementRBAC.Read.All",
    idtyp: "user",
    appid: API_CLIENT_ID,
    tid: TENANT_ID,
  });
  expect(body).not.toHaveProperty("refresh_token");
});

describe("The client's assertion", () => {
  const forged = (claims: Record<string, string>) =>
    new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h").sign(new Uint8Array(32));

  test.each<[string, () => Promise<string | undefined>, number]>([
    ["is missing", async () => undefined, 7000218],
    ["is no token", async () => "secret", 700027],
    ["was signed by somebody else", () => forged({ aud: TOKEN_EXCHANGE }), 700027],
    ["is a person's token", () => entra.tokenFor("Bruno Agent"), 700027],
    ["is over", () => managedIdentityToken(TOKEN_EXCHANGE, { expiresInSeconds: -1 }), 700024],
    ["is for Key Vault", () => managedIdentityToken("https://vault.azure.net"), 700212],
  ])("that %s is refused", async (_title, assertion, number) => {
    expect(await refused({ client_assertion: await assertion() })).toEqual([401, "invalid_client", number]);
  });

  test("needs its type, and a federated credential of the app registration", async () => {
    expect(await refused({ client_assertion_type: "jwt" })).toEqual([401, "invalid_client", 7000218]);
    entra.setUpOnBehalfOf({ isFederated: false });
    expect(await refused()).toEqual([401, "invalid_client", 70025]);
  });

  test("is of no use to another client, and a secret is none to ours", async () => {
    expect(await refused({ client_id: PORTAL_CLIENT_ID })).toEqual([400, "unauthorized_client", 700016]);
    const secret = { client_assertion: undefined, client_secret: "demo-secret-1" };
    expect(await refused(secret)).toEqual([401, "invalid_client", 7000218]);
  });
});

describe("The person's token", () => {
  test.each<[string, () => Promise<string>, number]>([
    ["is no token", async () => "secret", 50013],
    ["was changed", async () => `${await entra.tokenFor("Bruno Agent")}x`, 50013],
    ["is for another API", () => entra.tokenFor("Bruno Agent", { claims: { aud: PORTAL_CLIENT_ID } }), 500131],
    ["is over", () => entra.tokenFor("Bruno Agent", { expiresInSeconds: -1 }), 500133],
    ["is an application's", () => entra.tokenFor("Ticket system"), 7000114],
    ["has no scope", () => entra.tokenFor("Bruno Agent", { claims: { scp: null } }), 7000114],
  ])("that %s is refused", async (_title, assertion, number) => {
    expect(await refused({ assertion: await assertion() })).toEqual([400, "invalid_grant", number]);
  });

  test("is needed, as the use and a scope of Microsoft Graph are", async () => {
    for (const name of ["assertion", "requested_token_use", "scope"])
      expect(await refused({ [name]: undefined })).toEqual([400, "invalid_request", 900144]);
    expect(await refused({ scope: "https://vault.azure.net/.default" })).toEqual([400, "invalid_scope", 70011]);
  });
});

test("without consent it is refused, and says so", async () => {
  const control = `${entra.url}/_control/on-behalf-of`;
  await fetch(control, { method: "POST", body: JSON.stringify({ isConsented: false }) });
  const { body } = await ask();
  expect([body.error, body.error_codes, body.suberror]).toEqual(["invalid_grant", [65001], "consent_required"]);
  await fetch(control, { method: "POST" });
  expect((await ask()).status).toBe(200);
});

test("conditional access asks for an interaction, by claims that a new token has to satisfy", async () => {
  entra.setUpOnBehalfOf({ acrs: "c1" });
  const { status, body } = await ask();
  expect([status, body.error, body.error_codes]).toEqual([400, "interaction_required", [50076]]);
  expect(JSON.parse(body.claims ?? "")).toEqual({ access_token: { acrs: { essential: true, value: "c1" } } });
  const satisfying = await entra.tokenFor("Bruno Agent", { claims: { acrs: ["c1"] } });
  expect((await ask({ assertion: satisfying })).status).toBe(200);
});
