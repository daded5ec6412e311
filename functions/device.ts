import * as z from "zod";
import type { App } from "../lib/app.ts";
import { deviceSchema } from "../lib/devices/device.ts";
import { endpoint } from "../lib/http/endpoint.ts";

const params = z.strictObject({ deviceId: z.guid("is not a device id: a GUID is expected") });

/** GET /api/devices/{deviceId}: one device, with its eligibility and what a request for a session on it would meet. */
export const device = endpoint<App, z.infer<typeof params>>({
  summary: "One device, and what a request for a session on it would meet",
  roles: ["RemoteAssistance.Request"],
  params,
  problems: ["device-not-found"],
  answers: { 200: deviceSchema },
  async handle({ params: { deviceId } }, { checkDevice }) {
    return { status: 200, jsonBody: await checkDevice(deviceId.toLowerCase()) };
  },
});
