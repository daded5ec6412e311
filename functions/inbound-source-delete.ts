import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { sourceParams } from "../lib/http/source-params.ts";
import { sourceViewSchema } from "../lib/webhooks/inbound/source.ts";

/** DELETE /api/inbound-sources/{id}: nothing of it is taken from now on; its secret and its messages are removed within the hour. */
export const inboundSourceDelete = endpoint<App, z.infer<typeof sourceParams>>({
  summary: "Delete an inbound source, its secret and its messages",
  roles: ["RemoteAssistance.Update"],
  params: sourceParams,
  problems: ["source-not-found"],
  answers: { 202: sourceViewSchema },
  async handle({ principal, params: { id }, correlationId }, { inbound }) {
    return { status: 202, jsonBody: await inbound.remove(principal, id, correlationId) };
  },
});
