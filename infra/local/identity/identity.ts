import { randomUUID } from "node:crypto";
import { type StandIn, type StandInAnswer, type StandInRequest, startStandIn } from "../stand-in.ts";
import { MANAGED_IDENTITY_CLIENT_ID, managedIdentityToken } from "./managed-identity-token.ts";

const API_VERSION = "2019-08-01";
const TOKEN_SECONDS = 24 * 60 * 60;

type Options = {
  port: number;
  /** What callers must send as `X-IDENTITY-HEADER`: `IDENTITY_HEADER` of the app. */
  header: string;
  /** The client ids of the user-assigned identities the app has; left out, it has every one it asks for. */
  userAssigned?: string[];
  /** The application permissions that the app has at a resource; left out, tokens tell of none. */
  rolesAt?: (resource: string) => readonly string[] | undefined;
};

/**
 * App Service's managed identity endpoint: `IDENTITY_ENDPOINT` is `<url>/msi/token`.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export function startIdentity({ port, header, userAssigned, rolesAt }: Options): Promise<StandIn> {
  const answer = async ({ query, headers }: StandInRequest): Promise<StandInAnswer> => {
    // The header is what keeps a server-side request forgery from fetching tokens.
    if (headers["x-identity-header"] !== header)
      return refusal(401, "The X-IDENTITY-HEADER header is missing or wrong.");
    if (query.get("api-version") !== API_VERSION) return refusal(400, `Only api-version ${API_VERSION} is supported.`);

    const resource = query.get("resource");
    if (!resource) return refusal(400, "The parameter 'resource' is missing.");

    const clientId = query.get("client_id") ?? MANAGED_IDENTITY_CLIENT_ID;
    const isKnown = clientId === MANAGED_IDENTITY_CLIENT_ID || !userAssigned || userAssigned.includes(clientId);
    if (!isKnown) {
      return refusal(400, "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId.");
    }

    const access_token = await managedIdentityToken(resource, {
      clientId,
      expiresInSeconds: TOKEN_SECONDS,
      roles: rolesAt?.(resource),
    });
    const expires_on = String(Math.floor(Date.now() / 1000) + TOKEN_SECONDS);
    return { status: 200, json: { access_token, expires_on, resource, token_type: "Bearer", client_id: clientId } };
  };

  return startStandIn({ name: "identity", port, routes: [{ method: "GET", path: "/msi/token", answer }] });
}

function refusal(statusCode: number, message: string): StandInAnswer {
  return { status: statusCode, json: { statusCode, message, correlationId: randomUUID() } };
}
