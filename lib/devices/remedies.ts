import { type ChannelPolicy, hasCompanyPortalNotifications } from "./channels.ts";
import type { Check } from "./check.ts";
import { complianceOf } from "./compliance.ts";
import type { Channel, Device, Eligibility, EligibilityCode } from "./device.ts";

const remedies: Record<EligibilityCode, string> = {
  "platform-not-supported": "Help on another device of the user, or by other means.",
  hololens: "Help on another device of the user, or by other means.",
  "surface-hub": "Help on another device of the user, or by other means.",
  "windows-10-s": "Switch the device out of S mode where its edition allows that, or help by other means.",
  "corporate-android": "Ask an administrator to set ALLOW_CORPORATE_ANDROID.",
  "device-not-managed": "Enroll the device in Intune again, or choose the device that the user has now.",
  "no-user": "Pass the link on yourself, or set the device's primary user in Intune.",
};

/** What eligibility finds against the device, with what to do about it. */
export function eligibilityChecks({ reasons }: Eligibility): Check[] {
  return reasons.map(({ code, text }) => ({
    code,
    severity: code === "no-user" ? "warning" : "blocker",
    text,
    remedy: remedies[code],
  }));
}

/** Why no channel leads to the user of a device that can be helped; none where one does, or where there is no user. */
export function channelChecks(device: Device, { channels }: Eligibility, policy: ChannelPolicy): Check[] {
  if (channels.length > 0 || device.userId === undefined) return [];
  const isOn = (channel: ChannelPolicy["channelsOn"][number]) => policy.channelsOn.includes(channel);
  const order = policy.channelOrder[device.platform] ?? policy.channelOrder["*"];
  const why = [
    hasCompanyPortalNotifications(device)
      ? "Company Portal is left out by NOTIFICATION_CHANNELS"
      : "Company Portal shows no notifications on this platform",
    isOn("teams") ? "Teams is left out by NOTIFICATION_CHANNELS" : "Teams is not turned on",
    isOn("email") && order.includes("email") ? "Intune knows no e-mail address of the user" : "e-mail is not turned on",
  ];
  const text = `Nobody can be notified on this device: ${why.join("; ")}.`;
  const remedy =
    "Pass the link on yourself. An administrator can turn on Teams (TEAMS_APP_ID) or e-mail (MAIL_SENDER).";
  return [{ code: "no-channel", severity: "warning", text, remedy }];
}

/**
 * One of these lets a notification pass: of Company Portal's the documentation names three (docs/operations.md asks for the
 * first). E-mail is not told by permissions: Exchange may grant one mailbox by itself.
 */
const permissionsFor: Partial<Record<Channel, readonly [string, ...string[]]>> = {
  companyPortal: [
    "DeviceManagementManagedDevices.ReadWrite.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementServiceConfig.ReadWrite.All",
  ],
  teams: ["TeamsActivity.Send"],
};

/** Channels to the device's user that Microsoft Graph will refuse, as the app holds no permission for them. */
export function permissionChecks({ channels }: Eligibility, held: readonly string[] | undefined): Check[] {
  if (!held) return [];
  return channels.flatMap((channel) => {
    const [needed, ...others] = permissionsFor[channel] ?? [];
    if (!needed || [needed, ...others].some((permission) => held.includes(permission))) return [];
    const text = `Notifications through ${channelNames[channel]} will be refused: this app lacks the Graph permission ${needed}.`;
    const remedy = `Pass the link on yourself. An administrator grants the app's identity ${needed} and consents to it; its token tells of it at the latest after a day.`;
    return [{ code: "graph-permission-missing", severity: "warning", text, remedy }];
  });
}

const channelNames: Record<Channel, string> = { companyPortal: "Company Portal", teams: "Teams", email: "e-mail" };

/** What Intune says against the device's state, where the company wants to know. */
export function complianceChecks(device: Device, policy: "ignore" | "warn" | "require-reason" | "block"): Check[] {
  const state = complianceOf(device);
  if (policy === "ignore" || state === "compliant") return [];
  if (state === "unsure") {
    const text = `Intune does not call this device compliant (${device.compliance || "unknown"}), nor not compliant.`;
    const remedy =
      "Let the device check in with Intune; a device in its grace period has to be mended before that ends.";
    return [{ code: "device-compliance-unsure", severity: "warning", text, remedy }];
  }
  const isBlocker = policy === "block";
  const remedy = isBlocker ? "Mend that first, then ask again." : "Mend that, or take care what you do on it.";
  return [
    {
      code: "device-not-compliant",
      severity: isBlocker ? "blocker" : "warning",
      text: "Intune calls this device not compliant.",
      remedy: policy === "require-reason" ? "Say in reason why help is needed all the same." : remedy,
    },
  ];
}
