import * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { webhookParams } from "../lib/http/webhook-params.ts";
import { newWebhookSchema, webhookViewSchema } from "../lib/webhooks/webhook.ts";

const body = newWebhookSchema.partial().extend({ paused: z.boolean().optional() });

/** PATCH /api/webhooks/{id}: another address, other events, pause or resume; what is left out stays. */
export const webhookUpdate = endpoint<App, z.infer<typeof webhookParams>, unknown, z.infer<typeof body>>({
  summary: "Change, pause or resume a webhook endpoint",
  roles: ["RemoteAssistance.Update"],
  params: webhookParams,
  body,
  problems: ["webhook-not-found", "webhook-not-active"],
  answers: { 200: webhookViewSchema },
  async handle({ principal, params: { id }, body, correlationId }, { webhooks }) {
    return { status: 200, jsonBody: await webhooks.update(principal, id, body, correlationId) };
  },
});
