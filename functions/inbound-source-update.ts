import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { sourceParams } from "../lib/http/source-params.ts";
import { type SourceChange, sourceChangeSchema, sourceViewSchema } from "../lib/webhooks/inbound/source.ts";

/** PATCH /api/inbound-sources/{id}: other rights, another mapping, pause or resume; what is left out stays. */
export const inboundSourceUpdate = endpoint<App, z.infer<typeof sourceParams>, unknown, SourceChange>({
  summary: "Change, pause or resume an inbound source",
  roles: ["RemoteAssistance.Update"],
  params: sourceParams,
  body: sourceChangeSchema,
  problems: ["source-not-found"],
  answers: { 200: sourceViewSchema },
  async handle({ principal, params: { id }, body, correlationId }, { inbound }) {
    return { status: 200, jsonBody: await inbound.update(principal, id, body, correlationId) };
  },
});
