import { randomBytes } from "node:crypto";
import { createLocalJWKSet, errors, type JWK, type JWTPayload, jwtVerify } from "jose";
import {
  MANAGED_IDENTITY_OBJECT_ID,
  managedIdentityClaims,
  managedIdentityIssuer,
  TOKEN_EXCHANGE,
} from "../identity/managed-identity-token.ts";
import { LIFETIME_SECONDS } from "./claims.ts";
import type { Realm } from "./realm.ts";
import { EntraRefusal, invalidScope, missingParameter, unknownClient } from "./refusal.ts";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const GRAPH = "https://graph.microsoft.com";
/** The delegated permissions of our API's app registration. */
const CONSENTED = "DeviceManagementRBAC.Read.All";

/**
 * A token of Microsoft Graph for the person whose token our API shows:
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export async function onBehalfOfToken(realm: Realm, form: URLSearchParams): Promise<Record<string, string | number>> {
  const clientId = required(form, "client_id");
  if (clientId !== realm.apiClientId) throw unknownClient(clientId);
  await checkClient(realm, form, clientId);
  const assertion = required(form, "assertion");
  if (required(form, "requested_token_use") !== "on_behalf_of") throw missingParameter("requested_token_use");
  const scope = required(form, "scope");
  if (scope !== `${GRAPH}/.default`) throw invalidScope(scope);

  const user = await userOf(realm, assertion);
  checkPolicies(realm, user);
  const now = realm.nowSeconds();
  const claims = {
    aud: GRAPH,
    iss: `https://sts.windows.net/${realm.tenantId}/`,
    iat: now,
    nbf: now,
    exp: now + LIFETIME_SECONDS,
    appid: clientId,
    idtyp: "user",
    oid: user.oid,
    scp: CONSENTED,
    sub: user.sub,
    tid: realm.tenantId,
    uti: randomBytes(16).toString("base64url"),
    ver: "1.0",
  };
  const lifetime = { expires_in: LIFETIME_SECONDS - 1, ext_expires_in: LIFETIME_SECONDS - 1 };
  return {
    token_type: "Bearer",
    scope: `${GRAPH}/${CONSENTED}`,
    ...lifetime,
    access_token: await realm.keys.sign(claims),
  };
}

/** The client proves itself by a managed identity's token instead of a secret: signature, then issuer, subject, audience. */
async function checkClient({ onBehalfOf }: Realm, form: URLSearchParams, clientId: string): Promise<void> {
  const assertion = form.get("client_assertion");
  if (!assertion || form.get("client_assertion_type") !== ASSERTION_TYPE) {
    const text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    throw new EntraRefusal("invalid_client", 7000218, text, 401);
  }
  if (!onBehalfOf.isFederated) {
    const text = `The client '${clientId}' has no configured federated identity credentials.`;
    throw new EntraRefusal("invalid_client", 70025, text, 401);
  }
  const claims = await managedIdentityClaims(assertion).catch((error: unknown) => {
    if (error instanceof errors.JWTExpired)
      throw new EntraRefusal("invalid_client", 700024, "Client assertion is not within its valid time range.", 401);
    throw new EntraRefusal("invalid_client", 700027, "Client assertion failed signature validation.", 401);
  });
  const noMatch = (number: number, what: string, value: unknown) =>
    new EntraRefusal(
      "invalid_client",
      number,
      `No matching federated identity record found for presented assertion ${what} '${value}'.`,
      401,
    );
  if (claims.aud !== TOKEN_EXCHANGE) throw noMatch(700212, "audience", claims.aud);
  if (claims.iss !== managedIdentityIssuer(TOKEN_EXCHANGE)) throw noMatch(700211, "issuer", claims.iss);
  if (claims.sub !== MANAGED_IDENTITY_OBJECT_ID) throw noMatch(700213, "subject", claims.sub);
}

/** The claims of the person's token: ours, meant for our API, and delegated. */
async function userOf({ authority, apiClientId, keys, nowSeconds }: Realm, token: string): Promise<JWTPayload> {
  const issuer = `${authority()}/v2.0`;
  const options = { issuer, audience: apiClientId, algorithms: ["RS256"], currentDate: new Date(nowSeconds() * 1000) };
  const verified = await jwtVerify(token, createLocalJWKSet({ keys: keys.publicKeys(issuer) as JWK[] }), options).catch(
    (error: unknown) => {
      throw refusedAssertion(error);
    },
  );
  const { payload } = verified;
  if (typeof payload.scp !== "string" || payload.idtyp === "app") {
    const text = `Application '${apiClientId}' is not allowed to make application on-behalf-of calls.`;
    throw new EntraRefusal("invalid_grant", 7000114, text);
  }
  return payload;
}

function refusedAssertion(error: unknown): EntraRefusal {
  if (error instanceof errors.JWTExpired || (error instanceof errors.JWTClaimValidationFailed && error.claim === "nbf"))
    return new EntraRefusal("invalid_grant", 500133, "Assertion is not within its valid time range.");
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === "aud") {
    const text = "Assertion audience does not match the Client app presenting the assertion.";
    return new EntraRefusal("invalid_grant", 500131, text);
  }
  return new EntraRefusal("invalid_grant", 50013, "Assertion failed signature validation.");
}

/** Consent first, then conditional access, which a new token with the right `acrs` satisfies. */
function checkPolicies({ onBehalfOf: { isConsented, acrs }, apiClientId }: Realm, user: JWTPayload): void {
  if (!isConsented) {
    const text = `The user or administrator has not consented to use the application with ID '${apiClientId}'.`;
    throw new EntraRefusal("invalid_grant", 65001, text, 400, { suberror: "consent_required" });
  }
  const has = Array.isArray(user.acrs) ? user.acrs : [];
  if (acrs === undefined || has.includes(acrs)) return;
  const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: acrs } } });
  const text = "Due to a configuration change made by your administrator, you must use multi-factor authentication.";
  throw new EntraRefusal("interaction_required", 50076, text, 400, { suberror: "basic_action", claims });
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) throw missingParameter(name);
  return value;
}
