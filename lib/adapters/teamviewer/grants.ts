import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  ClientSecretPost,
  customFetch,
  nopkce,
  refreshTokenGrantRequest,
  validateAuthResponse,
} from "oauth4webapi";
import * as z from "zod";
import type { TeamViewerGrants, TokenAnswer, TokenSet } from "../../connector/ports.ts";
import { AppError } from "../../errors.ts";
import { type Outbound, OutboundError } from "../outbound.ts";
import { callApi, type TeamViewerApi } from "./api.ts";

type Deps = {
  loginUrl: string;
  apiUrl: string;
  clientId: string;
  clientSecret: () => Promise<string>;
  redirectUri: string;
  outbound: Outbound;
  now: () => Date;
};

/** Breaking off a token call is what loses a grant, so it may take long; it is never repeated by itself. */
const TOKEN_TIMEOUT_MS = 60_000;
const REVOKE_TIMEOUT_MS = 10_000;
const GROUP_NAME = "Intune remote assistance";

/** Lives that no service means are put right: at least a minute, at most 30 days; a day when it says none (TeamViewer API documentation 3.8). */
const LEAST_SECONDS = 60;
const MOST_SECONDS = 30 * 24 * 60 * 60;
const USUAL_SECONDS = 24 * 60 * 60;

const tokensSchema = z.object({
  access_token: z.string().min(1).max(8192),
  refresh_token: z.string().min(1).max(8192).optional(),
  expires_in: z.coerce.number().catch(USUAL_SECONDS),
});
const errorSchema = z.object({ error: z.string() });
const accountSchema = z.object({
  userid: z.string(),
  name: z.string().nullish(),
  email: z.string().nullish(),
  company_name: z.string().nullish(),
});
const groupSchema = z.object({ id: z.string().regex(/^g\d+$/), name: z.string() });
const groupsSchema = z.object({ groups: z.array(groupSchema) });

/** TeamViewer's OAuth 2.0: scopes are fixed with the app, PKCE is not documented and so not sent (see docs/decisions). */
export function makeTeamViewerGrants({
  loginUrl,
  apiUrl,
  clientId,
  clientSecret,
  redirectUri,
  outbound,
  now,
}: Deps): TeamViewerGrants {
  const server: AuthorizationServer = { issuer: loginUrl, token_endpoint: `${apiUrl}/api/v1/oauth2/token` };
  const client: Client = { client_id: clientId };
  const api: TeamViewerApi = { apiUrl, outbound };
  const options = {
    // Plain http reaches loopback only: the settings refuse it for every other host.
    [allowInsecureRequests]: apiUrl.startsWith("http://"),
    [customFetch]: async (
      url: string,
      { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
    ) => {
      const answer = await outbound(url, { method, headers, body: String(body ?? ""), timeoutMs: TOKEN_TIMEOUT_MS });
      return new Response(answer.text, { status: answer.status, headers: answer.headers });
    },
  };

  async function understand(request: () => Promise<Response>, previous?: TokenSet): Promise<TokenAnswer> {
    try {
      const response = await request();
      const body: unknown = await response.json().catch(() => undefined);
      if (response.status === 200) return tokensOf(body, previous, now());
      const { error } = errorSchema.catch({ error: "" }).parse(body);
      const isFinal =
        response.status < 500 && ["invalid_grant", "invalid_client", "unauthorized_client"].includes(error);
      if (isFinal) return { outcome: "refused", reason: error };
      return { outcome: "unknown", cause: new Error(`TeamViewer's token endpoint answered ${response.status}`) };
    } catch (error) {
      if (error instanceof OutboundError) return { outcome: "unknown", cause: error };
      throw error;
    }
  }

  return {
    authorizeUrl(state) {
      const query = new URLSearchParams({
        response_type: "code",
        client_id: clientId,
        redirect_uri: redirectUri,
        state,
        display: "popup",
      });
      return `${loginUrl}/oauth2/authorize?${query}`;
    },
    async exchange(code) {
      const auth = ClientSecretPost(await clientSecret());
      // The state was checked against our own record before; here the library only takes the code from where it belongs.
      const parameters = validateAuthResponse(
        server,
        client,
        new URLSearchParams({ code, state: "checked" }),
        "checked",
      );
      return understand(() =>
        authorizationCodeGrantRequest(server, client, auth, parameters, redirectUri, nopkce, options),
      );
    },
    async refresh(tokens) {
      const auth = ClientSecretPost(await clientSecret());
      return understand(() => refreshTokenGrantRequest(server, client, auth, tokens.refreshToken, options), tokens);
    },
    async revoke(accessToken) {
      try {
        const answer = await outbound(`${apiUrl}/api/v1/oauth2/revoke`, {
          method: "POST",
          headers: { authorization: `Bearer ${accessToken}` },
          timeoutMs: REVOKE_TIMEOUT_MS,
        });
        return answer.status < 300 || answer.status === 401;
      } catch (error) {
        if (error instanceof OutboundError) return false;
        throw error;
      }
    },
    async account(accessToken) {
      const { userid, name, email, company_name } = await callApi(api, {
        accessToken,
        path: "/account",
        schema: accountSchema,
      });
      return { id: userid, name: name ?? "", company: company_name ?? "", email: email ?? "" };
    },
    async groupId(accessToken) {
      try {
        const path = `/groups?name=${encodeURIComponent(GROUP_NAME)}`;
        const { groups } = await callApi(api, { accessToken, path, schema: groupsSchema });
        const existing = groups.find(({ name }) => name === GROUP_NAME);
        if (existing) return existing.id;
        const made = { accessToken, method: "POST", path: "/groups", body: { name: GROUP_NAME }, schema: groupSchema };
        return (await callApi(api, made)).id;
      } catch (error) {
        if (error instanceof AppError) return undefined;
        throw error;
      }
    },
  };
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
