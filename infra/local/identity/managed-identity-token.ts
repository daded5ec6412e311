import { randomBytes } from "node:crypto";
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import { TENANT_ID } from "../principals.ts";

/** The client id of the identity the local app runs as, when no other is asked for. */
export const MANAGED_IDENTITY_CLIENT_ID = "40000000-0000-4000-8000-000000000001";

/** The same identity's object id: the `sub` of its tokens. */
export const MANAGED_IDENTITY_OBJECT_ID = "40000000-0000-4000-8000-000000000002";

/** What a token that stands for a client secret is for (learn.microsoft.com/entra/workload-id/workload-identity-federation). */
export const TOKEN_EXCHANGE = "api://AzureADTokenExchange";

// To Azure's clients the token is opaque; who checks it is Entra's stand-in, in this process. A key per process will do.
const key = randomBytes(32);

/** The issuer of a managed identity's tokens: v2.0's where a federated credential is to name it, v1's everywhere else. */
export function managedIdentityIssuer(resource: string): string {
  return resource === TOKEN_EXCHANGE
    ? `https://login.microsoftonline.com/${TENANT_ID}/v2.0`
    : `https://sts.windows.net/${TENANT_ID}/`;
}

/** A token like a managed identity's: v1 claims with `aud` = the resource, as asked for. */
export function managedIdentityToken(
  resource: string,
  {
    clientId = MANAGED_IDENTITY_CLIENT_ID,
    expiresInSeconds = 24 * 60 * 60,
    roles,
  }: { clientId?: string; expiresInSeconds?: number; roles?: readonly string[] | undefined } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    appid: clientId,
    idtyp: "app",
    oid: MANAGED_IDENTITY_OBJECT_ID,
    tid: TENANT_ID,
    ver: "1.0",
    ...(roles ? { roles } : {}),
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setAudience(resource)
    .setIssuer(managedIdentityIssuer(resource))
    .setSubject(MANAGED_IDENTITY_OBJECT_ID)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + expiresInSeconds)
    .setJti(randomBytes(8).toString("hex"))
    .sign(key);
}

/** The claims of a token that `managedIdentityToken` made and that is not over; throws for any other. */
export async function managedIdentityClaims(token: string): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"] });
  return payload;
}
