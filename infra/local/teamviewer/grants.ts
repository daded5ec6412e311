import { createHash, randomInt, randomUUID } from "node:crypto";
import { ownValue, type Realm } from "./realm.ts";
import { refuse } from "./refusal.ts";
import type { Grant } from "./state.ts";

const CODE_LIFE_MS = 10 * 60_000;
const GRACE_MS = 30_000;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

type TokenSet = { access_token: string; token_type: "bearer"; expires_in: number; refresh_token?: string };

/** An authorization code for an account that consented: ten minutes, once (API documentation 3.8.1). */
export function issueCode(realm: Realm, userid: string, codeChallenge: string | undefined): string {
  const code = randomText(8);
  realm.kept.value.codes[code] = {
    clientId: realm.app.clientId,
    redirectUri: realm.app.redirectUri,
    userid,
    expiresAtMs: realm.now().getTime() + CODE_LIFE_MS,
    ...(codeChallenge ? { codeChallenge } : {}),
  };
  realm.kept.save();
  return code;
}

/** RFC 6749 4.1.2: a code that comes twice is refused, and what it once gave is taken back. */
export function redeemCode(
  realm: Realm,
  text: string,
  redirectUri: string,
  codeVerifier: string | undefined,
): TokenSet {
  const code = ownValue(realm.kept.value.codes, text);
  if (!code || code.clientId !== realm.app.clientId) throw invalidGrant("The authorization code is not valid");
  if (code.grantId) {
    endGrant(realm, code.grantId, "code-used-twice");
    throw invalidGrant("The authorization code was already used");
  }
  if (code.expiresAtMs <= realm.now().getTime()) throw invalidGrant("The authorization code expired");
  if (code.redirectUri !== redirectUri) throw invalidGrant("redirect_uri is not the one the code was asked with");
  if (code.codeChallenge && code.codeChallenge !== s256(codeVerifier ?? "")) throw invalidGrant("Wrong code_verifier");

  const grant: Grant = {
    id: randomUUID(),
    clientId: code.clientId,
    userid: code.userid,
    createdAtMs: realm.now().getTime(),
  };
  realm.kept.value.grants[grant.id] = grant;
  code.grantId = grant.id;
  return issueTokens(realm, grant.id, true);
}

/** "Refresh tokens can only be used once" (3.8.2); the old access token keeps its own life. */
export function refreshGrant(realm: Realm, text: string): TokenSet {
  const refreshToken = ownValue(realm.kept.value.refreshTokens, text);
  const grant = refreshToken && ownValue(realm.kept.value.grants, refreshToken.grantId);
  if (!grant || grant.endedAtMs || grant.clientId !== realm.app.clientId) {
    throw invalidGrant("The refresh token is not valid");
  }
  const nowMs = realm.now().getTime();
  const { spentAtMs } = refreshToken;
  const isReplayForgiven = realm.refresh === "grace" && spentAtMs !== undefined && nowMs <= spentAtMs + GRACE_MS;
  if (spentAtMs !== undefined && !isReplayForgiven) {
    endGrant(realm, grant.id, "refresh-token-used-twice");
    throw invalidGrant("The refresh token was already used");
  }
  if (realm.refresh === "non-rotating") return issueTokens(realm, grant.id, false);
  refreshToken.spentAtMs ??= nowMs;
  return issueTokens(realm, grant.id, true);
}

/** The grant an access token stands for, or why it does not count. */
export function findGrant(realm: Realm, text: string): Grant | "expired" | "invalid" {
  const accessToken = ownValue(realm.kept.value.accessTokens, text);
  const grant = accessToken && ownValue(realm.kept.value.grants, accessToken.grantId);
  if (!grant || grant.endedAtMs || grant.clientId !== realm.app.clientId) return "invalid";
  return accessToken.expiresAtMs <= realm.now().getTime() ? "expired" : grant;
}

export function endGrant(realm: Realm, grantId: string, endedBy: NonNullable<Grant["endedBy"]>) {
  const grant = ownValue(realm.kept.value.grants, grantId);
  if (!grant || grant.endedAtMs) return;
  grant.endedAtMs = realm.now().getTime();
  grant.endedBy = endedBy;
  realm.kept.save();
}

function issueTokens(realm: Realm, grantId: string, withRefreshToken: boolean): TokenSet {
  const { accessTokens, refreshTokens } = realm.kept.value;
  const accessToken = tokenText();
  const expiresAtMs = realm.now().getTime() + realm.accessTokenSeconds * 1000;
  accessTokens[accessToken] = { grantId, expiresAtMs };
  const tokenSet: TokenSet = {
    access_token: accessToken,
    token_type: "bearer",
    expires_in: realm.accessTokenSeconds,
  };
  if (withRefreshToken) {
    tokenSet.refresh_token = tokenText();
    refreshTokens[tokenSet.refresh_token] = { grantId };
  }
  realm.kept.save();
  return tokenSet;
}

const invalidGrant = (description: string) => refuse(400, "invalid_grant", description);
const s256 = (verifier: string) => createHash("sha256").update(verifier).digest("base64url");
const tokenText = () => `${randomInt(10_000, 100_000)}-${randomText(20)}`;

function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}
