import * as z from "zod";
import { jsonOf } from "./json-body.ts";
import { Refusal } from "./refusal.ts";

const MAX_PREVIEW = 150;
const DEEP_LINK = /^https:\/\/teams\.microsoft\.com\/l\//;

const activitySchema = z.strictObject({
  topic: z.strictObject({
    source: z.literal("text"),
    value: z.string().min(1),
    webUrl: z.string().regex(DEEP_LINK, "must be a valid Microsoft Teams deep link"),
  }),
  // Any other type has to be declared in the manifest of an app.
  activityType: z.literal("systemDefault"),
  previewText: z.strictObject({
    content: z
      .string()
      .min(1)
      .refine((text) => [...text].length <= MAX_PREVIEW, `must have at most ${MAX_PREVIEW} characters`),
  }),
  templateParameters: z.tuple([z.strictObject({ name: z.literal("systemDefaultText"), value: z.string().min(1) })]),
});

/** What an entry in the activity feed shows, or 400 (learn.microsoft.com/graph/teams-send-activityfeednotifications). */
export function activityOf(body: string): { title: string; text: string; preview: string; webUrl: string } {
  const { data, error } = activitySchema.safeParse(jsonOf(body));
  if (!data) {
    const { path = [], message = "is missing" } = error.issues[0] ?? {};
    throw new Refusal(400, "BadRequest", `Invalid request: '${path.join(".")}' ${message}.`);
  }
  const { topic, previewText, templateParameters } = data;
  return {
    title: topic.value,
    text: templateParameters[0].value,
    preview: previewText.content,
    webUrl: topic.webUrl,
  };
}

/** Teams' 403 for a recipient who does not have the app (github.com/OfficeDev/microsoft-365-agents-toolkit/issues/6067). */
export function appNotInstalled(path: string): Refusal {
  const message =
    "Application with AAD App Id '11111111-1111-1111-1111-111111111111' is not authorized to generate custom text " +
    `notifications about '${path}' to the recipient. Ensure that the expected Teams app is installed in the target ` +
    "scope (user, team, or chat).";
  return new Refusal(403, "Forbidden", message);
}
