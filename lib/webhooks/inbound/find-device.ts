import type { Device } from "../../devices/device.ts";
import type { DeviceDirectory } from "../../devices/ports.ts";
import { AppError } from "../../errors.ts";
import type { RequestMessage } from "./message.ts";

type Deps = { devices: Pick<DeviceDirectory, "search"> };

/** More than a search ever finds: whoever has the name is among them. */
const MOST_FOUND = 10_000;

/** The id of the one device that a message names. Throws `device-not-found`, and `device-ambiguous` when several have the name. */
export function makeFindDevice({ devices }: Deps) {
  return async ({ deviceId, serialNumber, deviceName }: RequestMessage): Promise<string> => {
    if (deviceId !== undefined) return deviceId;
    const text = serialNumber ?? deviceName ?? "";
    const fieldOf = (device: Device) => (serialNumber === undefined ? device.name : device.serialNumber);
    const search = { text, platform: undefined, top: MOST_FOUND, page: undefined };
    const found = (await devices.search(search)).devices;
    const fitting = found.filter((device) => fieldOf(device).toLowerCase() === text.toLowerCase());
    const [only] = fitting;
    if (only && fitting.length === 1) return only.id;
    throw notOne(fitting.length, serialNumber === undefined ? "name" : "serial number");
  };
}

function notOne(count: number, what: string): AppError {
  if (count === 0) return new AppError("device-not-found", `Of Intune's devices, 0 have exactly this ${what}.`);
  return new AppError(
    "device-ambiguous",
    `Of Intune's devices, ${count} have this ${what}. Name the one that is meant by its deviceId.`,
  );
}
