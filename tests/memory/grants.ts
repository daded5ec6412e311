import type { TeamViewerGrants, TokenAnswer, TokenSet } from "../../lib/connector/ports.ts";
import { AppError } from "../../lib/errors.ts";

/** How TeamViewer treats a refresh token that was used before: the grant ends, it is forgiven for a while, or it goes on working. */
export type RefreshMode = "rotating" | "grace" | "non-rotating";

type Deps = { now: () => Date; newText: () => string };
type Grant = { id: string; isLive: boolean };
type Code = { grant?: Grant };
type RefreshToken = { grant: Grant; spentAtMs?: number };

const GRACE_MS = 30_000;
const REFUSED: TokenAnswer = { outcome: "refused", reason: "invalid_grant" };

/** TeamViewer's OAuth in memory: codes and refresh tokens that work once, as `infra/local/teamviewer/grants.ts` has them. */
export function makeMemoryGrants({ now, newText }: Deps) {
  const all: Grant[] = [];
  const codes = new Map<string, Code>();
  const accessTokens = new Map<string, { grant: Grant; expiresAtMs: number }>();
  const refreshTokens = new Map<string, RefreshToken>();
  const state = { mode: "rotating" as RefreshMode, lifeMs: 86_400_000 };
  /** Each refresh, with the token set it was asked for. */
  const refreshes: { accessToken: string; wasSpent: boolean }[] = [];

  const isAccepted = (accessToken: string) => {
    const known = accessTokens.get(accessToken);
    return known?.grant.isLive === true && known.expiresAtMs > now().getTime();
  };

  function issue(grant: Grant, kept?: string): TokenAnswer {
    const accessToken = `access-${newText()}`;
    const refreshToken = kept ?? `refresh-${newText()}`;
    const at = now().getTime();
    accessTokens.set(accessToken, { grant, expiresAtMs: at + state.lifeMs });
    if (!kept) refreshTokens.set(refreshToken, { grant });
    const expiresAt = new Date(at + state.lifeMs).toISOString();
    return { outcome: "granted", tokens: { accessToken, refreshToken, obtainedAt: now().toISOString(), expiresAt } };
  }

  async function refresh({ accessToken, refreshToken: text }: TokenSet): Promise<TokenAnswer> {
    const token = refreshTokens.get(text);
    refreshes.push({ accessToken, wasSpent: token?.spentAtMs !== undefined });
    if (!token?.grant.isLive) return REFUSED;
    const nowMs = now().getTime();
    const isForgiven = state.mode === "grace" && nowMs <= (token.spentAtMs ?? 0) + GRACE_MS;
    if (token.spentAtMs !== undefined && !isForgiven) {
      token.grant.isLive = false;
      return REFUSED;
    }
    if (state.mode === "non-rotating") return issue(token.grant, text);
    token.spentAtMs ??= nowMs;
    return issue(token.grant);
  }

  async function exchange(text: string): Promise<TokenAnswer> {
    const code = codes.get(text);
    if (!code) return REFUSED;
    if (code.grant) {
      code.grant.isLive = false;
      return REFUSED;
    }
    code.grant = { id: newText(), isLive: true };
    all.push(code.grant);
    return issue(code.grant);
  }

  const port: TeamViewerGrants = {
    authorizeUrl: (state) => `https://login.teamviewer.example/oauth2/authorize?${new URLSearchParams({ state })}`,
    exchange,
    refresh,
    async revoke(accessToken) {
      // Like the adapter: a token that TeamViewer does not know any more counts as revoked.
      const known = accessTokens.get(accessToken);
      if (known && isAccepted(accessToken)) known.grant.isLive = false;
      return true;
    },
    async account(accessToken) {
      if (!isAccepted(accessToken)) throw new AppError("upstream-unavailable", "TeamViewer refuses the token.");
      return { id: "u1", name: "Contoso Support", company: "Contoso", email: "support@contoso.example" };
    },
    groupId: async () => "g1",
  };

  return {
    port,
    state,
    refreshes,
    isAccepted,
    live: () => all.filter(({ isLive }) => isLive),
    /** Whether a set still belongs to a grant that lives and can be refreshed. */
    isAlive: ({ refreshToken }: TokenSet) => {
      const token = refreshTokens.get(refreshToken);
      return token?.grant.isLive === true && token.spentAtMs === undefined;
    },
    /** Somebody with a TeamViewer account consents: the code that the redirect brings. */
    consent(): string {
      const code = `code-${newText()}`;
      codes.set(code, {});
      return code;
    },
    endAll() {
      for (const grant of all) grant.isLive = false;
    },
  };
}
