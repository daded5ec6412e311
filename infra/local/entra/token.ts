import { createHash } from "node:crypto";
import type { StandInAnswer, StandInRequest } from "../stand-in.ts";
import { accessClaims, idClaims, LIFETIME_SECONDS } from "./claims.ts";
import { authenticateApplication, clientCredentials } from "./client-authentication.ts";
import type { Grant } from "./grants.ts";
import { onBehalfOfToken } from "./on-behalf-of.ts";
import type { Realm } from "./realm.ts";
import { EntraRefusal, missingParameter, refusalAnswer, unknownClient } from "./refusal.ts";
import { checkApplicationScope, personScopes } from "./scopes.ts";

type TokenAnswer = Record<string, string | number>;

/** The token endpoint: client credentials for applications, codes and refresh tokens for people, on-behalf-of for our API. */
export function tokenEndpoint(realm: Realm) {
  const shared = { token_type: "Bearer", expires_in: LIFETIME_SECONDS - 1, ext_expires_in: LIFETIME_SECONDS - 1 };

  const forApplication = async (request: StandInRequest, form: URLSearchParams): Promise<TokenAnswer> => {
    const application = authenticateApplication(realm, request, form);
    const scope = form.get("scope");
    if (!scope) throw missingParameter("scope");
    checkApplicationScope(scope, realm.apiClientId);
    return { ...shared, access_token: await realm.keys.sign(accessClaims(realm, application)) };
  };

  const forPerson = async (grant: Grant, refreshUntil?: number): Promise<TokenAnswer> => {
    const person = realm.principals.find(({ id }) => id === grant.principalId);
    if (!person) throw new EntraRefusal("invalid_grant", 50034, "The user account does not exist in the directory.");
    const { api, granted } = personScopes(grant.scope, realm.apiClientId);
    const answer: TokenAnswer = {
      ...shared,
      scope: [api, ...granted].join(" "),
      access_token: await realm.keys.sign(accessClaims(realm, person, grant.clientId)),
    };
    if (granted.includes("openid")) {
      answer.id_token = await realm.keys.sign(idClaims(realm, person, grant.clientId, grant.nonce));
    }
    if (granted.includes("offline_access")) {
      answer.refresh_token = realm.grants.issueRefreshToken(grant, refreshUntil);
    }
    return answer;
  };

  const byCode = (clientId: string, form: URLSearchParams): Promise<TokenAnswer> => {
    const grant = realm.grants.code(required(form, "code"));
    if (!grant || grant.clientId !== clientId) {
      throw new EntraRefusal("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.");
    }
    if (grant.isRedeemed) {
      const text =
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.";
      throw new EntraRefusal("invalid_grant", 54005, text);
    }
    if (grant.expiresAt <= realm.nowSeconds()) {
      throw new EntraRefusal("invalid_grant", 70008, "The provided authorization code or refresh token has expired.");
    }
    if (required(form, "redirect_uri") !== grant.redirectUri) {
      const text = `The reply address '${form.get("redirect_uri")}' does not match the reply address '${grant.redirectUri}' provided when requesting Authorization code.`;
      throw new EntraRefusal("invalid_client", 500112, text);
    }
    // RFC 7636 section 4.6
    const challenge = createHash("sha256").update(required(form, "code_verifier")).digest("base64url");
    if (challenge !== grant.codeChallenge) {
      const text = "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
      throw new EntraRefusal("invalid_grant", 501481, text);
    }
    realm.grants.redeem(grant);
    return forPerson(grant);
  };

  // Each exchange gives a new refresh token; Entra does not revoke the old one:
  // https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime
  const byRefreshToken = (clientId: string, form: URLSearchParams): Promise<TokenAnswer> => {
    const grant = realm.grants.refreshToken(required(form, "refresh_token"));
    if (!grant || grant.clientId !== clientId) {
      throw new EntraRefusal("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.");
    }
    if (grant.expiresAt <= realm.nowSeconds()) {
      const text =
        "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which can't be extended.";
      throw new EntraRefusal("invalid_grant", 700084, text);
    }
    return forPerson(grant, grant.expiresAt);
  };

  const answer = (request: StandInRequest): Promise<TokenAnswer> => {
    const form = new URLSearchParams(isForm(request) ? request.body : "");
    const grantType = required(form, "grant_type");
    if (grantType === "client_credentials") return forApplication(request, form);
    if (grantType === "urn:ietf:params:oauth:grant-type:jwt-bearer") return onBehalfOfToken(realm, form);
    if (grantType !== "authorization_code" && grantType !== "refresh_token") {
      throw new EntraRefusal(
        "unsupported_grant_type",
        70003,
        `The app requested an unsupported grant type '${grantType}'.`,
      );
    }
    const clientId = clientCredentials(request, form).clientId;
    if (!clientId) throw missingParameter("client_id");
    if (!realm.publicClientIds.includes(clientId)) throw unknownClient(clientId);
    return grantType === "authorization_code" ? byCode(clientId, form) : byRefreshToken(clientId, form);
  };

  return async (request: StandInRequest): Promise<StandInAnswer> => {
    const headers = { "cache-control": "no-store, no-cache", pragma: "no-cache" };
    try {
      return { status: 200, headers, json: await answer(request) };
    } catch (error) {
      if (!(error instanceof EntraRefusal)) throw error;
      const correlationId = request.headers["client-request-id"];
      return { headers, ...refusalAnswer(error, typeof correlationId === "string" ? correlationId : undefined) };
    }
  };
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) throw missingParameter(name);
  return value;
}

function isForm({ headers }: StandInRequest): boolean {
  return (headers["content-type"] ?? "").toLowerCase().startsWith("application/x-www-form-urlencoded");
}
