import { randomUUID } from "node:crypto";
import type { HttpHandler } from "@azure/functions";
import { secretTokens } from "./quickstart.ts";

/*
 * What `POST /api/sessions` asks of others, and nothing else: the same calls in the same order, with tokens that are ready. No
 * check, no rule, no schema. How a call is made is up to `Calls`.
 */

export const setting = (name: string) => process.env[name] ?? "";

export type Row = { partitionKey: string; rowKey: string } & Record<string, string>;
export type Sent = { method?: string; headers: Record<string, string>; body?: string };
export type Calls = {
  /** Puts rows of one partition, all or none. */
  put: (rows: Row[]) => Promise<unknown>;
  insert: (row: Row) => Promise<unknown>;
  connections: () => Promise<unknown>;
  /** A row that is not there. */
  budget: (deviceId: string) => Promise<unknown>;
  /** Answers the text. */
  send: (url: string, sent: Sent) => Promise<string>;
};

let tokens: ReturnType<typeof secretTokens> | undefined;

export const sessionRequestBy =
  ({ put, insert, connections, budget, send }: Calls): HttpHandler =>
  async (request) => {
    const { deviceId } = (await request.json()) as { deviceId: string };
    const id = randomUUID().replaceAll("-", "");
    const row = (rowKey: string, more: object = {}) => ({ partitionKey: "s0", rowKey, deviceId, ...more });
    const session = { session: "x".repeat(600) };
    const audited = (number: number, phase: string) =>
      insert({ partitionKey: "audit", rowKey: `${id}-${number}`, action: "session.request", phase, deviceId });
    const deviceUrl = `${setting("GRAPH_URL")}/beta/deviceManagement/managedDevices/${deviceId}`;
    const [device] = await Promise.all([
      send(`${deviceUrl}?$select=${setting("BENCH_SELECT")}`, {
        headers: { authorization: `Bearer ${setting("BENCH_GRAPH_TOKEN")}` },
      }),
      put([row(id, session), row(`new~${id}`), row(`open~${id}`)]),
      audited(1, "intent"),
      connections(),
      budget(deviceId),
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
    await put([row(id, { ...session, code }), row(`open~${id}`), row(`owed~${id}`, session)]);
    await audited(2, "outcome");
    return { status: 201, jsonBody: { id, code, supporterUrl: supporter_link } };
  };
