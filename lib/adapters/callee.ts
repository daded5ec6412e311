import type { Settings, StorageSettings } from "../settings.ts";
import type { ObservedCall } from "./observed-calls.ts";

/** Whom this product calls. */
export type Service =
  | "entra"
  | "graph"
  | "teamviewer"
  | "vault"
  | "tables"
  | "queues"
  | "blobs"
  | "identity"
  | "webhook";

/** Names the service of a call. Who is none of those that the settings name is the receiver of a webhook. */
export function makeServiceOf(
  settings: Pick<
    Settings,
    "entraUrl" | "graphUrl" | "teamviewerApiUrl" | "teamviewerLoginUrl" | "keyVaultUrl" | "storage"
  >,
) {
  const { entraUrl, graphUrl, teamviewerApiUrl, teamviewerLoginUrl, keyVaultUrl, storage } = settings;
  const addresses: [string | undefined, Service][] = [
    [entraUrl, "entra"],
    [graphUrl, "graph"],
    [teamviewerApiUrl, "teamviewer"],
    [teamviewerLoginUrl, "teamviewer"],
    [keyVaultUrl, "vault"],
    ...storageAddresses(storage),
  ];
  const services = new Map(addresses.flatMap(([url, service]) => (url ? [[new URL(url).host, service]] : [])));
  return ({ host, isForToken }: Pick<ObservedCall, "host" | "isForToken">): Service =>
    isForToken ? "identity" : (services.get(host) ?? "webhook");
}

function storageAddresses(storage: StorageSettings): [string | undefined, Service][] {
  if (!("connectionString" in storage))
    return [
      [storage.tableUrl, "tables"],
      [storage.queueUrl, "queues"],
      [storage.blobUrl, "blobs"],
    ];
  const part = (name: string) => new RegExp(`(?:^|;)${name}=([^;]+)`, "i").exec(storage.connectionString)?.[1];
  const address = (kind: string) =>
    part(`${kind}Endpoint`) ??
    `https://${part("AccountName")}.${kind}.${part("EndpointSuffix") ?? "core.windows.net"}`.toLowerCase();
  return [
    [address("Table"), "tables"],
    [address("Queue"), "queues"],
    [address("Blob"), "blobs"],
  ];
}

/** What speaks against a call; undefined when it got an answer that can be worked with, be it "no such row". */
export function troubleWith(
  service: Service,
  { status, hasCredential }: Pick<ObservedCall, "status" | "hasCredential">,
): "no-answer" | "busy" | "refused" | "failed" | undefined {
  if (status === undefined) return "no-answer";
  if (status === 429 || status === 503) return "busy";
  if (status >= 500 || status === 408) return "failed";
  // The vault is asked without a token first, and says where to get one.
  if (status === 401) return hasCredential ? "refused" : undefined;
  if (status === 403) return "refused";
  return service === "webhook" && status >= 300 ? "refused" : undefined;
}
