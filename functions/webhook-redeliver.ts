import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { deliveryParams } from "../lib/http/webhook-params.ts";
import { deliveryViewSchema } from "../lib/webhooks/delivery.ts";

/** POST /api/webhooks/{id}/deliveries/{deliveryId}: the same event once more, now. */
export const webhookRedeliver = endpoint<App, z.infer<typeof deliveryParams>>({
  summary: "Deliver an event again, now",
  roles: ["RemoteAssistance.Update"],
  params: deliveryParams,
  problems: ["webhook-not-found", "delivery-not-found", "webhook-not-active", "request-in-progress"],
  answers: { 202: deliveryViewSchema },
  async handle({ principal, params: { id, deliveryId }, correlationId }, { webhooks }) {
    return { status: 202, jsonBody: await webhooks.redeliver(principal, id, deliveryId, correlationId) };
  },
});
