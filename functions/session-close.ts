import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { sessionParams } from "../lib/http/session-params.ts";
import { sessionViewSchema, viewOfSession } from "../lib/sessions/session.ts";

/** POST /api/sessions/{id}/close: ends the session at TeamViewer; doing it again changes nothing. */
export const sessionClose = endpoint<App, z.infer<typeof sessionParams>>({
  summary: "Close a session",
  roles: ["RemoteAssistance.Request"],
  params: sessionParams,
  problems: ["session-not-found"],
  answers: { 200: sessionViewSchema },
  async handle({ principal: { id: principalId, kind }, params: { id }, correlationId }, { sessions }) {
    const session = await sessions.close({ id: principalId, kind }, id, correlationId);
    return { status: 200, jsonBody: viewOfSession(session) };
  },
});
