import * as z from "zod";
import type { App } from "../lib/app.ts";
import { deviceSchema, platforms } from "../lib/devices/device.ts";
import { viewOfDevice } from "../lib/devices/view.ts";
import { endpoint } from "../lib/http/endpoint.ts";
import { listSchema, paging } from "../lib/http/paging.ts";

const query = z.strictObject({
  search: z.string().trim().max(200).default(""),
  platform: z.string().toLowerCase().pipe(z.enum(platforms)).optional(),
  ...paging,
});

/** GET /api/devices: Intune's devices by name, user or serial number, each with its eligibility. */
export const devices = endpoint<App, unknown, z.infer<typeof query>>({
  summary: "Find devices by name, user or serial number",
  roles: ["RemoteAssistance.Request"],
  query,
  answers: { 200: listSchema(deviceSchema) },
  async handle({ query: { search, platform, top, page } }, { devices, policy }) {
    const found = await devices.search({ text: search, platform, top, page });
    const value = found.devices.map((device) => viewOfDevice(device, policy));
    return { status: 200, jsonBody: { value, ...(found.nextPage ? { nextPage: found.nextPage } : {}) } };
  },
});
