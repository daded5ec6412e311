import * as z from "zod";
import type { App } from "../lib/app.ts";
import { type AuditEntry, auditEntrySchema } from "../lib/audit/entry.ts";
import { auditCsvOf } from "../lib/http/audit-export.ts";
import { type Items, ndjsonOf } from "../lib/http/csv.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { listSchema, nextLink } from "../lib/http/paging.ts";

export const time = z.union(
  [z.iso.datetime({ offset: true }), z.iso.date()],
  "must be a time such as 2026-11-22T10:00:00Z, or a date",
);

const MAX_TOP = 10_000;

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
  top: z.coerce.number("must be a whole number from 1 to 10000").int().min(1).max(MAX_TOP).optional(),
  page: z.string().max(500).optional(),
});
type Query = z.infer<typeof query>;

type Part = { value: Items<AuditEntry>; nextPage?: string };

/**
 * GET /api/audit: who did what, newest first. NDJSON and CSV answer the whole range; with `top` a part of it and, in the
 * header Link, where the next one is, so that a range of any size takes the memory of a part.
 */
export const audit = endpoint<App, unknown, Query>({
  summary: "The audit, newest first",
  roles: ["RemoteAssistance.Read"],
  query,
  media: ["application/json", "application/x-ndjson", "text/csv"],
  line: auditEntrySchema,
  answers: { 200: listSchema(auditEntrySchema) },
  answerHeaders: ["Link"],
  async handle({ query }, { listAudit }) {
    const { format, top, page } = query;
    const filter = filterOf(query);
    if (format === "json") return { status: 200, jsonBody: await listAudit.page(filter, { top: top ?? 50, page }) };

    const isPart = top !== undefined || page !== undefined;
    const part: Part = isPart
      ? await listAudit.page(filter, { top: top ?? MAX_TOP, page })
      : { value: listAudit.all(filter) };
    const link = part.nextPage && nextLink(query, part.nextPage);
    const isCsv = format === "csv";
    return {
      status: 200,
      headers: {
        "content-type": isCsv ? "text/csv; charset=utf-8" : "application/x-ndjson",
        ...(link ? { link } : {}),
      },
      body: await (isCsv ? auditCsvOf(part.value, page !== undefined) : ndjsonOf(part.value)),
    };
  },
});

const filterOf = ({ from, to, device, session, actor, action }: Query) => ({
  ...(from ? { from: new Date(from) } : {}),
  ...(to ? { to: new Date(to) } : {}),
  deviceId: device,
  sessionId: session,
  actorId: actor,
  action,
});
