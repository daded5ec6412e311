import * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { listSchema, paging } from "../lib/http/paging.ts";
import { sessionStates, sessionViewSchema } from "../lib/sessions/session.ts";

const query = z.strictObject({
  device: z.guid("must be the id of a device, a GUID").toLowerCase().optional(),
  state: z.enum(sessionStates).optional(),
  requestedBy: z.guid("must be the object id of a person or application, a GUID").toLowerCase().optional(),
  ...paging,
});

/** GET /api/sessions: newest first, without supporter links. */
export const sessions = endpoint<App, unknown, z.infer<typeof query>>({
  summary: "Sessions, newest first",
  roles: ["RemoteAssistance.Request", "RemoteAssistance.Read"],
  query,
  answers: { 200: listSchema(sessionViewSchema) },
  async handle({ query: { device, state, requestedBy, top, page } }, { sessions }) {
    return { status: 200, jsonBody: await sessions.list({ deviceId: device, state, requestedBy, top, page }) };
  },
});
