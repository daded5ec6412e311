// The main job with a client whose every path, field and answer is checked by the compiler.
//   npx openapi-typescript "$CONNECTOR_URL/api/openapi.json" -o connector-api.d.ts && npm install openapi-fetch
// Then `node typed-client.ts DEVICE-NAME` with Node 24 and the variables of README.md (roles Request and Read).
import createClient from "openapi-fetch";
import type { components, paths } from "./connector-api.d.ts";

const { CONNECTOR_URL: baseUrl = "", TOKEN_URL = "", CLIENT_ID = "", CLIENT_SECRET = "", SCOPE = "" } = process.env;
const grant = { grant_type: "client_credentials", client_id: CLIENT_ID, client_secret: CLIENT_SECRET, scope: SCOPE };
const answer = await fetch(TOKEN_URL, { method: "POST", body: new URLSearchParams(grant) });
const { access_token } = (await answer.json()) as { access_token: string };
const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${access_token}` } });

/** What was asked for, or an error with the problem's code and what to do. */
function taken<T>({ data, error }: { data?: T; error?: components["schemas"]["Problem"] }): T {
  if (data !== undefined) return data;
  throw new Error(error ? `${error.code}: ${error.detail}` : "There was no answer.");
}

const search = process.argv[2] ?? "PHONE-ANA";
const devices = taken(await client.GET("/api/devices", { params: { query: { search, top: 1 } } }));
const device = devices.value[0];
if (!device?.eligibility.eligible) throw new Error(`${search} cannot be helped.`);

const session = taken(
  await client.POST("/api/sessions", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { deviceId: device.id, reason: "Mail does not open", ticket: "INC0012345" },
  }),
);
console.log(`${session.state}, match code ${session.matchCode}`);

const path = { id: session.id };
const now = taken(await client.GET("/api/sessions/{id}", { params: { path } }));
console.log(`${now.state}, notification ${now.notification.state}`);
const closed = taken(await client.POST("/api/sessions/{id}/close", { params: { path } }));
console.log(closed.state);

const audit = taken(await client.GET("/api/audit", { params: { query: { session: session.id } } }));
// Asked for as CSV or NDJSON it would be a text.
const entries = typeof audit === "string" ? [] : audit.value;
for (const { action, phase, result } of entries) console.log([action, phase, result].filter(Boolean).join(" "));
