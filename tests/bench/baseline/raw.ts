import { randomUUID } from "node:crypto";
import type { HttpHandler } from "@azure/functions";
import { secretTokens } from "./quickstart.ts";

/*
 * What `POST /api/sessions` asks of others, and nothing else: the same calls in the same order, by `fetch`, with tokens and
 * signatures that are ready. No check, no rule, no schema.
 */

const setting = (name: string) => process.env[name] ?? "";
const JSON_HEADERS = { "content-type": "application/json", accept: "application/json;odata=minimalmetadata" };
const VERSION = { "x-ms-version": "2019-02-02" };

let tokens: ReturnType<typeof secretTokens> | undefined;

async function send(url: string, init: RequestInit): Promise<string> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok && answer.status !== 404) throw new Error(`${url.split("?")[0]} answered ${answer.status} ${text}`);
  return text;
}

const tableUrl = (path: string, query = "") =>
  `${setting("BENCH_TABLES")}${path}?${query}${setting("BENCH_TABLES_SAS")}`;
const read = (path: string, query = "") => send(tableUrl(path, query), { headers: { ...JSON_HEADERS, ...VERSION } });
const insert = (name: string, row: object) =>
  send(tableUrl(`/${name}`), {
    method: "POST",
    headers: { ...JSON_HEADERS, ...VERSION, prefer: "return-no-content" },
    body: JSON.stringify(row),
  });

/** One entity group transaction: rows of a partition are put. */
function transaction(name: string, rows: { PartitionKey: string; RowKey: string }[]) {
  const parts = rows.map((row) => {
    const url = `${setting("BENCH_TABLES")}/${name}(PartitionKey='${row.PartitionKey}',RowKey='${row.RowKey}')`;
    return `--changeset_1\r\ncontent-type: application/http\r\ncontent-transfer-encoding: binary\r\n\r\nPUT ${url} HTTP/1.1\r\ncontent-type: application/json\r\naccept: application/json\r\ndataserviceversion: 3.0\r\n\r\n${JSON.stringify(row)}\r\n`;
  });
  const head = "--batch_1\r\ncontent-type: multipart/mixed; boundary=changeset_1\r\n\r\n";
  const body = `${head}${parts.join("")}--changeset_1--\r\n--batch_1--\r\n`;
  const headers = { ...VERSION, accept: "application/json", "content-type": "multipart/mixed; boundary=batch_1" };
  return send(tableUrl("/$batch"), { method: "POST", headers, body });
}

export const rawSessionRequest: HttpHandler = async (request) => {
  const { deviceId } = (await request.json()) as { deviceId: string };
  const id = randomUUID().replaceAll("-", "");
  const row = (RowKey: string, more: object = {}) => ({ PartitionKey: "s0", RowKey, deviceId, ...more });
  const session = { session: "x".repeat(600) };
  const [device] = await Promise.all([
    send(
      `${setting("GRAPH_URL")}/beta/deviceManagement/managedDevices/${deviceId}?$select=${setting("BENCH_SELECT")}`,
      {
        headers: { authorization: `Bearer ${setting("BENCH_GRAPH_TOKEN")}` },
      },
    ),
    transaction("raw", [row(id, session), row(`new~${id}`), row(`open~${id}`)]),
    insert("raw", { PartitionKey: "audit", RowKey: `${id}-1`, action: "session.request", phase: "intent", deviceId }),
    read("/connections()", `$filter=${encodeURIComponent("PartitionKey eq 'connection'")}&`),
    read(`/notifications(PartitionKey='${deviceId}',RowKey='budget')`),
  ]);
  const { deviceName } = JSON.parse(device) as { deviceName: string };
  tokens ??= secretTokens();
  const { accessToken } = await tokens;
  const opened = await send(`${setting("TEAMVIEWER_API_URL")}/api/v1/sessions`, {
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: JSON.stringify({ groupname: "Raw", description: deviceName, custom_api: id }),
  });
  const { code, supporter_link } = JSON.parse(opened) as { code: string; supporter_link: string };
  await transaction("raw", [row(id, { ...session, code }), row(`open~${id}`), row(`owed~${id}`, session)]);
  await insert("raw", {
    PartitionKey: "audit",
    RowKey: `${id}-2`,
    action: "session.request",
    phase: "outcome",
    deviceId,
  });
  return { status: 201, jsonBody: { id, code, supporterUrl: supporter_link } };
};
