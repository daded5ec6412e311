import { randomBytes } from "node:crypto";
import { SignJWT } from "jose";
import { TENANT_ID } from "../principals.ts";

/** The client id of the identity the local app runs as, when no other is asked for. */
export const MANAGED_IDENTITY_CLIENT_ID = "40000000-0000-4000-8000-000000000001";

const OBJECT_ID = "40000000-0000-4000-8000-000000000002";

// Nobody on this machine checks the signature: to Azure's clients the token is opaque. A key per process will do.
const key = randomBytes(32);

/** A token like a managed identity's: v1 claims with `aud` = the resource, as asked for. */
export function managedIdentityToken(
  resource: string,
  { clientId = MANAGED_IDENTITY_CLIENT_ID, expiresInSeconds = 24 * 60 * 60 } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    appid: clientId,
    idtyp: "app",
    oid: OBJECT_ID,
    tid: TENANT_ID,
    ver: "1.0",
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setAudience(resource)
    .setIssuer(`https://sts.windows.net/${TENANT_ID}/`)
    .setSubject(OBJECT_ID)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + expiresInSeconds)
    .setJti(randomBytes(8).toString("hex"))
    .sign(key);
}
