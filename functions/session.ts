import type * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { sessionParams } from "../lib/http/session-params.ts";
import { sessionViewSchema } from "../lib/sessions/session.ts";

/** GET /api/sessions/{id}: the session now; its supporter link only for the one who asked for it. */
export const session = endpoint<App, z.infer<typeof sessionParams>>({
  summary: "One session",
  roles: ["RemoteAssistance.Request", "RemoteAssistance.Read"],
  params: sessionParams,
  problems: ["session-not-found"],
  answers: { 200: sessionViewSchema },
  async handle({ principal, params: { id } }, { sessions }) {
    return { status: 200, jsonBody: await sessions.read(principal, id) };
  },
});
