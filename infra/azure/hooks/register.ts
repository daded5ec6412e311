import { parseArgs } from "node:util";
import { az, isForbidden } from "./az.ts";
import { application, type Graph, makeGraph, principalOf } from "./graph.ts";
import { registration } from "./registration.ts";
import { said, say, tell } from "./said.ts";

await tell(async () => {
  const { values } = parseArgs({ options: { environment: { type: "string" } } });
  if (process.env.API_CLIENT_ID && !values.environment) {
    say(`The API is the registration ${process.env.API_CLIENT_ID} (API_CLIENT_ID).`);
    return;
  }
  const name = values.environment ?? said("AZURE_ENV_NAME");
  const byHand = `npx node infra/azure/hooks/register.ts --environment ${name}`;
  if (process.env.ENTRA_SETUP === "manual" && !values.environment) throw new Error(askedOf(byHand));

  const found = await register(makeGraph(), name).catch((error: unknown) => {
    throw isForbidden(error) ? new Error(`Entra refuses: ${error.message}\n${askedOf(byHand)}`) : error;
  });
  for (const [setting, value] of Object.entries(found)) {
    if (values.environment) say(`azd env set ${setting} ${value}`);
    else await az(["env", "set", setting, value], "azd");
  }
  say(`Registered the API (${found.API_CLIENT_ID}) and the portal (${found.PORTAL_CLIENT_ID}) in Entra.`);
});

function askedOf(command: string): string {
  return `Ask an administrator of Entra (Application Administrator) to run\n  ${command}\nand do what it prints, then go on.`;
}

/** Makes the registrations of the API and of the portal, or brings them to what they should be. */
async function register(
  graph: Graph,
  environment: string,
): Promise<Record<"API_CLIENT_ID" | "PORTAL_CLIENT_ID", string>> {
  const uniqueName = `remote-assistance-${environment}`;
  const { appRoles, scopes } = registration;
  const api = { requestedAccessTokenVersion: 2, oauth2PermissionScopes: scopes };
  const made = await upserted(graph, uniqueName, {
    displayName: `Remote assistance (${environment})`,
    signInAudience: "AzureADMyOrg",
    api,
    appRoles,
  });
  const portal = await upserted(graph, `${uniqueName}-portal`, {
    displayName: `Remote assistance portal (${environment})`,
    signInAudience: "AzureADMyOrg",
    requiredResourceAccess: [{ resourceAppId: made.appId, resourceAccess: [{ id: scopes[0].id, type: "Scope" }] }],
  });
  // Its own id and the portal's are known only now. Nobody is asked whether the portal may call its own API.
  await graph.patch(`applications/${made.id}`, {
    identifierUris: [`api://${made.appId}`],
    api: {
      ...api,
      preAuthorizedApplications: [{ appId: portal.appId, delegatedPermissionIds: [scopes[0].id] }],
    },
  });
  await principalOf(graph, made.appId);
  await principalOf(graph, portal.appId);
  return { API_CLIENT_ID: made.appId, PORTAL_CLIENT_ID: portal.appId };
}

/** Entra answers with the application when it made it, and with nothing when it was there. */
async function upserted(graph: Graph, uniqueName: string, body: object) {
  const path = `applications(uniqueName='${uniqueName}')`;
  const answer = await graph.upsert(path, body);
  return answer === undefined ? graph.get(path, application) : application.parse(answer);
}
