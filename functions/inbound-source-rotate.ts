import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { sourceParams } from "../lib/http/source-params.ts";
import { sourceWithSecretSchema } from "../lib/webhooks/inbound/source.ts";

/** POST /api/inbound-sources/{id}/secret: a new secret, shown here only; for a day the old one verifies, too. */
export const inboundSourceRotate = endpoint<App, z.infer<typeof sourceParams>>({
  summary: "Give an inbound source a new secret; the old one verifies along for 24 hours",
  roles: ["RemoteAssistance.Update"],
  params: sourceParams,
  problems: ["source-not-found", "source-changed"],
  answers: { 200: sourceWithSecretSchema },
  async handle({ principal, params: { id }, correlationId }, { inbound }) {
    return { status: 200, jsonBody: await inbound.rotate(principal, id, correlationId) };
  },
});
