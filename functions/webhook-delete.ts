import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { webhookParams } from "../lib/http/webhook-params.ts";
import { webhookViewSchema } from "../lib/webhooks/webhook.ts";

/** DELETE /api/webhooks/{id}: told nothing from now on; its secret and its deliveries are removed within the hour. */
export const webhookDelete = endpoint<App, z.infer<typeof webhookParams>>({
  summary: "Delete a webhook endpoint, its secret and its deliveries",
  roles: ["RemoteAssistance.Update"],
  params: webhookParams,
  problems: ["webhook-not-found"],
  answers: { 202: webhookViewSchema },
  async handle({ principal, params: { id }, correlationId }, { webhooks }) {
    return { status: 202, jsonBody: await webhooks.remove(principal, id, correlationId) };
  },
});
