import type { Kept } from "../kept.ts";
import { TENANT_ID } from "../principals.ts";
import type { GraphCall, GraphRoute } from "./call.ts";
import { deviceList } from "./list.ts";
import type { GraphUser } from "./people.ts";
import { Refusal } from "./refusal.ts";
import { only, selectedNames } from "./select.ts";
import type { GraphState } from "./state.ts";

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

/** The directory, and the ways to write to somebody. What was sent stands in the journal. */
export function userRoutes(state: Kept<GraphState>): GraphRoute[] {
  return [
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
        if (!find(state.value.users, call).mail) {
          throw new Refusal(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive or is hosted on-premise.",
          );
        }
        refuseBadMail(call.body);
        return { status: 202 };
      },
    },
    {
      method: "POST",
      path: "/users/:id/teamwork/sendActivityNotification",
      answer: (call) => {
        find(state.value.users, call);
        refuseBadActivity(call.body);
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
  const wanted = id.toLowerCase();
  const user = users.find((one) => one.id === wanted || one.userPrincipalName.toLowerCase() === wanted);
  if (user) return user;
  const message = `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
  throw new Refusal(404, "Request_ResourceNotFound", message);
}

function showUser({ query, origin, version }: GraphCall, user: GraphUser) {
  const names = selectedNames(query.get("$select"), Object.keys(user), "microsoft.graph.user");
  const context = `${origin}/${version}/$metadata#users/$entity`;
  return { status: 200, json: { "@odata.context": context, ...only(user, names ?? defaultProperties) } };
}

type Mail = { message?: { toRecipients?: { emailAddress?: { address?: unknown } }[] } };

function refuseBadMail(body: string) {
  const recipients = read<Mail>(body).message?.toRecipients ?? [];
  if (recipients.some((recipient) => String(recipient.emailAddress?.address ?? "").includes("@"))) return;
  throw new Refusal(400, "ErrorInvalidRecipients", "At least one recipient is not valid.");
}

type Activity = {
  topic?: { source?: string; value?: string; webUrl?: string };
  activityType?: string;
  previewText?: { content?: string };
};

/** https://learn.microsoft.com/graph/teams-send-activityfeednotifications */
function refuseBadActivity(body: string) {
  const { topic, activityType, previewText } = read<Activity>(body);
  if (!topic?.source || !topic.value) throw new Refusal(400, "BadRequest", "Topic is missing.");
  if (topic.source === "text" && !topic.webUrl) throw new Refusal(400, "BadRequest", "Topic webUrl is missing.");
  if (!activityType) throw new Refusal(400, "BadRequest", "ActivityType is missing.");
  if ([...(previewText?.content ?? "")].length > 150) throw new Refusal(400, "BadRequest", "Preview text is too long.");
}

function read<T>(body: string): T {
  try {
    return JSON.parse(body) as T;
  } catch {
    throw new Refusal(400, "BadRequest", "Unable to read JSON request payload.");
  }
}
