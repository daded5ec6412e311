import type { TableClient } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import type { StorageSettings } from "../../settings.ts";

const RETRIES = { maxRetries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2000 };

/** A client of one table, with few and short tries: each call here ends by its own deadline. */
export async function clientOf(
  storage: StorageSettings,
  credential: TokenCredential,
  name: string,
): Promise<TableClient> {
  const { TableClient } = await import("@azure/data-tables");
  if ("connectionString" in storage) {
    const allowInsecureConnection = isLoopback(storage.connectionString);
    return TableClient.fromConnectionString(storage.connectionString, name, {
      allowInsecureConnection,
      retryOptions: RETRIES,
    });
  }
  const allowInsecureConnection = isLoopback(storage.tableUrl);
  return new TableClient(storage.tableUrl, name, credential, { allowInsecureConnection, retryOptions: RETRIES });
}

/** The Table SDK takes plain http only when told to: it is told for addresses on this machine. */
const isLoopback = (text: string) =>
  /http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(text) || text.includes("UseDevelopmentStorage=true");
