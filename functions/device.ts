import * as z from "zod";
import type { App } from "../lib/app.ts";
import { deviceSchema } from "../lib/devices/device.ts";
import { viewOfDevice } from "../lib/devices/view.ts";
import { deviceNotFound } from "../lib/errors.ts";
import { endpoint } from "../lib/http/endpoint.ts";

const params = z.strictObject({ deviceId: z.guid("is not a device id: a GUID is expected") });

/** GET /api/devices/{deviceId}: one device, with its eligibility. */
export const device = endpoint<App, z.infer<typeof params>>({
  summary: "One device",
  roles: ["RemoteAssistance.Request"],
  params,
  answers: { 200: deviceSchema },
  async handle({ params: { deviceId } }, { devices, policy }) {
    const device = await devices.find(deviceId.toLowerCase());
    if (!device) throw deviceNotFound();
    return { status: 200, jsonBody: viewOfDevice(device, policy) };
  },
});
