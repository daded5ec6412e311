import { z } from "zod";
import { type Refusal, refuse } from "./refusal.ts";

type Right = "granted" | "no-permission" | "no-licence";
const right = z.enum(["granted", "no-permission", "no-licence"] satisfies Right[]);

/** How the account and its app stand; after `reportDelaySeconds` a connection that ended is in the report. */
export const rightsChange = z.strictObject({
  reports: right.optional(),
  users: right.optional(),
  reportDelaySeconds: z.int().min(0).optional(),
});

export type Rights = { reports: Right; users: Right; reportDelaySeconds: number };

export const allRights: Rights = { reports: "granted", users: "granted", reportDelaySeconds: 0 };

type WithRights = { rights: Rights };

export function changeRights(realm: WithRights, { reports, users, reportDelaySeconds }: z.infer<typeof rightsChange>) {
  const { rights } = realm;
  realm.rights = {
    reports: reports ?? rights.reports,
    users: users ?? rights.users,
    reportDelaySeconds: reportDelaySeconds ?? rights.reportDelaySeconds,
  };
}

/**
 * What an app without the permission (`Connections.Read`, `Users.Read`), or an account whose licence is below Premium, is
 * told: API documentation 5.1 says 403 and no more.
 */
export function requireRight({ rights }: WithRights, name: "reports" | "users"): void {
  const refusal = refusals[rights[name]];
  if (refusal) throw refusal();
}

const refusals: Record<Right, (() => Refusal) | undefined> = {
  granted: undefined,
  "no-permission": () => refuse(403, "forbidden", "The token has no permission for this function"),
  "no-licence": () => refuse(403, "forbidden", "Your license does not include this function"),
};
