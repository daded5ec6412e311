import type { QueueClient, QueueServiceClient } from "@azure/storage-queue";
import type { AppSettings } from "./app-settings.ts";

/** Finds the client of a queue: the connection is the name of app settings, as a binding gives it. */
export type OpenQueue = (connection: string | undefined, queueName: string) => QueueClient;

// Short, because the listener itself tries again; a stopped storage must not hold up the shutdown.
const CLIENT_OPTIONS = { retryOptions: { maxTries: 2, tryTimeoutInMs: 10_000, retryDelayInMs: 200 } };

/** Opens queues by connection name, one client per account. Call `prepare` for each connection first. */
export function queueStorage(settings: AppSettings) {
  const services = new Map<string, QueueServiceClient>();
  const nameOf = (connection: string | undefined) => connection || "AzureWebJobsStorage";
  return {
    prepare: async (connection: string | undefined) => {
      const name = nameOf(connection);
      if (!services.has(name)) services.set(name, await openService(name, settings));
    },
    open: (connection: string | undefined, queueName: string): QueueClient => {
      const service = services.get(nameOf(connection));
      if (!service) throw new Error(`The connection ${nameOf(connection)} is not open.`);
      return service.getQueueClient(queueName);
    },
  };
}

/**
 * A connection string, or `<name>__queueServiceUri` or `__accountName` with an identity; `AzureWebJobs<name>` goes before `<name>`
 * (learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection).
 */
async function openService(connection: string, settings: AppSettings): Promise<QueueServiceClient> {
  // The SDKs are loaded only by an app that needs them: they take most of the start.
  const { QueueServiceClient } = await import("@azure/storage-queue");
  for (const name of [`AzureWebJobs${connection}`, connection]) {
    const connectionString = settings[name];
    if (connectionString) return QueueServiceClient.fromConnectionString(connectionString, CLIENT_OPTIONS);
    const account = settings[`${name}__accountName`];
    const uri = settings[`${name}__queueServiceUri`] ?? (account && `https://${account}.queue.core.windows.net`);
    if (uri) return new QueueServiceClient(uri, await identity(name, settings), CLIENT_OPTIONS);
  }
  throw new Error(`the app setting ${connection} (or ${connection}__queueServiceUri) is not set`);
}

async function identity(name: string, settings: AppSettings) {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import("@azure/identity");
  const clientId = settings[`${name}__clientId`];
  if (settings[`${name}__credential`]?.toLowerCase() !== "managedidentity") return new DefaultAzureCredential();
  return clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential();
}
