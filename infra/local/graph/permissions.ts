import type { StandInRequest } from "../stand-in.ts";
import { Refusal, type Wording } from "./refusal.ts";

/** A permission that the app was not granted: calls that fit `method` and `path` (a regular expression) are refused for want of `scope`. */
export type MissingPermission = { scope: string; method?: string; path?: string; wording?: Wording };

/** The permissions somebody forgot to grant, for as long as the stand-in runs. */
export function missingPermissions() {
  let missing: MissingPermission[] = [];
  return {
    add: (permission: MissingPermission) => void missing.push(permission),
    clear: () => {
      missing = [];
    },
    list: () => missing,
    granted: () => GRANTED.filter((permission) => !missing.some(({ scope }) => scope === permission)),
    check({ method, path }: StandInRequest) {
      const lacking = missing.find(
        (entry) =>
          (!entry.method || entry.method.toUpperCase() === method) &&
          (!entry.path || new RegExp(entry.path, "i").test(path)),
      );
      if (lacking) throw notAuthorized(lacking.scope, lacking.wording);
    },
  };
}

/** The application permissions that this app is granted in Entra, and that its tokens for Graph tell of. */
export const GRANTED = [
  "DeviceManagementManagedDevices.ReadWrite.All",
  "Mail.Send",
  "TeamsActivity.Send",
  "User.Read.All",
];

/** Intune's 403. */
export function notAuthorized(scope: string, wording: Wording = "nested"): Refusal {
  const message = `Application is not authorized to perform this operation. Application must have one of the following scopes: ${scope}`;
  return new Refusal(403, "Forbidden", message, { wording });
}
