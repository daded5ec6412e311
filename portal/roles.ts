import type { Role } from "../lib/access/principal.ts";
import { allDevices, allSessions, type Place } from "./place.ts";

/** Who may see which screen: any one of these roles. */
export const rolesOf: Record<Place["screen"], readonly Role[]> = {
  home: ["RemoteAssistance.Request", "RemoteAssistance.Read", "RemoteAssistance.Update"],
  connector: ["RemoteAssistance.Update", "RemoteAssistance.Request", "RemoteAssistance.Read"],
  devices: ["RemoteAssistance.Request"],
  device: ["RemoteAssistance.Request"],
  sessions: ["RemoteAssistance.Request", "RemoteAssistance.Read"],
  session: ["RemoteAssistance.Request", "RemoteAssistance.Read"],
  audit: ["RemoteAssistance.Read"],
  webhooks: ["RemoteAssistance.Update"],
  webhook: ["RemoteAssistance.Update"],
  health: ["RemoteAssistance.Update", "RemoteAssistance.Request", "RemoteAssistance.Read"],
  unknown: ["RemoteAssistance.Update", "RemoteAssistance.Request", "RemoteAssistance.Read"],
};

/** Everybody starts where their work is. */
export function homeOf(may: (role: Role) => boolean): Place {
  if (may("RemoteAssistance.Request")) return allDevices;
  if (may("RemoteAssistance.Update")) return { screen: "connector", consent: undefined };
  return allSessions;
}
