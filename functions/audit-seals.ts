import * as z from "zod";
import type { App } from "../lib/app.ts";
import { sealLineSchema } from "../lib/audit/seal.ts";
import { ndjsonOf } from "../lib/http/csv.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { time } from "./audit.ts";

const query = z.strictObject({ from: time.optional(), to: time.optional() });

/** GET /api/audit/seals: what is needed to check an export of the audit, one JSON object a line. */
export const auditSeals = endpoint<App, unknown, z.infer<typeof query>>({
  summary: "The audit's seals, oldest first, with keys and salts: one JSON object a line",
  roles: ["RemoteAssistance.Read"],
  query,
  media: ["application/x-ndjson"],
  answers: { 200: sealLineSchema },
  async handle({ query: { from, to } }, { audit }) {
    const range = { from: from ? new Date(from) : undefined, to: to ? new Date(to) : undefined };
    const body = await ndjsonOf(await audit.exportSeals(range));
    return { status: 200, headers: { "content-type": "application/x-ndjson" }, body };
  },
});
