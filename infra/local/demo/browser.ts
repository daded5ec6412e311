import { createHash, randomBytes } from "node:crypto";
import type { Addresses } from "../addresses.ts";
import { PORTAL_CLIENT_ID } from "../principals.ts";
import { expect } from "./steps.ts";

const TIMEOUT_MS = 15_000;

/** An answer read to its end; redirects are not followed. */
export type Answer = { status: number; headers: Headers; text: string };

export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Calls the API as somebody; fails with the problem's own words unless it answers `expected`. */
export async function call<T>(
  url: string,
  token: string,
  expected: number,
  init: { method?: string; body?: unknown; key?: string } = {},
) {
  const answer = await ask(url, {
    method: init.method ?? "GET",
    headers: {
      authorization: `Bearer ${token}`,
      ...(init.body === undefined ? {} : { "content-type": "application/json" }),
      ...(init.key ? { "idempotency-key": init.key } : {}),
    },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  });
  expect(
    answer.status === expected,
    `${init.method ?? "GET"} ${new URL(url).pathname} answered ${answer.status} ${answer.text.slice(0, 400)}`,
  );
  return JSON.parse(answer.text) as T;
}

/** An application's token by client credentials. */
export async function tokenOfApplication({ entra, settings, principals }: Addresses, name: string): Promise<string> {
  const application = principals.find((principal) => principal.name === name);
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: application?.clientId ?? "",
    client_secret: application?.clientSecret ?? "",
    scope: `api://${settings.API_CLIENT_ID}/.default`,
  });
  return tokenFrom(await ask(`${entra}/${settings.TENANT_ID}/oauth2/v2.0/token`, { method: "POST", body: form }));
}

/** A person's token: authorization code with PKCE (RFC 7636), the person chosen on the sign-in page. */
export async function tokenOfPerson({ app, entra, settings }: Addresses, name: string): Promise<string> {
  const verifier = randomBytes(32).toString("base64url");
  const tenant = `${entra}/${settings.TENANT_ID}`;
  const redirectUri = `${app}/portal`;
  const scope = `api://${settings.API_CLIENT_ID}/access_as_user`;
  const query = new URLSearchParams({
    client_id: PORTAL_CLIENT_ID,
    response_type: "code",
    redirect_uri: redirectUri,
    scope,
    state: "demo",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const page = await ask(`${tenant}/oauth2/v2.0/authorize?${query}`);
  const action = /<form method="post" action="([^"]+)"/
    .exec(page.text)?.[1]
    ?.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  const person = new RegExp(`value="([^"]+)"[^>]*>\\s*<strong>${name}<`).exec(page.text)?.[1];
  expect(action !== undefined && person !== undefined, `Entra's page does not offer ${name}`);
  const chosen = await ask(new URL(action, tenant).href, { method: "POST", body: new URLSearchParams({ person }) });
  const code = new URL(chosen.headers.get("location") ?? "", tenant).searchParams.get("code") ?? "";
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: PORTAL_CLIENT_ID,
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    scope,
  });
  return tokenFrom(await ask(`${tenant}/oauth2/v2.0/token`, { method: "POST", body: form, headers: { origin: app } }));
}

function tokenFrom({ status, text }: Answer): string {
  expect(status === 200, `Entra answered ${status} ${text.slice(0, 300)}`);
  return (JSON.parse(text) as { access_token: string }).access_token;
}
