import * as z from "zod";
import type { App } from "../lib/app.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { listSchema, paging } from "../lib/http/paging.ts";
import { reportCsvOf } from "../lib/http/report-export.ts";
import { reportRowSchema } from "../lib/sessions/report-row.ts";
import { time } from "./audit.ts";

const query = z.strictObject({
  from: time.optional(),
  to: time.optional(),
  format: z.enum(["json", "csv"]).default("json"),
  ...paging,
});

/** What is missing, and what to do, when TeamViewer did not tell all. */
const answer = listSchema(reportRowSchema).extend({ incomplete: z.string().optional() });

/** GET /api/reports/sessions: who asked and who really connected; csv answers the whole range. */
export const sessionReport = endpoint<App, unknown, z.infer<typeof query>>({
  summary: "Sessions with their connections, newest first, then connections that nobody requested",
  roles: ["RemoteAssistance.Read"],
  query,
  media: ["application/json", "text/csv"],
  answerHeaders: ["X-Incomplete"],
  answers: { 200: answer },
  async handle({ query }, { sessions: { report } }) {
    if (query.format === "json") return { status: 200, jsonBody: await report.page(query, query) };
    const { rows, incomplete } = await report.all(query);
    const headers = {
      "content-type": "text/csv; charset=utf-8",
      ...(incomplete ? { "x-incomplete": incomplete } : {}),
    };
    return { status: 200, headers, body: await reportCsvOf(rows) };
  },
});
