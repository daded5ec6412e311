import * as z from "zod";
import { az, isForbidden } from "./az.ts";
import { application, type Graph, makeGraph, principalOf } from "./graph.ts";
import { registration } from "./registration.ts";
import { said, say, tell } from "./said.ts";

const assignment = z.object({ appRoleId: z.string(), resourceId: z.string() });
const credential = z.object({ subject: z.string(), issuer: z.string() });
const consent = z.object({ id: z.string(), resourceId: z.string(), scope: z.string().nullish() });

await tell(async () => {
  const given = {
    apiClientId: said("API_CLIENT_ID"),
    portalClientId: process.env.PORTAL_CLIENT_ID || said("API_CLIENT_ID"),
    connectorUrl: said("CONNECTOR_URL"),
    identityId: said("IDENTITY_PRINCIPAL_ID"),
  };
  const byHand = [
    `  API_CLIENT_ID=${given.apiClientId} PORTAL_CLIENT_ID=${given.portalClientId} CONNECTOR_URL=${given.connectorUrl} \\`,
    `  IDENTITY_PRINCIPAL_ID=${given.identityId} INTUNE_RBAC=${process.env.INTUNE_RBAC || "off"} TEAMS_APP_ID=${process.env.TEAMS_APP_ID ?? ""} \\`,
    "  npx node infra/azure/hooks/grant.ts",
  ].join("\n");
  const missing = `Until an administrator of Entra (Privileged Role Administrator) runs this, the portal cannot sign in and devices cannot be read:\n${byHand}`;
  if (process.env.ENTRA_SETUP === "manual" && process.env.AZURE_ENV_NAME) {
    say(missing);
    return;
  }
  try {
    await grant(makeGraph(), given);
  } catch (error) {
    // The rest of the deployment goes on without it, and health says what is missing.
    if (!isForbidden(error) || !process.env.AZURE_ENV_NAME) throw error;
    say(`Entra refuses: ${error.message}\n${missing}`);
  }
});

type Given = { apiClientId: string; portalClientId: string; connectorUrl: string; identityId: string };

/** The portal's redirect address and the identity's rights in Microsoft Graph; what is there already stays. */
async function grant(graph: Graph, { apiClientId, portalClientId, connectorUrl, identityId }: Given): Promise<void> {
  const redirectUri = `${connectorUrl}/portal`;
  const portal = await graph.get(`applications(appId='${portalClientId}')`, application);
  const redirectUris = portal.spa?.redirectUris ?? [];
  if (!redirectUris.includes(redirectUri))
    await graph.patch(`applications/${portal.id}`, { spa: { redirectUris: [...redirectUris, redirectUri] } });
  say(`People sign in to ${redirectUri}.`);

  const { graph: wanted } = registration;
  const service = await principalOf(graph, wanted.appId);
  const roles = [...wanted.identityRoles, ...(process.env.TEAMS_APP_ID ? [wanted.teamsRole] : [])];
  const held = await graph.list(`servicePrincipals/${identityId}/appRoleAssignments`, assignment);
  for (const role of roles) {
    const appRoleId = idOf(service.appRoles, role);
    if (held.some((one) => one.resourceId === service.id && one.appRoleId === appRoleId)) continue;
    const body = { principalId: identityId, resourceId: service.id, appRoleId };
    await graph.post(`servicePrincipals/${identityId}/appRoleAssignments`, body);
  }
  say(`The identity may use ${roles.join(", ")}.`);
  if (process.env.MAIL_SENDER)
    say("E-mail: give the identity Exchange's role for the one mailbox, docs/operations.md, Channels to users.");
  if (process.env.INTUNE_RBAC === "on") await letIntuneDecide(graph, apiClientId, identityId, service);
}

/** The API asks Intune in the name of people: the identity speaks for it, and an administrator has consented. */
async function letIntuneDecide(
  graph: Graph,
  apiClientId: string,
  identityId: string,
  service: Awaited<ReturnType<typeof principalOf>>,
): Promise<void> {
  const { appId, intuneRbacScope: scope } = registration.graph;
  const [api, apiPrincipal] = await Promise.all([
    graph.get(`applications(appId='${apiClientId}')`, application),
    principalOf(graph, apiClientId),
  ]);
  const access = {
    resourceAppId: appId,
    resourceAccess: [{ id: idOf(service.oauth2PermissionScopes, scope), type: "Scope" }],
  };
  await graph.patch(`applications/${api.id}`, { requiredResourceAccess: [access] });

  const tenantId = (await az(["account", "show", "--query", "tenantId", "--output", "tsv"])).trim();
  const issuer = `https://login.microsoftonline.com/${tenantId}/v2.0`;
  const path = `applications/${api.id}/federatedIdentityCredentials`;
  const credentials = await graph.list(path, credential);
  if (!credentials.some((one) => one.subject === identityId && one.issuer === issuer))
    await graph.post(path, {
      name: "connector-identity",
      issuer,
      subject: identityId,
      audiences: ["api://AzureADTokenExchange"],
    });

  const consents = await graph.list(`oauth2PermissionGrants?$filter=clientId eq '${apiPrincipal.id}'`, consent);
  const existing = consents.find(({ resourceId }) => resourceId === service.id);
  const scopes = new Set([...(existing?.scope ?? "").split(" ").filter(Boolean), scope]);
  const consented = { scope: [...scopes].join(" ") };
  if (existing) await graph.patch(`oauth2PermissionGrants/${existing.id}`, consented);
  else
    await graph.post("oauth2PermissionGrants", {
      clientId: apiPrincipal.id,
      consentType: "AllPrincipals",
      resourceId: service.id,
      ...consented,
    });
  say(`Intune decides too (${scope}).`);
}

function idOf(known: readonly { id: string; value?: string | null | undefined }[], value: string): string {
  const found = known.find((one) => one.value === value);
  if (!found) throw new Error(`Microsoft Graph knows no permission ${value}.`);
  return found.id;
}
