import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  type ClientAuth,
  ClientSecretPost,
  customFetch,
  nopkce,
  refreshTokenGrantRequest,
  validateAuthResponse,
} from "oauth4webapi";
import type { TeamViewerGrants, TokenAnswer, TokenSet } from "../../connector/ports.ts";
import { type Outbound, OutboundError, type OutboundRequest } from "../outbound.ts";
import { findGroupId, readAccount } from "./account.ts";
import type { TeamViewerApi } from "./api.ts";
import { jsonOf } from "./refusal.ts";
import { tokenAnswerOf } from "./token-answer.ts";

type Deps = {
  loginUrl: string;
  apiUrl: string;
  clientId: string;
  clientSecret: (refused?: string) => Promise<string>;
  redirectUri: string;
  outbound: Outbound;
  now: () => Date;
};

/** Breaking off a token call is what loses a grant, so it may take long; it is never repeated by itself. */
const TOKEN_TIMEOUT_MS = 60_000;
const REVOKE_TIMEOUT_MS = 10_000;

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
  const optionsWith = (how: Pick<OutboundRequest, "isUnskippable">) => ({
    // Plain http reaches loopback only: the settings refuse it for every other host.
    [allowInsecureRequests]: apiUrl.startsWith("http://"),
    [customFetch]: async (
      url: string,
      { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
    ) => {
      const request = { method, headers, body: String(body ?? ""), timeoutMs: TOKEN_TIMEOUT_MS, ...how };
      const answer = await outbound(url, request);
      return new Response(answer.text || null, { status: answer.status, headers: answer.headers });
    },
  });

  /** Asks the token endpoint; once more when it refuses a client secret that was changed since: such a call spent nothing. */
  async function ask(request: (auth: ClientAuth) => Promise<Response>, previous?: TokenSet): Promise<TokenAnswer> {
    const secret = await clientSecret();
    const answer = await askOnce(() => request(ClientSecretPost(secret)), previous);
    if (answer.outcome !== "refused" || answer.reason !== "invalid_client") return answer;
    const current = await clientSecret(secret);
    return current === secret ? answer : askOnce(() => request(ClientSecretPost(current)), previous);
  }

  async function askOnce(request: () => Promise<Response>, previous?: TokenSet): Promise<TokenAnswer> {
    try {
      return await tokenAnswerOf(await request(), previous, now());
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
      // The state was checked against our own record before; here the library only takes the code from where it belongs.
      const parameters = validateAuthResponse(
        server,
        client,
        new URLSearchParams({ code, state: "checked" }),
        "checked",
      );
      // The consent is used up: a code that is not tried now is lost.
      const options = optionsWith({ isUnskippable: true });
      return ask((auth) =>
        authorizationCodeGrantRequest(server, client, auth, parameters, redirectUri, nopkce, options),
      );
    },
    refresh: (tokens) =>
      ask((auth) => refreshTokenGrantRequest(server, client, auth, tokens.refreshToken, optionsWith({})), tokens),
    async revoke(accessToken) {
      try {
        const answer = await outbound(`${apiUrl}/api/v1/oauth2/revoke`, {
          method: "POST",
          headers: { authorization: `Bearer ${accessToken}` },
          timeoutMs: REVOKE_TIMEOUT_MS,
          // Tokens that were never stored have this one chance to be revoked.
          isUnskippable: true,
        });
        const isTeamViewers = answer.text === "" || jsonOf(answer.text) !== undefined;
        return (answer.status < 300 && isTeamViewers) || answer.status === 401;
      } catch (error) {
        if (error instanceof OutboundError) return false;
        throw error;
      }
    },
    account: (accessToken) => readAccount(api, accessToken),
    groupId: (accessToken) => findGroupId(api, accessToken),
  };
}
