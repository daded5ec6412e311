import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { sourceParams } from "../lib/http/source-params.ts";
import { sourceViewSchema } from "../lib/webhooks/inbound/source.ts";

/** GET /api/inbound-sources/{id}: one source as it stands. */
export const inboundSource = endpoint<App, z.infer<typeof sourceParams>>({
  summary: "One inbound source",
  roles: ["RemoteAssistance.Update"],
  params: sourceParams,
  problems: ["source-not-found"],
  answers: { 200: sourceViewSchema },
  async handle({ params: { id } }, { inbound }) {
    return { status: 200, jsonBody: await inbound.read(id) };
  },
});
