import { TableClient } from "@azure/data-tables";
import fetch from "node-fetch";
import { sessionRequestBy, setting } from "./session-calls.ts";

/* By the libraries that the product uses, too: the Table SDK and `node-fetch`, a client for each table, kept. */

const kept = new Map<string, TableClient>();
function table(name: string): TableClient {
  const options = { allowInsecureConnection: true };
  const client = kept.get(name) ?? TableClient.fromConnectionString(setting("AzureWebJobsStorage"), name, options);
  kept.set(name, client);
  return client;
}

export const librariesSessionRequest = sessionRequestBy({
  put: (rows) => table("raw").submitTransaction(rows.map((row) => ["upsert", row, "Replace"])),
  insert: (row) => table("raw").createEntity(row),
  connections: () =>
    table("connections")
      .listEntities({ queryOptions: { filter: "PartitionKey eq 'connection'" } })
      .byPage()
      .next(),
  budget: (deviceId) =>
    table("notifications")
      .getEntity(deviceId, "budget")
      .catch((error: { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error;
      }),
  async send(url, sent) {
    const answer = await fetch(url, sent);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${url.split("?")[0]} answered ${answer.status} ${text}`);
    return text;
  },
});
