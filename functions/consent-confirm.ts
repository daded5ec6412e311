import * as z from "zod";
import type { App } from "../lib/app.ts";
import { connectorSchema } from "../lib/connector/connection.ts";
import { endpoint } from "../lib/http/endpoint.ts";

const params = z.strictObject({
  id: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "is not the id of a consent")
    .meta({ examples: ["3b7c114e2f1f5a9c1d4f5b6f0e5f0c9a523b7c114e2f1f5a9c1d4f5b6f0e5f0c"] }),
});

/** POST /api/connector/consents/{id}/confirm: the same person confirms the account that TeamViewer's consent brought. */
export const consentConfirm = endpoint<App, z.infer<typeof params>>({
  summary: "Confirm the connected account (only by whoever asked for the consent)",
  roles: ["RemoteAssistance.Update"],
  params,
  problems: ["consent-not-found", "consent-not-completed", "consent-expired", "connector-changed"],
  answers: { 200: connectorSchema },
  async handle({ principal, params: { id }, correlationId }, { connector }) {
    return { status: 200, jsonBody: await connector.confirm(principal, id, correlationId) };
  },
});
