import { Refusal } from "./refusal.ts";

/** What a token says that Graph looks at here. */
export type Claims = { aud: string; exp?: number; scp?: string; idtyp?: string; oid?: string };

/** Graph's resource address, and its application id, which tokens of other tenants' clients carry instead. */
const audiences = [
  "https://graph.microsoft.com",
  "https://graph.microsoft.com/",
  "00000003-0000-0000-c000-000000000000",
];

/**
 * The claims of a call's bearer token, or Graph's 401. Signatures are not checked: Graph's tokens are opaque to everybody
 * but Graph, and here it is the sender who is under test.
 */
export function bearerClaims(authorization: string | undefined, now: Date): Claims {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
  if (!token) throw unauthenticated("Access token is empty.");
  const claims = decode(token);
  if (!claims) throw unauthenticated("IDX14100: JWT is not well formed, there are no dots (.).");
  if (!audiences.includes(claims.aud)) throw unauthenticated("Access token validation failure. Invalid audience.");
  const isOver = claims.exp !== undefined && claims.exp * 1000 <= now.getTime();
  if (isOver) throw unauthenticated("Lifetime validation failed, the token is expired.");
  return claims;
}

function decode(token: string): Claims | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  const [header, payload] = parts.slice(0, 2).map(parseObject);
  if (!header || !payload) return undefined;
  const { aud, exp, scp, idtyp, oid } = payload;
  return {
    aud: String(aud),
    ...(typeof exp === "number" ? { exp } : {}),
    ...(typeof scp === "string" ? { scp } : {}),
    ...(typeof oid === "string" ? { oid } : {}),
    ...(typeof idtyp === "string" ? { idtyp } : {}),
  };
}

function parseObject(base64url: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64url, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // Not JSON, so not a token: the caller answers 401.
  }
}

function unauthenticated(message: string): Refusal {
  const challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"';
  return new Refusal(401, "InvalidAuthenticationToken", message, { headers: { "www-authenticate": challenge } });
}
