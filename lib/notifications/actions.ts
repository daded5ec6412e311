import type { Action } from "../audit/entry.ts";
import type { Channel } from "../devices/device.ts";

/** What the audit calls a try through a channel. */
export const actionOf: Record<Channel, Action> = {
  companyPortal: "notification.send",
  teams: "notification.teams",
  email: "notification.email",
};
