import { principals } from "./principals.ts";

/** Roles of Intune with the actions that matter here; names and actions as Intune has them. */
const roles = {
  "Intune Administrator": ["*"],
  "Help Desk Operator": [
    "Microsoft.Intune_ManagedDevices_Read",
    "Microsoft.Intune_Organization_Read",
    "Microsoft.Intune_RemoteAssistance_Read",
    "Microsoft.Intune_RemoteTasks_CustomNotification",
    "Microsoft.Intune_RemoteTasks_RequestRemoteAssistance",
  ],
  "Read Only Operator": [
    "Microsoft.Intune_ManagedDevices_Read",
    "Microsoft.Intune_Organization_Read",
    "Microsoft.Intune_RemoteAssistance_Read",
    "Microsoft.Intune_RemoteAssistance_ViewReports",
  ],
} satisfies Record<string, string[]>;

export type IntuneRole = keyof typeof roles;

export const actionsOf = (role: IntuneRole): readonly string[] => roles[role];

/** Which roles the demo people have in Intune; who is not named has none. */
const assigned: Record<string, IntuneRole[]> = {
  "Ada Administrator": ["Intune Administrator"],
  "Bruno Agent": ["Help Desk Operator"],
  "Chiara Agent": ["Help Desk Operator", "Read Only Operator"],
  "Dev Auditor": ["Read Only Operator"],
};

/** The roles by object id, to be changed at will. */
export function demoIntuneRoles(): Map<string, IntuneRole[]> {
  return new Map(principals.map(({ id, name }) => [id, assigned[name] ?? []]));
}
