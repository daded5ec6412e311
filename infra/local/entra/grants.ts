import { randomBytes } from "node:crypto";
import type { Kept } from "../kept.ts";

const CODE_SECONDS = 10 * 60;
// A single-page application's refresh tokens end 24 hours after the sign-in, however often they are exchanged:
// https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime
const REFRESH_SECONDS = 24 * 60 * 60;

/** What a person granted a client by signing in. */
export type Grant = { clientId: string; principalId: string; scope: string; nonce?: string };

export type CodeGrant = Grant & { redirectUri: string; codeChallenge: string; expiresAt: number; isRedeemed: boolean };
export type RefreshGrant = Grant & { expiresAt: number };
export type GrantState = { codes: Record<string, CodeGrant>; refreshTokens: Record<string, RefreshGrant> };

export type Grants = ReturnType<typeof grants>;

/** The authorization codes and refresh tokens that are about. */
export function grants(state: Kept<GrantState>, nowSeconds: () => number) {
  const { codes, refreshTokens } = state.value;
  const secret = () => randomBytes(32).toString("base64url");
  const forgetEnded = (book: Record<string, { expiresAt: number }>) => {
    // A day longer than they last, so that an ended one is still told from an unknown one.
    const limit = nowSeconds() - REFRESH_SECONDS;
    for (const [key, { expiresAt }] of Object.entries(book)) if (expiresAt < limit) delete book[key];
  };

  return {
    issueCode(grant: Grant & { redirectUri: string; codeChallenge: string }): string {
      forgetEnded(codes);
      const code = `1.${secret()}`;
      codes[code] = { ...grant, expiresAt: nowSeconds() + CODE_SECONDS, isRedeemed: false };
      state.save();
      return code;
    },
    code: (code: string): CodeGrant | undefined => (Object.hasOwn(codes, code) ? codes[code] : undefined),
    redeem(grant: CodeGrant) {
      grant.isRedeemed = true;
      state.save();
    },

    issueRefreshToken({ clientId, principalId, scope }: Grant, expiresAt = nowSeconds() + REFRESH_SECONDS): string {
      forgetEnded(refreshTokens);
      const token = `1.${secret()}${secret()}`;
      refreshTokens[token] = { clientId, principalId, scope, expiresAt };
      state.save();
      return token;
    },
    refreshToken: (token: string): RefreshGrant | undefined =>
      Object.hasOwn(refreshTokens, token) ? refreshTokens[token] : undefined,
  };
}
