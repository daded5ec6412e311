import * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { sessionViewSchema, viewOfSession } from "../lib/sessions/session.ts";

const body = z.strictObject({
  deviceId: z.guid("must be the id of an Intune device, a GUID").toLowerCase(),
  reason: z.string().trim().min(1).max(500).optional(),
  ticket: z.string().trim().min(1).max(100).optional(),
  language: z
    .string()
    .regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/, "must be a language tag such as en or pt-BR")
    .max(35)
    .optional(),
  notify: z.boolean().default(true),
});

/** POST /api/sessions: an agent asks to help on a device. */
export const sessionRequest = endpoint<App, unknown, unknown, z.infer<typeof body>>({
  summary: "Request a session on a device; its user is asked",
  roles: ["RemoteAssistance.Request"],
  body,
  idempotencyKey: "required",
  startsSession: true,
  answers: { 201: sessionViewSchema },
  async handle({ principal, body, idempotencyKey = "", correlationId }, { sessions }) {
    const { session, supporterUrl } = await sessions.request(principal, body, idempotencyKey, correlationId);
    return {
      status: 201,
      headers: { location: `/api/sessions/${session.id}` },
      jsonBody: viewOfSession(session, supporterUrl),
    };
  },
});
