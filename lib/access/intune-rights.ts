import { AppError } from "../errors.ts";
import type { Principal, Role } from "./principal.ts";

/**
 * The Intune permission behind each app role, as `resourceAction` of Intune's role-based access control
 * (learn.microsoft.com/mem/intune/fundamentals/role-based-access-control). The names in brackets are those of its portal.
 */
const rights: Record<Role, { action: string; name: string }> = {
  "RemoteAssistance.Update": {
    action: "Microsoft.Intune_RemoteAssistance_Update",
    name: "Remote assistance connectors / Update",
  },
  "RemoteAssistance.Request": {
    action: "Microsoft.Intune_RemoteTasks_RequestRemoteAssistance",
    name: "Remote tasks / Offer remote assistance",
  },
  "RemoteAssistance.Read": {
    action: "Microsoft.Intune_RemoteAssistance_Read",
    name: "Remote assistance connectors / Read",
  },
};

/** What an Intune or Global Administrator is granted: every action. */
const EVERY_ACTION = "*";

/** Whether one of the app roles that let `principal` in (`allowed`) is borne out by the actions that Intune grants. */
export function hasIntuneRight(principal: Principal, allowed: readonly Role[], granted: readonly string[]): boolean {
  const actions = granted.map((action) => action.toLowerCase());
  return (
    actions.includes(EVERY_ACTION) ||
    principal.roles.some((role) => allowed.includes(role) && actions.includes(rights[role].action.toLowerCase()))
  );
}

/** Says which permission would do. */
export function missingIntuneRight(principal: Principal, allowed: readonly Role[]): AppError {
  const wanted = principal.roles.filter((role) => allowed.includes(role)).map((role) => rights[role]);
  const names = wanted.map(({ action, name }) => `${action} (${name})`).join(" or ");
  return new AppError(
    "forbidden",
    `This needs the Intune permission ${names}. Ask an Intune administrator for a role with it.`,
  );
}
