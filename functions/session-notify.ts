import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { sessionParams } from "../lib/http/session-params.ts";
import { sessionViewSchema, viewOfSession } from "../lib/sessions/session.ts";

/** POST /api/sessions/{id}/notifications: asks the user again. */
export const sessionNotify = endpoint<App, z.infer<typeof sessionParams>>({
  summary: "Ask the user again",
  roles: ["RemoteAssistance.Request"],
  params: sessionParams,
  idempotencyKey: "optional",
  problems: ["session-not-found", "session-ended", "quiet-hours", "too-many-notifications"],
  answers: { 202: sessionViewSchema },
  async handle({ principal, params: { id }, idempotencyKey, correlationId }, { sessions, linksOf }) {
    const session = await sessions.notifyAgain(principal, id, idempotencyKey, correlationId);
    return { status: 202, jsonBody: viewOfSession(session, await linksOf(session, principal)) };
  },
});
