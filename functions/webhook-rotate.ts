import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { webhookParams } from "../lib/http/webhook-params.ts";
import { webhookWithSecretSchema } from "../lib/webhooks/webhook.ts";

/** POST /api/webhooks/{id}/secret: a new secret, shown here only; for a day deliveries are signed with both. */
export const webhookRotate = endpoint<App, z.infer<typeof webhookParams>>({
  summary: "Give a webhook endpoint a new secret; the old one signs along for 24 hours",
  roles: ["RemoteAssistance.Update"],
  params: webhookParams,
  problems: ["webhook-not-found", "webhook-changed"],
  answers: { 200: webhookWithSecretSchema },
  async handle({ principal, params: { id }, correlationId }, { webhooks }) {
    return { status: 200, jsonBody: await webhooks.rotate(principal, id, correlationId) };
  },
});
