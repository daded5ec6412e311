import { createHmac } from "node:crypto";
import { type Row, type Sent, sessionRequestBy, setting } from "./session-calls.ts";

/* By `fetch`, signed with the account's key as the product's calls are. */

const JSON_HEADERS = { "content-type": "application/json", accept: "application/json;odata=minimalmetadata" };
const [, ACCOUNT = "", KEY = ""] = /AccountName=([^;]+);AccountKey=([^;]+)/.exec(setting("AzureWebJobsStorage")) ?? [];

async function send(url: string, sent: Sent): Promise<string> {
  const answer = await fetch(url, sent);
  const text = await answer.text();
  if (!answer.ok && answer.status !== 404) throw new Error(`${url.split("?")[0]} answered ${answer.status} ${text}`);
  return text;
}

/** A call of the table service (learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key). */
function call(path: string, { headers, ...sent }: Sent, query = ""): Promise<string> {
  const url = new URL(`${setting("BENCH_TABLES")}${path}`);
  const date = new Date().toUTCString();
  const signature = createHmac("sha256", Buffer.from(KEY, "base64"))
    .update(`${date}\n/${ACCOUNT}${url.pathname}`)
    .digest("base64");
  const authorization = `SharedKeyLite ${ACCOUNT}:${signature}`;
  return send(`${url}${query}`, {
    ...sent,
    headers: { ...headers, authorization, "x-ms-date": date, "x-ms-version": "2019-02-02" },
  });
}

const read = (path: string, query = "") => call(path, { headers: JSON_HEADERS }, query);
const written = ({ partitionKey: PartitionKey, rowKey: RowKey, ...row }: Row) =>
  JSON.stringify({ PartitionKey, RowKey, ...row });

/** One entity group transaction. */
function put(rows: Row[]) {
  const parts = rows.map((row) => {
    const url = `${setting("BENCH_TABLES")}/raw(PartitionKey='${row.partitionKey}',RowKey='${row.rowKey}')`;
    return `--changeset_1\r\ncontent-type: application/http\r\ncontent-transfer-encoding: binary\r\n\r\nPUT ${url} HTTP/1.1\r\ncontent-type: application/json\r\naccept: application/json\r\ndataserviceversion: 3.0\r\n\r\n${written(row)}\r\n`;
  });
  const head = "--batch_1\r\ncontent-type: multipart/mixed; boundary=changeset_1\r\n\r\n";
  const body = `${head}${parts.join("")}--changeset_1--\r\n--batch_1--\r\n`;
  const headers = { accept: "application/json", "content-type": "multipart/mixed; boundary=batch_1" };
  return call("/$batch", { method: "POST", headers, body });
}

export const rawSessionRequest = sessionRequestBy({
  put,
  insert: (row) =>
    call("/raw", {
      method: "POST",
      headers: { ...JSON_HEADERS, prefer: "return-no-content" },
      body: written(row),
    }),
  connections: () => read("/connections()", `?$filter=${encodeURIComponent("PartitionKey eq 'connection'")}`),
  budget: (deviceId) => read(`/notifications(PartitionKey='${deviceId}',RowKey='budget')`),
  send,
});
