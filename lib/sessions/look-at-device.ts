import { type Channel, channels, type Device } from "../devices/device.ts";
import type { DeviceDirectory } from "../devices/ports.ts";
import type { DeviceHour, NotificationLedger, Reservation } from "../notifications/ports.ts";
import { notifyKeyOf, notifyKeysOf } from "./id.ts";

type Deps = { devices: Pick<DeviceDirectory, "find">; ledger: Pick<NotificationLedger, "look"> };

export type Known = Reservation & { channel: Channel };

/** What stands around a notification before it is sent. */
export type Surroundings = {
  /** As Intune has it now. */
  device: Device | undefined;
  budget: DeviceHour;
  /** What the ledger knows of this notification, whatever channel it went through. */
  known: Known[];
};

export async function lookAtDevice(
  { devices, ledger }: Deps,
  notified: { sessionId: string; number: number },
  deviceId: string,
): Promise<Surroundings> {
  const [device, { budget, reservations }] = await Promise.all([
    devices.find(deviceId),
    ledger.look(deviceId, notifyKeysOf(notified)),
  ]);
  const known = channels.flatMap((channel): Known[] => {
    const reservation = reservations.get(notifyKeyOf(notified, channel));
    return reservation ? [{ ...reservation, channel }] : [];
  });
  return { device, budget, known };
}
