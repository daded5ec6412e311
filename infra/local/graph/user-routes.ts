import { randomUUID } from "node:crypto";
import type { Kept } from "../kept.ts";
import { TENANT_ID } from "../principals.ts";
import { activityOf, appNotInstalled } from "./activity.ts";
import type { GraphCall, GraphRoute } from "./call.ts";
import { deviceList } from "./list.ts";
import { mailOf } from "./mail.ts";
import type { GraphUser } from "./people.ts";
import { Refusal } from "./refusal.ts";
import type { GraphState } from "./state.ts";
import { userList } from "./user-list.ts";
import { selectedOf } from "./user-select.ts";

/** The directory, and the ways to write to somebody. */
export function userRoutes(state: Kept<GraphState>, now: () => Date): GraphRoute[] {
  return [
    { method: "GET", path: "/users", answer: (call) => userList(call, state.value.users) },
    { method: "GET", path: "/users/:id", answer: (call) => showUser(call, find(state.value.users, call)) },
    {
      method: "GET",
      path: "/users/:id/managedDevices",
      answer: (call) => {
        const { id } = find(state.value.users, call);
        const devices = state.value.devices.filter(({ userId }) => userId === id);
        return deviceList(call, devices, `users('${id}')/managedDevices`);
      },
    },
    {
      method: "POST",
      path: "/users/:id/sendMail",
      answer: (call) => {
        const from = mailboxOf(state.value.users, call);
        state.value.mails.push({ id: randomUUID(), from, ...mailOf(call.body), at: now().toISOString() });
        state.save();
        return { status: 202 };
      },
    },
    {
      method: "POST",
      path: "/users/:id/teamwork/sendActivityNotification",
      answer: (call) => {
        const { id: userId } = find(state.value.users, call);
        const activity = activityOf(call.body);
        if (state.value.withoutTeamsApp.includes(userId)) throw appNotInstalled(call.path);
        state.value.activities.push({ id: randomUUID(), userId, ...activity, at: now().toISOString() });
        state.save();
        return { status: 204 };
      },
    },
    {
      method: "GET",
      path: "/organization",
      answer: () => ({ status: 200, json: { value: [{ id: TENANT_ID, displayName: "Contoso" }] } }),
    },
  ];
}

function find(users: readonly GraphUser[], { params: { id = "" } }: GraphCall): GraphUser {
  const user = findIn(users, id);
  if (user) return user;
  const message = `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
  throw new Refusal(404, "Request_ResourceNotFound", message);
}

/** Whose mailbox an e-mail comes from, in Exchange's words when there is none. */
function mailboxOf(users: readonly GraphUser[], call: GraphCall): string {
  const { id = "" } = call.params;
  const user = findIn(users, id);
  if (!user) throw new Refusal(404, "ErrorInvalidUser", `The requested user '${id}' is invalid.`);
  if (user.mail) return user.mail;
  const message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise.";
  throw new Refusal(404, "MailboxNotEnabledForRESTAPI", message);
}

function findIn(users: readonly GraphUser[], id: string): GraphUser | undefined {
  const wanted = id.toLowerCase();
  return users.find((one) => one.id === wanted || one.userPrincipalName.toLowerCase() === wanted);
}

function showUser({ query, origin, version }: GraphCall, user: GraphUser) {
  const context = `${origin}/${version}/$metadata#users/$entity`;
  return { status: 200, json: { "@odata.context": context, ...selectedOf(user, query.get("$select")) } };
}
