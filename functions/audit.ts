import * as z from "zod";
import type { App } from "../lib/app.ts";
import { auditEntrySchema } from "../lib/audit/entry.ts";
import { auditCsvOf } from "../lib/http/audit-export.ts";
import { ndjsonOf } from "../lib/http/csv.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { listSchema, paging } from "../lib/http/paging.ts";

export const time = z.union(
  [z.iso.datetime({ offset: true }), z.iso.date()],
  "must be a time such as 2026-11-22T10:00:00Z, or a date",
);

const query = z.strictObject({
  from: time.optional(),
  to: time.optional(),
  device: z.guid("must be the id of a device, a GUID").toLowerCase().optional(),
  session: z.string().max(64).optional(),
  actor: z.string().max(100).toLowerCase().optional(),
  action: z
    .string()
    .regex(/^[a-z-]+(\.[a-z-]*)?$/, "must be an action such as session.request, or all of a kind such as session.")
    .optional(),
  format: z.enum(["json", "ndjson", "csv"]).default("json"),
  ...paging,
});

/** GET /api/audit: who did what, newest first; ndjson and csv answer the whole range. */
export const audit = endpoint<App, unknown, z.infer<typeof query>>({
  summary: "The audit, newest first",
  roles: ["RemoteAssistance.Read"],
  query,
  media: ["application/json", "application/x-ndjson", "text/csv"],
  line: auditEntrySchema,
  answers: { 200: listSchema(auditEntrySchema) },
  async handle({ query }, { listAudit }) {
    const { device, session, actor, action } = query;
    const range = {
      ...(query.from ? { from: new Date(query.from) } : {}),
      ...(query.to ? { to: new Date(query.to) } : {}),
    };
    const filter = { ...range, deviceId: device, sessionId: session, actorId: actor, action };
    if (query.format === "ndjson")
      return {
        status: 200,
        headers: { "content-type": "application/x-ndjson" },
        body: ndjsonOf(listAudit.all(filter)),
      };
    if (query.format === "csv")
      return {
        status: 200,
        headers: { "content-type": "text/csv; charset=utf-8" },
        body: auditCsvOf(listAudit.all(filter)),
      };
    return { status: 200, jsonBody: await listAudit.page(filter, query) };
  },
});
