import * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { webhookParams } from "../lib/http/webhook-params.ts";
import { deliveryViewSchema } from "../lib/webhooks/delivery.ts";
import { webhookViewSchema } from "../lib/webhooks/webhook.ts";

const answer = z.strictObject({ webhook: webhookViewSchema, delivery: deliveryViewSchema.optional() });

/** POST /api/webhooks/{id}/test: sends a `webhook.test` event and waits; a pending endpoint is asked for its consent again. */
export const webhookTest = endpoint<App, z.infer<typeof webhookParams>>({
  summary: "Send a test event; a pending endpoint is asked for its consent again",
  roles: ["RemoteAssistance.Update"],
  params: webhookParams,
  problems: ["webhook-not-found", "webhook-not-active"],
  answers: { 200: answer },
  async handle({ principal, params: { id }, correlationId }, { webhooks }) {
    return { status: 200, jsonBody: await webhooks.tryOut(principal, id, correlationId) };
  },
});
