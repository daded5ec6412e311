import type { errors } from "jose";
import type { Principal } from "../../access/principal.ts";
import { principalOfClaims } from "../../access/principal-of-claims.ts";
import { AppError } from "../../errors.ts";
import type { Outbound } from "../outbound.ts";
import { whenNeeded } from "../when-needed.ts";
import { makeVerifiedTokens } from "./verified-tokens.ts";

type Deps = {
  entraUrl: string;
  tenantId: string;
  apiClientId: string;
  allowedClients: readonly string[];
  outbound: Outbound;
  now: () => Date;
};

const JWKS_TIMEOUT_MS = 5_000;
const KEYS_KEPT_MS = 24 * 60 * 60_000;
const RELOAD_PAUSE_MS = 30_000;
const RETRY_PAUSE_MS = 5_000;
const CLOCK_TOLERANCE_SECONDS = 60;
const MAX_TOKEN_LENGTH = 16 * 1024;

/**
 * Checks the bearer token of a request (RFC 6750, RFC 9068): RS256 by a key of our tenant, exact issuer and audience, its
 * times; once a minute for one token (docs/decisions/0037). Keys are kept for a day. While there are some, they are asked for at most every 30 s, whatever unknown key ids
 * come; without keys nobody gets in, and they are asked for every 5 s.
 */
export function makeAuthenticate({ entraUrl, tenantId, apiClientId, allowedClients, outbound, now }: Deps) {
  let failedAtMs = Number.NEGATIVE_INFINITY;
  const verified = makeVerifiedTokens(now);
  const keysOfTenant = whenNeeded(async () => {
    const jose = await import("jose");
    const keys = jose.createRemoteJWKSet(new URL(`${entraUrl}/${tenantId}/discovery/v2.0/keys`), {
      timeoutDuration: JWKS_TIMEOUT_MS,
      cooldownDuration: RELOAD_PAUSE_MS,
      cacheMaxAge: KEYS_KEPT_MS,
      [jose.customFetch]: async (url: string) => {
        // The library pauses after a success only: in an outage each request would ask anew.
        const pauseMs = keys.fresh ? RELOAD_PAUSE_MS : RETRY_PAUSE_MS;
        if (now().getTime() - failedAtMs < pauseMs) throw keysUnreadable();
        const { status, text } = await outbound(url, {
          headers: { accept: "application/json" },
          timeoutMs: JWKS_TIMEOUT_MS,
        });
        return new Response(text, { status });
      },
    });
    return keys;
  });

  return async (authorization: string | null): Promise<Principal> => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? "")?.[1];
    if (!token || token.length > MAX_TOKEN_LENGTH) {
      throw new AppError("unauthenticated", "Send an access token of this API in the header Authorization: Bearer …");
    }
    const known = verified.principalOf(token);
    if (known) return known;
    const { jwtVerify, errors } = await import("jose");
    const keys = await keysOfTenant();
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ["RS256"],
        issuer: `${entraUrl}/${tenantId}/v2.0`,
        audience: apiClientId,
        requiredClaims: ["exp", "iat", "tid", "oid"],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: now(),
      });
      const principal = principalOfClaims(payload, { tenantId, allowedClients });
      verified.add(token, principal, payload.exp ?? 0);
      return principal;
    } catch (error) {
      const translated = translate(error, errors);
      const isFailedReload = translated.code === "upstream-unavailable" && translated !== error;
      if (isFailedReload) failedAtMs = now().getTime();
      throw translated;
    }
  };
}

function translate(error: unknown, { JWTExpired, JOSEError }: typeof errors): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof JWTExpired)
    return new AppError("unauthenticated", "The token has expired. Get a new one from Entra.");
  const isOurs = ["ERR_JOSE_GENERIC", "ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID"];
  const isOfTheToken = error instanceof JOSEError && !isOurs.includes(error.code);
  if (isOfTheToken)
    return new AppError(
      "unauthenticated",
      "The token is not valid for this API. Get a new one from Entra with its scope.",
    );
  return keysUnreadable(error);
}

function keysUnreadable(cause?: unknown): AppError {
  const text = "Entra's signing keys cannot be read, so no token can be checked. Try again in some seconds.";
  return new AppError("upstream-unavailable", text, { cause, retryAfterSeconds: RETRY_PAUSE_MS / 1000 });
}
