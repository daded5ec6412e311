import type { StandInAnswer, StandInRoute } from "../stand-in.ts";
import { accounts, consentingAccount } from "./accounts.ts";
import { issueCode } from "./grants.ts";
import { html, page } from "./page.ts";
import type { Realm } from "./realm.ts";

/** Permissions belong to the registered app, not to the request (API documentation 3.6); these are the ones this product needs. */
const PERMISSIONS = [
  "Account management: view account data",
  "Session management: create sessions, view and edit own and all sessions",
  "Group management: view and create groups",
  "User management: view users",
  "Connection reporting: view connection entries",
];

/** login.teamviewer.com/oauth2/authorize: the consent page, and the form it posts to itself (which scripts may post too). */
export function authorizeRoutes(realm: Realm): StandInRoute[] {
  const path = "/oauth2/authorize";
  return [
    { method: "GET", path, answer: ({ query }) => refusedRequest(realm, query) ?? consentPage(query) },
    { method: "POST", path, answer: ({ body }) => decide(realm, new URLSearchParams(body)) },
  ];
}

/** RFC 6749 4.1.2.1: nobody is sent to an address that is not the registered one; other mistakes travel there. */
function refusedRequest({ app }: Realm, asked: URLSearchParams): StandInAnswer | undefined {
  if (asked.get("client_id") !== app.clientId) return page(400, "Unknown app", html`<p>No app has this client_id.</p>`);
  if (asked.get("redirect_uri") !== app.redirectUri) {
    return page(400, "Wrong address", html`<p>redirect_uri is not the one that is registered for this app.</p>`);
  }
  if (asked.get("response_type") !== "code") return sendBack(asked, { error: "unsupported_response_type" });
  if (asked.get("display") !== "popup") {
    return sendBack(asked, { error: "invalid_request", error_description: "display must be popup" });
  }
  if (asked.has("code_challenge") && asked.get("code_challenge_method") !== "S256") {
    return sendBack(asked, { error: "invalid_request", error_description: "code_challenge_method must be S256" });
  }
  return undefined;
}

function decide(realm: Realm, form: URLSearchParams): StandInAnswer {
  const refused = refusedRequest(realm, form);
  if (refused) return refused;
  const decision = form.get("decision");
  // The documentation is silent on a refusal; this is RFC 6749 4.1.2.1.
  if (decision === "deny")
    return sendBack(form, { error: "access_denied", error_description: "The user denied access" });
  const account = consentingAccount(form.get("account"));
  if (decision !== "allow" || !account) return consentPage(form, 400);
  return sendBack(form, { code: issueCode(realm, account.userid, form.get("code_challenge") ?? undefined) });
}

function sendBack(asked: URLSearchParams, answer: Record<string, string>): StandInAnswer {
  const target = new URL(asked.get("redirect_uri") ?? "");
  const state = asked.get("state");
  for (const [name, value] of Object.entries({ ...answer, ...(state === null ? {} : { state }) })) {
    target.searchParams.set(name, value);
  }
  return { status: 302, headers: { location: target.href, "cache-control": "no-store" } };
}

function consentPage(asked: URLSearchParams, status = 200): StandInAnswer {
  const fields = [
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "display",
    "code_challenge",
    "code_challenge_method",
  ];
  const hidden = fields
    .filter((name) => asked.has(name))
    .map((name) => html`<input type="hidden" name="${name}" value="${asked.get(name) ?? ""}">`);
  const choices = accounts
    .filter((account) => account.mayConsent)
    .map(
      ({ userid, name, email, company }, index) => html`<label>
<input type="radio" name="account" value="${userid}" required${index === 0 ? " checked" : ""}>
<strong>${name}</strong>, ${company} (${email})
</label>`,
    );
  return page(
    status,
    "Allow access to your TeamViewer account?",
    html`<p>The app <strong>${asked.get("client_id") ?? ""}</strong> asks for these permissions:</p>
<ul>
${PERMISSIONS.map((permission) => html`<li>${permission}</li>`)}
</ul>
<form method="post" action="/oauth2/authorize">
${hidden}
<fieldset>
<legend>Your account</legend>
${choices}
</fieldset>
<button class="first" name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>`,
  );
}
