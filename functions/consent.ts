import * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";

const CONSENT_ID = "3b7c114e2f1f5a9c1d4f5b6f0e5f0c9a523b7c114e2f1f5a9c1d4f5b6f0e5f0c";

const body = z.strictObject({
  termsVersion: z.string().min(1).max(50),
  termsAccepted: z.literal(true, "must be true: the terms have to be accepted"),
});

/** POST /api/connector/consents: an administrator accepts the terms and gets a link to TeamViewer's consent page. */
export const consent = endpoint<App, unknown, unknown, z.infer<typeof body>>({
  summary: "Accept the terms and get the link that starts TeamViewer's consent",
  roles: ["RemoteAssistance.Update"],
  body,
  answers: {
    201: z.strictObject({
      id: z.string().meta({ examples: [CONSENT_ID] }),
      startUrl: z.url(),
      expiresAt: z.iso.datetime(),
    }),
  },
  async handle({ principal, body: { termsVersion }, correlationId }, { connector }) {
    return { status: 201, jsonBody: await connector.enable(principal, termsVersion, correlationId) };
  },
});
