import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { type NewSource, newSourceSchema, sourceWithSecretSchema } from "../lib/webhooks/inbound/source.ts";

/** POST /api/inbound-sources: registers a system that may send messages to /api/inbound/{name}; the secret is shown here only. */
export const inboundSourceCreate = endpoint<App, unknown, unknown, NewSource>({
  summary: "Register an inbound source; its secret is in this answer only",
  roles: ["RemoteAssistance.Update"],
  body: newSourceSchema,
  problems: ["source-name-taken", "too-many-sources"],
  answerHeaders: ["Location"],
  answers: { 201: sourceWithSecretSchema },
  async handle({ principal, body, correlationId }, { inbound }) {
    const source = await inbound.create(principal, body, correlationId);
    return { status: 201, headers: { location: `/api/inbound-sources/${source.id}` }, jsonBody: source };
  },
});
