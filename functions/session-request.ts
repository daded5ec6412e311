import * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { ofSessionRequest } from "../lib/http/openapi/problem-answers.ts";
import { sessionRequestFields } from "../lib/sessions/request-fields.ts";
import { sessionViewSchema, viewOfSession } from "../lib/sessions/session.ts";

const body = z.strictObject(sessionRequestFields);

/** POST /api/sessions: an agent asks to help on a device. */
export const sessionRequest = endpoint<App, unknown, unknown, z.infer<typeof body>>({
  summary: "Request a session on a device; its user is asked",
  roles: ["RemoteAssistance.Request"],
  body,
  idempotencyKey: "required",
  startsSession: true,
  problems: ofSessionRequest,
  answerHeaders: ["Location"],
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
