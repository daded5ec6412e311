import { ManagedIdentityCredential } from "@azure/identity";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import { startIdentity } from "../../infra/local/identity/identity.ts";
import type { StandIn } from "../../infra/local/stand-in.ts";

const USER_ASSIGNED = "50000000-0000-4000-8000-000000000001";
const SCOPE = "https://storage.azure.com/.default";

let identity: StandIn;
let scopes = 0;

beforeAll(async () => {
  identity = await startIdentity({ port: 0, header: "secret-header", userAssigned: [USER_ASSIGNED] });
  // Read once: the library remembers the endpoint and the header of its first request for the life of the process.
  process.env.IDENTITY_ENDPOINT = `${identity.url}/msi/token`;
  process.env.IDENTITY_HEADER = "secret-header";
});

beforeEach(() => void identity.journal.splice(0));

afterEach(() => identity.clearFaults());

afterAll(async () => {
  delete process.env.IDENTITY_ENDPOINT;
  delete process.env.IDENTITY_HEADER;
  await identity.close();
});

// The credential's token cache belongs to the process, so each test asks for a resource of its own.
function freshScope() {
  scopes += 1;
  return `https://resource${scopes}.example/.default`;
}

const ask = (query: string, header = "secret-header") =>
  fetch(`${identity.url}/msi/token?${query}`, { headers: header ? { "x-identity-header": header } : {} });

test("the system-assigned identity gets a JWT for the resource, good for a day", async () => {
  const { token, expiresOnTimestamp } = await new ManagedIdentityCredential().getToken(SCOPE);
  const claims = decodeJwt(token);
  expect(claims).toMatchObject({ aud: "https://storage.azure.com", idtyp: "app" });
  expect(Math.abs(expiresOnTimestamp / 1000 - (claims.exp ?? 0))).toBeLessThanOrEqual(1);
  expect(expiresOnTimestamp - Date.now()).toBeGreaterThan(23 * 60 * 60 * 1000);
  expect(identity.journal.map(({ query }) => query)).toEqual([
    { "api-version": "2019-08-01", resource: "https://storage.azure.com" },
  ]);
});

test("a token is asked for once and then comes from the credential's cache", async () => {
  const credential = new ManagedIdentityCredential();
  const scope = freshScope();
  const [first, second] = [await credential.getToken(scope), await credential.getToken(scope)];
  expect(second.token).toBe(first.token);
  expect(identity.journal).toHaveLength(1);
});

test("a user-assigned identity is named by its client id, and one the app does not have is refused", async () => {
  const { token } = await new ManagedIdentityCredential({ clientId: USER_ASSIGNED }).getToken(SCOPE);
  expect(decodeJwt(token).appid).toBe(USER_ASSIGNED);
  expect(identity.journal[0]?.query.client_id).toBe(USER_ASSIGNED);

  const stranger = new ManagedIdentityCredential({ clientId: "50000000-0000-4000-8000-00000000dead" });
  await expect(stranger.getToken(SCOPE)).rejects.toThrow();
  expect(identity.journal.at(-1)?.status).toBe(400);
});

test("a wrong or missing X-IDENTITY-HEADER gets no token", async () => {
  const query = "api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net";
  for (const header of ["", "forged"]) {
    const refused = await ask(query, header);
    expect([refused.status, await refused.json()]).toEqual([
      401,
      { statusCode: 401, message: expect.any(String), correlationId: expect.any(String) },
    ]);
  }
});

test("the answer has exactly the fields of App Service, expires_on as text", async () => {
  const answer = await ask("api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net");
  expect(await answer.json()).toEqual({
    access_token: expect.stringMatching(/^ey[\w-]+\.[\w-]+\.[\w-]+$/),
    expires_on: expect.stringMatching(/^\d{10}$/),
    resource: "https://vault.azure.net",
    token_type: "Bearer",
    client_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

test("another api-version and a missing resource are bad requests", async () => {
  expect((await ask("api-version=2017-09-01&resource=https%3A%2F%2Fvault.azure.net")).status).toBe(400);
  expect((await ask("api-version=2019-08-01")).status).toBe(400);
});

test("the credential tries again when the endpoint fails for a moment", async () => {
  identity.addFault({ status: 500, body: { statusCode: 500, message: "An unexpected error occured." } });
  const credential = new ManagedIdentityCredential({ retryOptions: { maxRetries: 2, retryDelayInMs: 1 } });
  expect((await credential.getToken(freshScope())).token).toMatch(/^ey/);
  expect(identity.journal.map(({ status }) => status)).toEqual([500, 200]);
});
