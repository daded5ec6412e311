import { createHash, randomBytes } from "node:crypto";
import { PORTAL_CLIENT_ID, type Principal } from "../principals.ts";
import type { Realm } from "./realm.ts";

// Entra dates tokens back so that a clock that is slow still takes them: `exp` - `iat` is 65 minutes, of which 60 are left.
const BACKDATED_SECONDS = 5 * 60;
export const LIFETIME_SECONDS = 60 * 60;

/** The claims of a v2 access token: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
export function accessClaims(
  realm: Realm,
  principal: Principal,
  clientId = clientOf(principal),
): Record<string, unknown> {
  const own =
    principal.kind === "person"
      ? { azpacr: "0", scp: "access_as_user", ...nameClaims(principal), sub: pairwise(principal, realm.apiClientId) }
      : // https://learn.microsoft.com/entra/identity-platform/optional-claims-reference: idtyp tells applications' tokens.
        { azpacr: "1", idtyp: "app", sub: principal.id };
  return { ...sharedClaims(realm, principal, realm.apiClientId), azp: clientId, ...own };
}

/** The claims of an ID token: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
export function idClaims(
  realm: Realm,
  principal: Principal,
  clientId: string,
  nonce?: string,
): Record<string, unknown> {
  const { roles: _, ...shared } = sharedClaims(realm, principal, clientId);
  return { ...shared, ...nameClaims(principal), sub: pairwise(principal, clientId), nonce };
}

/** How a person signs in; applications have no such name. */
export function userName(principal: Principal): string {
  return `${principal.name.toLowerCase().replaceAll(" ", ".")}@contoso.example`;
}

function sharedClaims({ authority, tenantId, nowSeconds }: Realm, { id, roles }: Principal, audience: string) {
  const now = nowSeconds();
  return {
    aud: audience,
    iss: `${authority()}/v2.0`,
    iat: now - BACKDATED_SECONDS,
    nbf: now - BACKDATED_SECONDS,
    exp: now + LIFETIME_SECONDS,
    oid: id,
    tid: tenantId,
    uti: randomBytes(16).toString("base64url"),
    ver: "2.0",
    ...(roles.length > 0 ? { roles } : {}),
  };
}

function nameClaims(principal: Principal) {
  return { name: principal.name, preferred_username: userName(principal) };
}

function clientOf(principal: Principal): string {
  return principal.kind === "application" ? principal.clientId : PORTAL_CLIENT_ID;
}

// `sub` differs from application to application, so nobody should tell people by it.
function pairwise({ id }: Principal, audience: string): string {
  return createHash("sha256").update(`${id} ${audience}`).digest("base64url");
}
