import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { listSchema } from "../lib/http/paging.ts";
import { webhookViewSchema } from "../lib/webhooks/webhook.ts";

/** GET /api/webhooks: all webhook endpoints, oldest first. */
export const webhooks = endpoint<App>({
  summary: "Webhook endpoints",
  roles: ["RemoteAssistance.Update"],
  answers: { 200: listSchema(webhookViewSchema) },
  handle: async (_asked, { webhooks }) => ({ status: 200, jsonBody: await webhooks.list() }),
});
