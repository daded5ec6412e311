import { parseArgs } from "node:util";
import * as z from "zod";
import { makeGraph, principalOf } from "./graph.ts";
import { registration } from "./registration.ts";
import { said, say, tell } from "./said.ts";

const usage = `npx node infra/azure/hooks/assign.ts [--user NAME | --principal OBJECT_ID] --roles Update,Request,Read

  --user NAME            a person by their sign-in name; without it and --principal, whoever signed in with az login
  --principal OBJECT_ID  a group or the service principal of an application
  --roles LIST           which of Update, Request and Read
API_CLIENT_ID says which API: azd env get-value API_CLIENT_ID
`;
const assignment = z.object({ appRoleId: z.string(), principalId: z.string() });

await tell(async () => {
  const { values } = parseArgs({
    options: { user: { type: "string" }, principal: { type: "string" }, roles: { type: "string" } },
  });
  if (!values.roles) throw new Error(usage);
  const wanted = values.roles.split(",").map((role) => {
    const found = registration.appRoles.find(({ value }) => value === `RemoteAssistance.${role.trim()}`);
    if (!found) throw new Error(`There is no role ${role}.\n\n${usage}`);
    return found;
  });
  const graph = makeGraph();
  const api = await principalOf(graph, said("API_CLIENT_ID"));
  const who = values.user ? `users/${values.user}` : "me";
  const principalId = values.principal ?? (await graph.get(`${who}?$select=id`, z.object({ id: z.string() }))).id;
  const held = await graph.list(`servicePrincipals/${api.id}/appRoleAssignedTo`, assignment);
  for (const { id, value } of wanted) {
    const isHeld = held.some((one) => one.principalId === principalId && one.appRoleId === id);
    const body = { principalId, resourceId: api.id, appRoleId: id };
    if (!isHeld) await graph.post(`servicePrincipals/${api.id}/appRoleAssignedTo`, body);
    say(`${principalId} has ${value}. It is in the next token: sign in anew.`);
  }
});
