import type { TokenCredential } from "@azure/identity";
import {
  type AuthorizationServer,
  allowInsecureRequests,
  type ClientAuth,
  customFetch,
  genericTokenEndpointRequest,
} from "oauth4webapi";
import { AppError } from "../../errors.ts";
import { type Outbound, OutboundError } from "../outbound.ts";
import { onBehalfOfAnswer } from "./on-behalf-of-answer.ts";

type Deps = {
  entraUrl: string;
  tenantId: string;
  apiClientId: string;
  credential: TokenCredential;
  outbound: Outbound;
};

const TIMEOUT_MS = 10_000;

/** Each cloud has an audience of its own for tokens that stand for a client secret (learn.microsoft.com/entra/workload-id). */
const EXCHANGES: Record<string, string> = {
  "https://login.microsoftonline.us": "api://AzureADTokenExchangeUSGov",
  "https://login.partner.microsoftonline.cn": "api://AzureADTokenExchangeChina",
};
const EXCHANGE = "api://AzureADTokenExchange";

/**
 * Exchanges a person's access token of this API for one of another service, in their name (OAuth 2.0 on-behalf-of,
 * learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow). No secret: our managed identity's token proves
 * who we are, by a federated credential of the app registration.
 */
export function makeOnBehalfOf({ entraUrl, tenantId, apiClientId, credential, outbound }: Deps) {
  const authority = `${entraUrl}/${tenantId}`;
  const server: AuthorizationServer = {
    issuer: `${authority}/v2.0`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
  };
  const options = {
    // Plain http reaches loopback only: the settings refuse it for every other host.
    [allowInsecureRequests]: entraUrl.startsWith("http://"),
    [customFetch]: async (
      url: string,
      { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
    ) => {
      const answer = await outbound(url, { method, headers, body: String(body ?? ""), timeoutMs: TIMEOUT_MS });
      return new Response(answer.text || null, { status: answer.status, headers: answer.headers });
    },
  };
  const authenticated: ClientAuth = async (_server, { client_id }, body) => {
    body.set("client_id", client_id);
    body.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    body.set("client_assertion", await assertionOf(credential, EXCHANGES[entraUrl] ?? EXCHANGE));
  };

  return async (userToken: string, scope: string): Promise<string> => {
    try {
      const response = await genericTokenEndpointRequest(
        server,
        { client_id: apiClientId },
        authenticated,
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        { assertion: userToken, requested_token_use: "on_behalf_of", scope },
        options,
      );
      return await onBehalfOfAnswer(response);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      const text = "Entra does not answer, so your rights in Intune cannot be looked up. Try again in half a minute.";
      throw new AppError("upstream-unavailable", text, { cause: error, retryAfterSeconds: 30 });
    }
  };
}

async function assertionOf(credential: TokenCredential, audience: string): Promise<string> {
  const token = await credential.getToken(`${audience}/.default`).catch((error: unknown) => {
    throw new OutboundError("not-sent", "the managed identity gives no token for Entra's token exchange", error);
  });
  if (token) return token.token;
  throw new OutboundError("not-sent", "the managed identity gives no token for Entra's token exchange");
}
