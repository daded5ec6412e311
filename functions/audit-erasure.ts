import * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";

const body = z.strictObject({ personId: z.guid("must be the id of a person, a GUID").toLowerCase() });

/** POST /api/audit/erasures: a person's id is taken out of the audit for good; the seals stay right. */
export const auditErasure = endpoint<App, unknown, unknown, z.infer<typeof body>>({
  summary: "Erase a person from the audit: a pseudonym stands for the id from then on",
  roles: ["RemoteAssistance.Update"],
  body,
  answers: { 200: z.strictObject({ erased: z.int().min(0) }) },
  async handle({ principal, body: { personId }, correlationId }, { audit }) {
    const actor = { id: principal.id, kind: principal.kind };
    return { status: 200, jsonBody: await audit.erase(actor, personId, correlationId) };
  },
});
