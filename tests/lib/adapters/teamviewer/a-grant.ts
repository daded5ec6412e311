import fetch from "node-fetch";
import { startTeamViewer } from "../../../../infra/local/teamviewer/start.ts";
import { makeOutbound } from "../../../../lib/adapters/outbound.ts";
import { customApiOf } from "../../../../lib/adapters/teamviewer/custom-api.ts";
import { type CallWithAccess, makeCallWithAccess } from "../../../../lib/adapters/teamviewer/renewing.ts";
import type { Access } from "../../../../lib/connector/access.ts";

const app = { clientId: "1-app", clientSecret: "secret", redirectUri: "http://127.0.0.1:1/api/connector/callback" };

/** TeamViewer's stand-in with a grant of its first account, and how the product calls it. */
export async function aGrant() {
  const teamviewer = await startTeamViewer({ port: 0, ...app });
  const asked = { response_type: "code", client_id: app.clientId, redirect_uri: app.redirectUri, display: "popup" };
  const allowed = await fetch(`${teamviewer.url}/oauth2/authorize`, {
    method: "POST",
    body: new URLSearchParams({ ...asked, decision: "allow" }),
    redirect: "manual",
  });
  const code = new URL(allowed.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const exchanged = await fetch(`${teamviewer.url}/api/v1/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: app.redirectUri,
      client_id: app.clientId,
      client_secret: app.clientSecret,
    }),
  });
  const { access_token: accessToken } = (await exchanged.json()) as { access_token: string };
  const access: Access = { connectionId: "c1", accessToken, groupId: undefined };
  const outbound = makeOutbound([teamviewer.url]);
  const call: CallWithAccess = makeCallWithAccess({ apiUrl: teamviewer.url, outbound }, async (old) => old);

  return {
    teamviewer,
    access,
    call,
    /** A session, with our id where one is named; its code. */
    async session(ourId?: string): Promise<string> {
      const answer = await fetch(`${teamviewer.url}/api/v1/sessions`, {
        method: "POST",
        headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
        body: JSON.stringify({ groupname: "g", ...(ourId ? { custom_api: customApiOf(ourId) } : {}) }),
      });
      return ((await answer.json()) as { code: string }).code;
    },
    /** What the API was asked for since the last time, without the query's order. */
    askedFor: () =>
      teamviewer.journal
        .splice(0)
        .filter(({ path }) => /reports|users/.test(path))
        .map(({ path, query }) => ({ path, query })),
  };
}
