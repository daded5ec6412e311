/** The tenant that everything on one machine belongs to, and this API's app registration in it. */
export const TENANT_ID = "0f0e0d0c-0b0a-4908-8706-050403020100";
export const API_CLIENT_ID = "a91c11e2-7d1a-4b6e-9c56-0d5f3a7b2e10";

/** The client that people's front ends use (code + PKCE). */
export const PORTAL_CLIENT_ID = "c0ffee00-5a1e-4f00-8a11-7e57ab1e0001";

export type Role = "RemoteAssistance.Update" | "RemoteAssistance.Request" | "RemoteAssistance.Read";

/** Somebody who can sign in at the Entra stand-in: `id` is the object id (`oid`). */
export type Principal =
  | { kind: "person"; id: string; name: string; roles: Role[] }
  | { kind: "application"; id: string; name: string; roles: Role[]; clientId: string; clientSecret: string };

/** The demo sign-ins. Their secrets open nothing but the stand-ins on loopback. */
export const principals: Principal[] = [
  person("10000000-0000-4000-8000-000000000001", "Ada Administrator", [
    "RemoteAssistance.Update",
    "RemoteAssistance.Read",
  ]),
  person("10000000-0000-4000-8000-000000000002", "Bruno Agent", ["RemoteAssistance.Request"]),
  person("10000000-0000-4000-8000-000000000003", "Chiara Agent", ["RemoteAssistance.Request", "RemoteAssistance.Read"]),
  person("10000000-0000-4000-8000-000000000004", "Dev Auditor", ["RemoteAssistance.Read"]),
  person("10000000-0000-4000-8000-000000000005", "Elif Nobody", []),
  application(1, "Ticket system", ["RemoteAssistance.Request"]),
  application(2, "Deployment script", ["RemoteAssistance.Update"]),
  application(3, "Log collector", ["RemoteAssistance.Read"]),
  application(4, "Everything robot", ["RemoteAssistance.Update", "RemoteAssistance.Request", "RemoteAssistance.Read"]),
  application(5, "No rights robot", []),
];

function person(id: string, name: string, roles: Role[]): Principal {
  return { kind: "person", id, name, roles };
}

function application(number: number, name: string, roles: Role[]): Principal {
  return {
    kind: "application",
    id: `20000000-0000-4000-8000-00000000000${number}`,
    name,
    roles,
    clientId: `30000000-0000-4000-8000-00000000000${number}`,
    clientSecret: `demo-secret-${number}`,
  };
}
