import * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { listSchema, paging } from "../lib/http/paging.ts";
import { webhookParams } from "../lib/http/webhook-params.ts";
import { deliveryViewSchema } from "../lib/webhooks/delivery.ts";

const query = z.strictObject(paging);

/** GET /api/webhooks/{id}/deliveries: newest event first, each with its attempts. */
export const webhookDeliveries = endpoint<App, z.infer<typeof webhookParams>, z.infer<typeof query>>({
  summary: "Deliveries of a webhook endpoint, newest event first",
  roles: ["RemoteAssistance.Update"],
  params: webhookParams,
  query,
  problems: ["webhook-not-found"],
  answers: { 200: listSchema(deliveryViewSchema) },
  async handle({ params: { id }, query }, { webhooks }) {
    return { status: 200, jsonBody: await webhooks.deliveries(id, query) };
  },
});
