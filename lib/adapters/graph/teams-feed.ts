import type { Client } from "@microsoft/microsoft-graph-client";
import type { Senders } from "../../notifications/ports.ts";
import { sendResultOf } from "./send-result.ts";

type TeamsFeed = NonNullable<Senders["teams"]>;

const refusals: Record<number, string> = {
  403: "graph-permission-missing",
  404: "user-not-found",
  409: "teams-app-ambiguous",
};

/**
 * An entry in the user's activity feed in Teams (learn.microsoft.com/graph/api/userteamwork-sendactivitynotification), of
 * the one type that no manifest has to declare. 204 says that Teams took it, not that it was shown.
 */
export function makeTeamsFeed(client: Client, appId: string): TeamsFeed {
  return {
    send: ({ userId, title, preview, url }) => {
      const activity = {
        topic: { source: "text", value: title, webUrl: deepLink(appId, url, title) },
        activityType: "systemDefault",
        previewText: { content: preview },
        templateParameters: [{ name: "systemDefaultText", value: title }],
      };
      const path = `/users/${encodeURIComponent(userId)}/teamwork/sendActivityNotification`;
      const post = async () => client.api(path).post(activity);
      return sendResultOf(post(), reasonOf);
    },
  };
}

/** Teams takes links into itself only; outside of the app such a link opens `webUrl` (learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-application). */
function deepLink(appId: string, url: string, label: string): string {
  return `https://teams.microsoft.com/l/entity/${appId}/answer?webUrl=${encodeURIComponent(url)}&label=${encodeURIComponent(label)}`;
}

/** Teams tells a missing app from a missing permission by its words alone. */
function reasonOf(status: number, message: string): string {
  const isAppMissing = status === 403 && /Teams app is installed/i.test(message);
  return isAppMissing ? "teams-app-not-installed" : (refusals[status] ?? "refused-by-teams");
}
