import type { GraphUser } from "./people.ts";
import { only, selectedNames } from "./select.ts";

/** What a user shows without `$select` (https://learn.microsoft.com/graph/api/user-get). */
const defaultProperties = [
  "displayName",
  "givenName",
  "mail",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
  "id",
] as const;

/** A user with what `$select` names, or with what users show without it. */
export function selectedOf(user: GraphUser, select: string | null): Record<string, unknown> {
  return only(user, selectedNames(select, Object.keys(user), "microsoft.graph.user") ?? defaultProperties);
}
