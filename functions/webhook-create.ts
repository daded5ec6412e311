import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { eventTypes } from "../lib/webhooks/event.ts";
import { newWebhookSchema, webhookWithSecretSchema } from "../lib/webhooks/webhook.ts";

const body = newWebhookSchema.extend({ events: newWebhookSchema.shape.events.default([...eventTypes]) });

/** POST /api/webhooks: registers an endpoint and asks its target for consent; the secret is shown here only. */
export const webhookCreate = endpoint<App, unknown, unknown, z.infer<typeof body>>({
  summary: "Register a webhook endpoint; its secret is in this answer only",
  roles: ["RemoteAssistance.Update"],
  body,
  problems: ["too-many-webhooks"],
  answerHeaders: ["Location"],
  answers: { 201: webhookWithSecretSchema },
  async handle({ principal, body, correlationId }, { webhooks }) {
    const webhook = await webhooks.create(principal, body, correlationId);
    return { status: 201, headers: { location: `/api/webhooks/${webhook.id}` }, jsonBody: webhook };
  },
});
