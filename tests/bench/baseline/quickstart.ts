import { TableClient } from "@azure/data-tables";
import type { HttpHandler } from "@azure/functions";
import { ManagedIdentityCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
import { QueueClient } from "@azure/storage-queue";

/*
 * The job as public quickstarts do it: a client for each call, one call after another, nothing kept. It checks no token, keeps
 * no outbox and takes every answer for right: so it does less than the product, never more.
 */

const setting = (name: string) => process.env[name] ?? "";
const table = (name: string) =>
  TableClient.fromConnectionString(setting("AzureWebJobsStorage"), name, { allowInsecureConnection: true });
const vault = () =>
  new SecretClient(setting("KEY_VAULT_URL"), new ManagedIdentityCredential(), {
    disableChallengeResourceVerification: true,
  });

async function json<T>(url: string, init: RequestInit): Promise<T> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${new URL(url).pathname} answered ${answer.status} ${text.slice(0, 200)}`);
  return (text === "" ? {} : JSON.parse(text)) as T;
}

async function graph<T>(path: string, init: RequestInit = {}): Promise<T> {
  const { token } = await new ManagedIdentityCredential().getToken("https://graph.microsoft.com/.default");
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return json<T>(`${setting("GRAPH_URL")}/beta/deviceManagement/managedDevices${path}`, { ...init, headers });
}

async function teamviewer<T>(path: string, accessToken: string, body?: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${accessToken}`, "content-type": "application/json" };
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  return json<T>(`${setting("TEAMVIEWER_API_URL")}/api/v1${path}`, init);
}

export async function secretTokens(): Promise<{ accessToken: string }> {
  const { value = "{}" } = await vault().getSecret(setting("BENCH_SECRET"));
  return JSON.parse(value) as { accessToken: string };
}

export const sessionRequest: HttpHandler = async (request) => {
  const { deviceId } = (await request.json()) as { deviceId: string };
  const { accessToken } = await secretTokens();
  const device = await graph<{ id: string; deviceName: string }>(`/${deviceId}`);
  const body = { groupname: "Quickstart", description: device.deviceName };
  const session = await teamviewer<{ code: string; supporter_link: string }>("/sessions", accessToken, body);
  const id = crypto.randomUUID();
  await table("quickstart").createEntity({ partitionKey: "session", rowKey: id, code: session.code, deviceId });
  await table("quickstart").createEntity({ partitionKey: "audit", rowKey: id, action: "session.request", deviceId });
  const message = Buffer.from(JSON.stringify({ id })).toString("base64");
  await new QueueClient(setting("AzureWebJobsStorage"), "quickstart").sendMessage(message);
  return { status: 201, jsonBody: { id, code: session.code, supporterUrl: session.supporter_link } };
};

export const devices: HttpHandler = async (request) => {
  const filter = `contains(deviceName,'${request.query.get("search")}')`;
  const { value } = await graph<{ value: unknown[] }>(`?$filter=${encodeURIComponent(filter)}`);
  return { jsonBody: { value } };
};

export const callback: HttpHandler = async (request) => {
  const state = request.query.get("state") ?? "";
  await table("quickstart").getEntity("state", state);
  await table("quickstart").deleteEntity("state", state);
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code: request.query.get("code") ?? "",
    redirect_uri: `${setting("PUBLIC_URL")}/api/connector/callback`,
    client_id: setting("TEAMVIEWER_CLIENT_ID"),
    client_secret: setting("BENCH_CLIENT_SECRET"),
  });
  const tokenUrl = `${setting("TEAMVIEWER_API_URL")}/api/v1/oauth2/token`;
  const tokens = await json<{ access_token: string }>(tokenUrl, { method: "POST", body: form });
  const account = await teamviewer<{ name: string }>("/account", tokens.access_token);
  await vault().setSecret("quickstart", JSON.stringify(tokens));
  await table("quickstart").upsertEntity({ partitionKey: "connection", rowKey: "current", name: account.name });
  return { body: `Connected as ${account.name}` };
};

export const notify: HttpHandler = async (request) => {
  const { deviceId, id } = (await request.json()) as { deviceId: string; id: string };
  const session = await table("quickstart").getEntity<{ code: string }>("session", id);
  await graph(`/${deviceId}`);
  const body = { notificationTitle: "Remote assistance", notificationBody: `Join with ${session.code}` };
  await graph(`/${deviceId}/sendCustomNotificationToCompanyPortal`, { method: "POST", body: JSON.stringify(body) });
  await table("quickstart").updateEntity({ partitionKey: "session", rowKey: id, notified: true }, "Merge");
  return { status: 202 };
};

/** Rows of one partition that `filter` fits, the newest 25: a table knows no order but that of its keys, so all are read. */
export const list: HttpHandler = async (request) => {
  const rows: { at: string }[] = [];
  const filter = request.query.get("filter") ?? "";
  for await (const row of table("quickstart").listEntities<{ at: string }>({ queryOptions: { filter } }))
    rows.push(row);
  rows.sort((a, b) => b.at.localeCompare(a.at));
  return { jsonBody: { value: rows.slice(0, 25) } };
};
