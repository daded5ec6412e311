import * as z from "zod";
import type { TokenAnswer, TokenSet } from "../../connector/ports.ts";

/** Lives that no service means are put right: at least a minute, at most 30 days; a day when it says none (TeamViewer API documentation 3.8). */
const LEAST_SECONDS = 60;
const MOST_SECONDS = 30 * 24 * 60 * 60;
const USUAL_SECONDS = 24 * 60 * 60;

const tokensSchema = z.object({
  access_token: z.string().min(1).max(8192),
  refresh_token: z.string().min(1).max(8192).optional(),
  expires_in: z.preprocess((given) => given ?? undefined, z.coerce.number()).catch(USUAL_SECONDS),
});
const errorSchema = z.object({ error: z.string() });
/** Answers that end a grant for good; every other failure leaves it open whether the refresh token was spent. */
const FINAL_ERRORS = ["invalid_grant", "invalid_client", "unauthorized_client"];

/** What an answer of the token endpoint means (RFC 6749 sections 5.1 and 5.2). One without a refresh token keeps `previous`'s. */
export async function tokenAnswerOf(
  response: Response,
  previous: TokenSet | undefined,
  now: Date,
): Promise<TokenAnswer> {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.status === 200) return tokensOf(body, previous, now);
  const { error } = errorSchema.catch({ error: "" }).parse(body);
  if (response.status < 500 && FINAL_ERRORS.includes(error)) return { outcome: "refused", reason: error };
  return { outcome: "unknown", cause: new Error(`TeamViewer's token endpoint answered ${response.status}`) };
}

function tokensOf(body: unknown, previous: TokenSet | undefined, now: Date): TokenAnswer {
  const parsed = tokensSchema.safeParse(body);
  const refreshToken = parsed.data?.refresh_token ?? previous?.refreshToken;
  if (!parsed.success || !refreshToken) {
    return { outcome: "unknown", cause: new Error("TeamViewer's token endpoint gave an answer that cannot be used") };
  }
  const seconds = Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, parsed.data.expires_in));
  return {
    outcome: "granted",
    tokens: {
      accessToken: parsed.data.access_token,
      refreshToken,
      obtainedAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + seconds * 1000).toISOString(),
    },
  };
}
