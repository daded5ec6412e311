import { decodeJwt } from "jose";
import type { StandInAnswer, StandInRequest } from "../stand-in.ts";

const RESOURCE = "https://vault.azure.net";

/**
 * The 401 a request without a good bearer gets, or nothing. The client learns from the challenge where to get a token and for
 * what: https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses#authentication.
 * The signature is not checked: the identity endpoint that made the token is on the same machine.
 */
export function challenge({ headers }: StandInRequest, authority: string): StandInAnswer | undefined {
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  const problem = token ? problemOf(token) : "AKV10000: Request is missing a Bearer or PoP token.";
  if (!problem) return undefined;
  const error = token ? ', error="invalid_token"' : "";
  return {
    status: 401,
    headers: { "www-authenticate": `Bearer authorization="${authority}", resource="${RESOURCE}"${error}` },
    json: { error: { code: "Unauthorized", message: problem } },
  };
}

function problemOf(token: string): string | undefined {
  try {
    const { aud, exp = 0 } = decodeJwt(token);
    if (aud !== RESOURCE && aud !== `${RESOURCE}/`) {
      return `AKV10022: Invalid audience. Expected ${RESOURCE}, found: ${aud}.`;
    }
    return exp * 1000 > Date.now() ? undefined : "[TokenExpired] Error validating token: the token is expired.";
  } catch {
    return "AKV10001: Bearer token is not a JWT.";
  }
}
