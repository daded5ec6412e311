import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Azurite, startAzurite } from "./azurite.ts";
import { localCertificate } from "./certificate.ts";
import { type Entra, startEntra } from "./entra/entra.ts";
import { startGraph } from "./graph/graph.ts";
import { startIdentity } from "./identity/identity.ts";
import { API_CLIENT_ID, PORTAL_CLIENT_ID, principals, TENANT_ID } from "./principals.ts";
import type { StandIn } from "./stand-in.ts";
import { startTeamViewer, type TeamViewerStandIn } from "./teamviewer/start.ts";
import { startVault } from "./vault/vault.ts";

type Options = {
  /** The functions host's port; what is around it takes the ports after it. 0: all free ports. */
  port: number;
  /** Where state is kept; without it everything is in memory (the certificate still needs a directory). */
  dataDirectory?: string | undefined;
  certificateFile: string;
};

/** Everything the app needs around it, running, and the settings that lead the app there. */
export type Surroundings = {
  entra: Entra;
  graph: Awaited<ReturnType<typeof startGraph>>;
  teamviewer: TeamViewerStandIn;
  vault: StandIn;
  identity: StandIn;
  storage: Azurite;
  /** The app's settings, once the app's own address is known. */
  settingsFor: (appUrl: string) => Record<string, string>;
  stop: () => Promise<void>;
};

const TEAMVIEWER_CLIENT_ID = "123456-demoConnectorApp0001";
const TEAMVIEWER_CLIENT_SECRET = "demo-teamviewer-secret";
const IDENTITY_HEADER = "demo-identity-header";

export async function startSurroundings({ port, dataDirectory, certificateFile }: Options): Promise<Surroundings> {
  const running: { close: () => Promise<void> }[] = [];
  const keep = <T extends { close: () => Promise<void> }>(started: T): T => {
    running.push(started);
    return started;
  };
  const stop = async () => {
    await Promise.all(running.map((each) => each.close()));
  };
  const portAt = (offset: number) => (port === 0 ? 0 : port + offset);
  const fileOf = (name: string) => (dataDirectory ? { file: join(dataDirectory, `${name}.json`) } : {});

  try {
    const certificate = await localCertificate(certificateFile);
    const entraOptions = { tenantId: TENANT_ID, apiClientId: API_CLIENT_ID, principals, ...fileOf("entra") };
    const entra = keep(await startEntra({ port: portAt(1), ...entraOptions }));
    const graph = keep(await startGraph({ port: portAt(2), ...fileOf("graph") }));
    const registeredApp = { clientId: TEAMVIEWER_CLIENT_ID, clientSecret: TEAMVIEWER_CLIENT_SECRET, redirectUri: "" };
    const teamviewer = keep(await startTeamViewer({ port: portAt(3), ...registeredApp, ...fileOf("teamviewer") }));
    const secrets = {
      "teamviewer-client-secret": TEAMVIEWER_CLIENT_SECRET,
      "state-key": randomBytes(32).toString("base64"),
    };
    const authority = `${entra.url}/${TENANT_ID}`;
    const vault = keep(await startVault({ port: portAt(4), certificate, authority, secrets, ...fileOf("vault") }));
    const rolesAt = (resource: string) =>
      resource === "https://graph.microsoft.com" ? graph.grantedPermissions() : undefined;
    const identity = keep(await startIdentity({ port: portAt(5), header: IDENTITY_HEADER, rolesAt }));
    const directory = dataDirectory && join(dataDirectory, "storage");
    const storage = keep(await startAzurite({ port: portAt(6), directory }));

    const settingsFor = (appUrl: string) => {
      teamviewer.setRedirectUri(`${appUrl}/api/connector/callback`);
      return {
        TENANT_ID,
        API_CLIENT_ID,
        PORTAL_CLIENT_ID,
        ENTRA_URL: entra.url,
        GRAPH_URL: graph.url,
        TEAMVIEWER_LOGIN_URL: teamviewer.url,
        TEAMVIEWER_API_URL: teamviewer.url,
        TEAMVIEWER_CLIENT_ID,
        KEY_VAULT_URL: vault.url,
        AzureWebJobsStorage: storage.connectionString,
        PUBLIC_URL: appUrl,
        // Otherwise the real host answers GET / with a page of its own.
        AzureWebJobsDisableHomepage: "true",
        ORGANIZATION_NAME: "Contoso",
        WEBHOOK_ALLOW_LOOPBACK: "true",
        IDENTITY_ENDPOINT: `${identity.url}/msi/token`,
        IDENTITY_HEADER,
        NODE_EXTRA_CA_CERTS: certificateFile,
      };
    };
    return { entra, graph, teamviewer, vault, identity, storage, settingsFor, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
