// A ticket is created -> a session is requested -> webhooks tell what happens -> each becomes a note in the ticket.
// Needs Node 20 or newer and the variables of README.md, nothing else. The application needs the roles
// RemoteAssistance.Request and RemoteAssistance.Update. The ticket system is a small one, played by this script.
import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

const { CONNECTOR_URL, TOKEN_URL, CLIENT_ID, CLIENT_SECRET, SCOPE, PORT = "0" } = process.env;
const deviceName = process.argv[2] ?? "PHONE-ANA";
const PATIENCE_MS = 60_000;

// --- The ticket system: POST /tickets makes one, POST /hooks gets webhooks.
const tickets = new Map();
let secret = "";
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  if (request.method === "OPTIONS" && request.url === "/hooks") {
    // The connector asks whether we want its webhooks (CloudEvents, HTTP 1.1 Web Hooks for Event Delivery, section 4).
    return response.writeHead(200, { "webhook-allowed-origin": request.headers["webhook-request-origin"] }).end();
  }
  if (request.url === "/hooks") return response.writeHead(received(request.headers, body)).end();
  if (request.url !== "/tickets") return response.writeHead(404).end();
  const ticket = { id: `INC${Date.now()}`, ...JSON.parse(body), notes: [] };
  tickets.set(ticket.id, ticket);
  response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify(ticket));
  await ticketCreated(ticket).catch((error) => {
    ticket.isRefused = true;
    note(ticket, `No help could be requested: ${error.message}`);
  });
});

// --- A ticket was created: request a session on its device.
async function ticketCreated(ticket) {
  const { value } = await call("GET", `/api/devices?${new URLSearchParams({ search: ticket.device, top: "1" })}`);
  if (!value[0]) throw new Error(`Intune has no device called ${ticket.device}.`);
  // The ticket's number is the key: however often this runs for a ticket, there is one session.
  const body = { deviceId: value[0].id, ticket: ticket.id, reason: ticket.summary };
  const session = await call("POST", "/api/sessions", { body, key: ticket.id });
  ticket.session = session.id;
  note(ticket, `Help was requested, match code ${session.matchCode}. Join: ${session.supporterUrl}`);
}

// --- A webhook came: check that it is the connector's, then note it. Answers a status.
function received(headers, body) {
  if (!isSigned(headers, body)) return 401;
  const event = JSON.parse(body);
  seen.set(headers["webhook-id"], event);
  return 204;
}

/** Standard Webhooks 1.0.0: HMAC-SHA256 over id, time and body; one of the signatures must fit; no older than five minutes. */
function isSigned(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures = "" } = headers;
  if (Math.abs(Date.now() / 1000 - Number(time)) > 300) return false;
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const expected = Buffer.from(createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64"));
  return signatures.split(" ").some((signature) => {
    const given = Buffer.from(signature.replace("v1,", ""));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

// --- Each event once, by its id: a webhook may come twice, and before the answer that it is about.
const seen = new Map();
const noted = new Set();
function noteEvents(ticket) {
  for (const [id, event] of seen) {
    if (noted.has(id) || event.subject !== ticket.session) continue;
    noted.add(id);
    note(ticket, `${event.type} at ${event.time}`);
  }
}

function note(ticket, text) {
  ticket.notes.push(text);
  // The link is a key to the session: it belongs into the ticket, not into a log.
  console.log(`${ticket.id}: ${text.replace(/https?:\S+/g, "(link)")}`);
}

let token = "";
async function call(method, path, { body, key } = {}) {
  const headers = { authorization: `Bearer ${token}` };
  if (body) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  const response = await fetch(`${CONNECTOR_URL}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  throw new Error(`${answer.code}: ${answer.detail}`);
}

async function signIn() {
  const grant = { grant_type: "client_credentials", client_id: CLIENT_ID, client_secret: CLIENT_SECRET, scope: SCOPE };
  const response = await fetch(TOKEN_URL, { method: "POST", body: new URLSearchParams(grant) });
  const { access_token, error_description } = await response.json();
  if (!response.ok) throw new Error(error_description);
  token = access_token;
}

/** Waits until the ticket has a note with `words`. */
async function until(ticket, words) {
  for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs && !ticket.isRefused; ) {
    if (ticket.session) noteEvents(ticket);
    if (ticket.notes.some((text) => text.includes(words))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The ticket was not told of ${words}.`);
}

// --- The whole story, once.
server.listen(Number(PORT), "localhost");
await once(server, "listening");
const own = process.env.HOOK_URL ?? `http://localhost:${server.address().port}`;
await signIn();
const events = ["session.requested", "session.closed", "session.declined", "session.expired", "session.failed"];
const hook = await call("POST", "/api/webhooks", {
  body: { url: `${own}/hooks`, events, description: "Ticket system" },
});
secret = hook.secret;
try {
  const asked = { device: deviceName, summary: "Mail does not open" };
  const made = await fetch(`http://localhost:${server.address().port}/tickets`, {
    method: "POST",
    body: JSON.stringify(asked),
  });
  const ticket = tickets.get((await made.json()).id);
  await until(ticket, "session.requested");
  await call("POST", `/api/sessions/${ticket.session}/close`);
  await until(ticket, "session.closed");
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await call("DELETE", `/api/webhooks/${hook.id}`);
  server.close();
  server.closeAllConnections();
}
