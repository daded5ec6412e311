import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { webhookParams } from "../lib/http/webhook-params.ts";
import { webhookViewSchema } from "../lib/webhooks/webhook.ts";

/** GET /api/webhooks/{id}: one endpoint as it stands. */
export const webhook = endpoint<App, z.infer<typeof webhookParams>>({
  summary: "One webhook endpoint",
  roles: ["RemoteAssistance.Update"],
  params: webhookParams,
  problems: ["webhook-not-found"],
  answers: { 200: webhookViewSchema },
  async handle({ params: { id } }, { webhooks }) {
    return { status: 200, jsonBody: await webhooks.read(id) };
  },
});
