import * as z from "zod";
import type { App } from "../lib/app.ts";
import { nameSchema } from "../lib/devices/names.ts";
import { endpoint } from "../lib/http/endpoint.ts";

const MOST_IDS = 50;

const id = z.guid("must be ids of people or devices, GUIDs").toLowerCase();
const query = z.strictObject({
  ids: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(id).max(MOST_IDS, `must be at most ${MOST_IDS}, separated by commas`)),
});

/** GET /api/names: what people and devices are called that stand elsewhere by their ids, as in the audit. */
export const names = endpoint<App, unknown, z.infer<typeof query>>({
  summary: "Names of people and devices by their ids; what has no name is left out",
  roles: ["RemoteAssistance.Request", "RemoteAssistance.Read"],
  query,
  answers: { 200: z.strictObject({ value: z.array(nameSchema) }) },
  async handle({ query: { ids } }, { namesOf }) {
    return { status: 200, jsonBody: { value: await namesOf(ids) } };
  },
});
