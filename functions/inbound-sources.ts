import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { listSchema } from "../lib/http/paging.ts";
import { sourceViewSchema } from "../lib/webhooks/inbound/source.ts";

/** GET /api/inbound-sources: all systems that may send messages here, oldest first. */
export const inboundSources = endpoint<App>({
  summary: "Inbound sources",
  roles: ["RemoteAssistance.Update"],
  answers: { 200: listSchema(sourceViewSchema) },
  handle: async (_asked, { inbound }) => ({ status: 200, jsonBody: await inbound.list() }),
});
