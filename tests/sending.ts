import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { SessionView } from "../lib/sessions/session.ts";
import type { SourceView } from "../lib/webhooks/inbound/source.ts";
import type { Answer, AppProcess, TestApp } from "./app.ts";
import { must } from "./requesting.ts";

export type Registered = SourceView & { secret: string };

/** What a sender makes of a message, and what may be wrong with it. */
export type Sending = {
  id?: string;
  /** Seconds that the sender's clock is ahead. */
  aheadSeconds?: number;
  headers?: Record<string, string>;
  process?: AppProcess;
};

/** The headers of Standard Webhooks, made by its own library. */
export function signedHeaders(secret: string, id: string, at: Date, body: string): Record<string, string> {
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  };
}

/** What administrators do with sources, and sources with sessions. */
export function sending(product: TestApp) {
  const call = async (
    method: string,
    path = "",
    body?: unknown,
    { as = "Ada Administrator", process = product.process() }: { as?: string; process?: AppProcess } = {},
  ): Promise<Answer> =>
    process.request(method, `/api/inbound-sources${path}`, {
      token: await product.tokenFor(as),
      ...(body === undefined ? {} : { body }),
    });

  const create = async (body: Record<string, unknown> = {}): Promise<Registered> =>
    must(await call("POST", "", { name: "tickets", rights: ["request", "close", "ticket"], ...body }), 201).json();

  const post = (name: string, body: string, headers: Record<string, string>, process = product.process()) =>
    process.request("POST", `/api/inbound/${name}`, { body, headers });

  /** A message as `source` sends it; an object goes as JSON. */
  const send = (
    { name, secret }: Pick<Registered, "name" | "secret">,
    message: unknown,
    { id = randomUUID(), aheadSeconds = 0, headers = {}, process }: Sending = {},
  ): Promise<Answer> => {
    const body = typeof message === "string" ? message : JSON.stringify(message);
    const at = new Date(product.clock.now().getTime() + aheadSeconds * 1000);
    return post(name, body, { ...signedHeaders(secret, id, at, body), ...headers }, process);
  };

  const request = async (source: Registered, message: Record<string, unknown>, sending?: Sending) =>
    must(await send(source, { action: "request", ...message }, sending), 201).json<SessionView>();

  return { call, create, post, send, request };
}
