import { type Row, type Sent, sessionRequestBy, setting } from "./session-calls.ts";

/* By `fetch`, with signatures that are ready. */

const JSON_HEADERS = { "content-type": "application/json", accept: "application/json;odata=minimalmetadata" };
const VERSION = { "x-ms-version": "2019-02-02" };

async function send(url: string, sent: Sent): Promise<string> {
  const answer = await fetch(url, sent);
  const text = await answer.text();
  if (!answer.ok && answer.status !== 404) throw new Error(`${url.split("?")[0]} answered ${answer.status} ${text}`);
  return text;
}

const tableUrl = (path: string, query = "") =>
  `${setting("BENCH_TABLES")}${path}?${query}${setting("BENCH_TABLES_SAS")}`;
const read = (path: string, query = "") => send(tableUrl(path, query), { headers: { ...JSON_HEADERS, ...VERSION } });
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
  const headers = { ...VERSION, accept: "application/json", "content-type": "multipart/mixed; boundary=batch_1" };
  return send(tableUrl("/$batch"), { method: "POST", headers, body });
}

export const rawSessionRequest = sessionRequestBy({
  put,
  insert: (row) =>
    send(tableUrl("/raw"), {
      method: "POST",
      headers: { ...JSON_HEADERS, ...VERSION, prefer: "return-no-content" },
      body: written(row),
    }),
  connections: () => read("/connections()", `$filter=${encodeURIComponent("PartitionKey eq 'connection'")}&`),
  budget: (deviceId) => read(`/notifications(PartitionKey='${deviceId}',RowKey='budget')`),
  send,
});
