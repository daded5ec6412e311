import { isCorporateAndroid } from "./corporate-android.ts";
import type { Channel, Device, Platform } from "./device.ts";

/** Channels in the order they are tried in, for platforms that have one of their own and for all others. */
export type ChannelOrder = { "*": readonly Channel[] } & { [P in Platform]?: readonly Channel[] | undefined };

/** `channelsOn`: those that this deployment can use at all. */
export type ChannelPolicy = { channelOrder: ChannelOrder; channelsOn: readonly Channel[] };

/** The channels through which the user of `device` can be asked, in the order to try them; none for a device of nobody. */
export function channelsTo(device: Device, { channelOrder, channelsOn }: ChannelPolicy): Channel[] {
  if (device.userId === undefined) return [];
  const order = channelOrder[device.platform] ?? channelOrder["*"];
  return order.filter((channel) => channelsOn.includes(channel) && leadsTo[channel](device));
}

const leadsTo: Record<Channel, (device: Device) => boolean> = {
  companyPortal: hasCompanyPortalNotifications,
  teams: () => true,
  email: ({ email }) => email !== undefined,
};

/**
 * Company Portal shows custom notifications on iOS, iPadOS and on Android with a personally-owned work profile, nowhere else
 * (learn.microsoft.com/mem/intune/remote-actions/custom-notifications).
 */
export function hasCompanyPortalNotifications(device: Device): boolean {
  if (device.platform === "ios" || device.platform === "ipados") return true;
  if (device.platform !== "android" || isCorporateAndroid(device)) return false;
  const deviceType = device.deviceType.toLowerCase();
  const isDeviceAdministrator = ["android", "androidngms"].includes(deviceType);
  return deviceType === "androidforwork" || (device.ownership === "personal" && !isDeviceAdministrator);
}
