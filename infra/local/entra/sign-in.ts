import type { Principal } from "../principals.ts";
import type { StandInAnswer } from "../stand-in.ts";
import { userName } from "./claims.ts";
import type { Realm } from "./realm.ts";
import { EntraRefusal, missingParameter, unknownClient } from "./refusal.ts";
import { personScopes } from "./scopes.ts";

/** An authorization request that may be answered: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
export type SignIn = {
  clientId: string;
  redirectUri: string;
  responseMode: "query" | "fragment";
  state: string | undefined;
  nonce: string | undefined;
  scope: string;
  codeChallenge: string;
  prompt: string | undefined;
  loginHint: string | undefined;
};

/** Where an answer may go at all; when this refuses, nobody is redirected. */
export type ReturnTo = Pick<SignIn, "redirectUri" | "responseMode" | "state">;

export function returnTo(realm: Realm, query: URLSearchParams): ReturnTo {
  const clientId = query.get("client_id");
  if (!clientId) throw missingParameter("client_id");
  if (!realm.publicClientIds.includes(clientId)) throw unknownClient(clientId);

  const redirectUri = query.get("redirect_uri") ?? "";
  if (!mayReturnTo(redirectUri)) {
    const text = `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${clientId}'.`;
    throw new EntraRefusal("invalid_request", 50011, text);
  }
  const responseMode = query.get("response_mode") === "fragment" ? "fragment" : "query";
  return { redirectUri, responseMode, state: query.get("state") ?? undefined };
}

/** The rest of the request; what is wrong with it the client is told at its redirect URI. */
export function signIn(realm: Realm, query: URLSearchParams, to: ReturnTo): SignIn {
  const responseType = query.get("response_type");
  if (responseType !== "code") {
    throw new EntraRefusal(
      "unsupported_response_type",
      700054,
      `response_type '${responseType}' is not enabled for the application.`,
    );
  }
  const mode = query.get("response_mode") ?? "query";
  if (mode !== "query" && mode !== "fragment") {
    throw new EntraRefusal("invalid_request", 900144, `The response_mode '${mode}' is not supported.`);
  }
  const codeChallenge = query.get("code_challenge") ?? "";
  if (query.get("code_challenge_method") !== "S256" || !/^[\w-]{43}$/.test(codeChallenge)) {
    const text = "Proof Key for Code Exchange is required for cross-origin authorization code redemption.";
    throw new EntraRefusal("invalid_request", 9002325, text);
  }
  const scope = query.get("scope") ?? "";
  personScopes(scope, realm.apiClientId);
  return {
    ...to,
    clientId: query.get("client_id") ?? "",
    nonce: query.get("nonce") ?? undefined,
    scope,
    codeChallenge,
    prompt: query.get("prompt") ?? undefined,
    loginHint: query.get("login_hint") ?? undefined,
  };
}

/** The redirect that brings `answer` back to the client. */
export function redirectBack(
  { redirectUri, responseMode, state }: ReturnTo,
  answer: Record<string, string>,
): StandInAnswer {
  const parameters = new URLSearchParams({ ...answer, ...(state === undefined ? {} : { state }) });
  const url = new URL(redirectUri);
  if (responseMode === "fragment") url.hash = parameters.toString();
  else for (const [name, value] of parameters) url.searchParams.set(name, value);
  return { status: 302, headers: { location: url.href, "cache-control": "no-store" } };
}

/** The person somebody means by an object id, a sign-in name or a display name. */
export function findPerson(realm: Realm, hint: string | undefined): Principal | undefined {
  const wanted = hint?.toLowerCase();
  return realm.principals
    .filter((principal) => principal.kind === "person")
    .find((person) => [person.id, userName(person), person.name.toLowerCase()].some((name) => name === wanted));
}

/** https, or plain http to loopback: https://learn.microsoft.com/entra/identity-platform/reply-url */
export function mayReturnTo(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, hash, username } = new URL(uri);
  if (hash || username) return false;
  return protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname));
}
