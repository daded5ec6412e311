import type { TokenCredential } from "@azure/identity";
import { describe, expect, test } from "@jest/globals";
import { makeOnBehalfOf } from "../../../../lib/adapters/entra/on-behalf-of.ts";
import { OutboundError, type OutboundRequest } from "../../../../lib/adapters/outbound.ts";

const SCOPE = "https://graph.microsoft.com/.default";
const sound = { access_token: "graph-token" };

type Answered = { status?: number; body?: unknown; error?: Error };

/** An exchange that Entra answers as told; `asked` is what it was sent, `audiences` what tokens of our own were for. */
function anExchange(
  { status = 200, body = sound, error }: Answered = {},
  entraUrl = "https://login.microsoftonline.com",
) {
  const asked: (OutboundRequest & { url: string })[] = [];
  const audiences: (string | string[])[] = [];
  const credential: TokenCredential = {
    getToken: async (scopes) => {
      audiences.push(scopes);
      return { token: "own-token", expiresOnTimestamp: 0 };
    },
  };
  const deps = {
    entraUrl,
    tenantId: "tenant",
    apiClientId: "api",
    credential,
    outbound: async (url: string, request: OutboundRequest) => {
      asked.push({ url, ...request });
      if (error) throw error;
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return { status, headers: new Headers({ "content-type": "application/json" }), text };
    },
  };
  const failure = () =>
    makeOnBehalfOf(deps)("user-token", SCOPE).then(
      (token) => new Error(`got ${token}`),
      (caught: unknown) => caught as Error,
    );
  return { asked, audiences, deps, failure, exchange: () => makeOnBehalfOf(deps)("user-token", SCOPE) };
}

test("the exchange is asked for as documented, with a deadline", async () => {
  const { exchange, asked, audiences } = anExchange();
  expect(await exchange()).toBe("graph-token");
  expect(audiences).toEqual(["api://AzureADTokenExchange/.default"]);
  expect(asked).toEqual([
    expect.objectContaining({
      url: "https://login.microsoftonline.com/tenant/oauth2/v2.0/token",
      method: "POST",
      timeoutMs: 10_000,
    }),
  ]);
  expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    client_id: "api",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: "own-token",
    assertion: "user-token",
    requested_token_use: "on_behalf_of",
    scope: SCOPE,
  });
});

test.each([
  ["https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov/.default"],
  ["https://login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina/.default"],
])("in the cloud of %s our own token is for its exchange", async (entraUrl, audience) => {
  const { exchange, audiences } = anExchange({}, entraUrl);
  await exchange();
  expect(audiences).toEqual([audience]);
});

describe("What Entra answers instead of a token", () => {
  const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
  test.each<[string, Answered, Record<string, unknown>]>([
    ["it is busy", { status: 429, body: {} }, { code: "upstream-unavailable", retryAfterSeconds: 30 }],
    ["it fails", { status: 500, body: "<html>" }, { code: "upstream-unavailable", retryAfterSeconds: 30 }],
    ["an empty body", { status: 200, body: "" }, { code: "upstream-invalid" }],
    ["no token in its answer", { body: { token_type: "Bearer" } }, { code: "upstream-invalid" }],
    ["a token without end", { body: { access_token: "x".repeat(16 * 1024 + 1) } }, { code: "upstream-invalid" }],
    [
      "nobody consented",
      { status: 400, body: { error: "invalid_grant", error_codes: [65001], suberror: "consent_required" } },
      { code: "upstream-invalid", message: expect.stringContaining("DeviceManagementRBAC.Read.All") },
    ],
    ...[70021, 70025, 700211, 700212, 700213].map((number): [string, Answered, Record<string, unknown>] => [
      `the federated credential does not fit (${number})`,
      { status: 401, body: { error: "invalid_client", error_codes: [number] } },
      { code: "upstream-invalid", message: expect.stringContaining("federated credential") },
    ]),
    [
      "an interaction, with claims",
      { status: 400, body: { error: "interaction_required", error_codes: [50076], claims } },
      { code: "unauthenticated", claimsChallenge: claims },
    ],
    [
      "claims under another error",
      { status: 400, body: { error: "invalid_grant", error_codes: [53003], claims } },
      { code: "unauthenticated", claimsChallenge: claims },
    ],
    ...[
      "secret",
      '"secret"',
      '{"secret":{}}',
      '{"access_token":"secret"}',
      `{"access_token":{"x":"${"y".repeat(4096)}"}}`,
    ].map((text): [string, Answered, Record<string, unknown>] => [
      `an interaction, with claims that are none: ${text.slice(0, 40)}`,
      { status: 400, body: { error: "interaction_required", error_codes: [50076], claims: text } },
      { code: "unauthenticated", claimsChallenge: undefined },
    ]),
    [
      "an interaction without claims",
      { status: 400, body: { error: "interaction_required", error_codes: [50079] } },
      { code: "unauthenticated", claimsChallenge: undefined },
    ],
    [
      "a sign-in that no longer counts",
      { status: 400, body: { error: "invalid_grant", error_codes: [50173] } },
      { code: "unauthenticated", claimsChallenge: undefined },
    ],
    ["another client's error", { status: 401, body: { error: "invalid_client" } }, { code: "upstream-invalid" }],
    ["numbers that are none", { status: 400, body: { error_codes: "65001" } }, { code: "upstream-invalid" }],
  ])("%s", async (_title, answered, expected) => {
    expect(await anExchange(answered).failure()).toMatchObject(expected);
  });

  test.each(["not-sent", "timeout", "cut", "too-large", "redirected"] as const)(
    "nothing (%s): nobody can tell",
    async (kind) => {
      const error = await anExchange({ error: new OutboundError(kind, "x") }).failure();
      expect(error).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30 });
    },
  );

  test("none of its words are passed on", async () => {
    const body = { error: "secret-error", error_description: "secret-text", error_codes: [1234] };
    const error = await anExchange({ status: 400, body }).failure();
    expect(`${error.message} ${error.cause}`).not.toContain("secret");
    expect(String(error.cause)).toContain("400 1234");
  });
});

test.each([
  ["fails", () => Promise.reject(new Error("no identity"))],
  ["gives none", () => Promise.resolve(null)],
])("when the identity %s, Entra is not asked and nobody can tell", async (_title, getToken) => {
  const { deps, asked } = anExchange();
  const exchange = makeOnBehalfOf({ ...deps, credential: { getToken } })("user-token", SCOPE);
  await expect(exchange).rejects.toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30 });
  expect(asked).toEqual([]);
});
