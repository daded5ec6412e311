import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TableClient, TableServiceClient } from "@azure/data-tables";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { doTheJob } from "../../infra/local/demo/job.ts";
import { makeSteps } from "../../infra/local/demo/steps.ts";
import type { Fault } from "../../infra/local/faults.ts";
import { describeError } from "../../infra/local/host/log.ts";
import { startProduct } from "../../infra/local/product.ts";
import type { StandIn } from "../../infra/local/stand-in.ts";
import { type Answer, APP_URL, type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { hooking } from "../hooking.ts";
import type { Receiver } from "../receiver.ts";
import { requesting } from "../requesting.ts";
import { type Registered, sending } from "../sending.ts";
import {
  add,
  addJournals,
  type Canaries,
  disguisesOf,
  type Hit,
  learnSecrets,
  type Places,
  search,
} from "./canary-search.ts";

/** In each name, mail and text of its own stands a word that nobody else uses. */
const word = (what: string) => `zq-${what}-${randomUUID().slice(0, 8)}`;

const everySession = ["table sessions", "session, to its agent", "sessions, to others", "session, to its source"];

/** Each kind of canary, and the only places where it may stand. */
const allowed: Record<string, string[]> = {
  "TeamViewer access token": ["asked of vault", "asked of teamviewer"],
  "TeamViewer refresh token": ["asked of vault", "asked of teamviewer"],
  "authorization code": ["asked of teamviewer"],
  state: ["start redirect"],
  "consent ticket": ["consent, to its administrator"],
  "consent cookie": ["start redirect"],
  "client secret": ["asked of teamviewer"],
  "state-key": [],
  "Entra bearer token": ["asked of entra"],
  "managed-identity token": ["asked of vault", "asked of graph"],
  "on-behalf-of token": ["asked of graph"],
  "token-exchange assertion": ["asked of entra"],
  "identity header": ["asked of identity"],
  "supporter link": ["session, to its agent"],
  "end-customer link": [...everySession, "answer redirect"],
  "session code": [...everySession, "addresses at teamviewer"],
  "answer token": ["asked of graph"],
  "match code": [...everySession, "answer page", "asked of graph"],
  "user principal name": ["devices", "addresses at graph"],
  "user display name": [...everySession, "devices"],
  "user e-mail": [],
  "agent e-mail": ["addresses at teamviewer", "asked of entra"],
  "device name at TeamViewer": ["report"],
  "device name": [
    ...everySession,
    "report",
    "devices",
    "names",
    "answer page",
    "asked of teamviewer",
    "addresses at graph",
  ],
  "serial number": ["devices"],
  "account e-mail": ["table connections", "connector"],
  "reason text": [...everySession, "answer page", "asked of teamviewer", "table inbound"],
  "ticket text": [...everySession, "asked of teamviewer", "table inbound"],
  "idempotency key": [],
  "malformed message": ["queue notifications-poison", "queue webhooks-poison"],
  "webhook secret": ["asked of vault", "webhook, once"],
  "source secret": ["asked of vault", "source, once"],
  "key in a webhook's address": ["table webhooks", "addresses at receivers"],
};

const services = ["entra", "graph", "teamviewer", "vault", "identity"];
const answers = [
  "session, to its agent",
  "sessions, to others",
  "report",
  "devices",
  "names",
  "portal",
  "connector",
  "consent, to its administrator",
  "start redirect",
  "callback page",
  "answer page",
  "answer redirect",
  "declined page",
  "problems",
  "pages for the wrong",
  "audit json",
  "audit ndjson",
  "audit csv",
  "audit seals",
  "health",
  "openapi",
  "webhook, once",
  "webhooks",
  "source, once",
  "sources",
  "session, to its source",
];
const places = (): Places =>
  new Map(
    [
      ...["log", "stdout and stderr", "thrown errors", "addresses at storage", ...answers],
      ...[
        "connections",
        "consents",
        "sessions",
        "notifications",
        "audit",
        "auditby",
        "people",
        "seals",
        "webhooks",
        "deliveries",
        "inbound",
      ].map((name) => `table ${name}`),
      ...["notifications", "notifications-poison", "webhooks", "webhooks-poison"].map((name) => `queue ${name}`),
      ...["addresses at receivers", "told to receivers"],
      ...services.flatMap((name) => [`addresses at ${name}`, `asked of ${name}`]),
    ].map((name) => [name, []]),
  );
const noCanaries = (): Canaries => new Map(Object.keys(allowed).map((name) => [name, new Set<string>()]));

const astray = (hits: Hit[]) => hits.filter(({ canary, place }) => !allowed[canary]?.includes(place));

/** One line, and what stands where it may. */
function figuresOf(title: string, canaries: Canaries, written: Places, hits: Hit[]) {
  const texts = [...written.values()].reduce((sum, each) => sum + each.length, 0);
  const inPlace = hits.length - astray(hits).length;
  return `${title}: ${canaries.size} classes x ${written.size} sinks (${texts} texts): ${astray(hits).length} hits; ${inPlace} where they belong`;
}

const say = (text: string) => void process.stderr.write(`${text}\n`);

describe("A secret or a name", () => {
  const canaries = noCanaries();
  const written = places();
  const device = {
    deviceName: word("device"),
    userPrincipalName: `${word("upn")}@contoso.example`,
    userDisplayName: word("person").replaceAll("-", "_"),
    emailAddress: `${word("mail")}@contoso.example`,
    serialNumber: word("serial"),
  };
  const agentEmail = `${word("agent")}@contoso.example`;
  const otherDevice = word("other-device");
  const accountEmail = `${word("account")}@contoso.example`;
  const reason = word("reason");
  const ticket = word("ticket");
  const malformed = word("malformed");
  const matchCode = word("match");
  const hookKey = word("hook-key");

  let product: TestApp;
  let agent: ReturnType<typeof requesting>;
  let hooks: ReturnType<typeof hooking>;
  let target: Receiver;
  let restoreOutput: () => void;

  beforeAll(async () => {
    restoreOutput = captureOutput((text) => add(written, "stdout and stderr", text));
    product = await startTestApp();
    agent = requesting(product);
    hooks = hooking(product);
    target = await hooks.receiver();
    add(canaries, "key in a webhook's address", hookKey);
    add(canaries, "device name", device.deviceName);
    add(canaries, "user principal name", device.userPrincipalName);
    add(canaries, "user display name", device.userDisplayName);
    add(canaries, "user e-mail", device.emailAddress);
    add(canaries, "agent e-mail", agentEmail);
    add(canaries, "device name at TeamViewer", otherDevice);
    add(canaries, "serial number", device.serialNumber);
    add(canaries, "account e-mail", accountEmail);
    add(canaries, "reason text", reason);
    add(canaries, "ticket text", ticket);
    add(canaries, "malformed message", malformed);
    add(canaries, "match code", matchCode);
    for (const name of ["teamviewer-client-secret", "state-key"]) {
      const { value = "" } = await product.vault.getSecret(name);
      add(canaries, name === "state-key" ? name : "client secret", value);
    }
    add(canaries, "identity header", process.env.IDENTITY_HEADER ?? "");
    await connect();
  });

  afterAll(async () => {
    restoreOutput();
    await hooks.close();
    await product.stop();
  });

  /** A process whose answers and errors are kept. */
  const watched = (process: AppProcess): AppProcess => ({
    ...process,
    async request(method, path, asking = {}) {
      if (asking.token) add(canaries, "Entra bearer token", asking.token, asking.token.split(".").at(-1) ?? "");
      const key = asking.headers?.["idempotency-key"] ?? asking.headers?.["webhook-id"];
      if (key?.startsWith("zq-")) add(canaries, "idempotency key", key);
      const answer = await process.request(method, path, asking);
      const isAgents = asking.token !== undefined && asking.token === agentToken;
      add(written, placeOf(method, path, answer, isAgents), textOf(answer));
      return answer;
    },
    runTimer: (name) => process.runTimer(name).catch(caught),
    deliver: (name, message) => process.deliver(name, message).catch(caught),
  });
  const caught = (error: unknown): void => add(written, "thrown errors", ...toldBy(error));
  let agentToken: string | undefined;
  const newProcess = () => watched(product.newProcess());
  /** One that asks Intune for people's rights, and knows none yet. */
  const withIntuneRbac = () => watched(product.newProcess({ INTUNE_RBAC: "on" }));

  /** The administrator connects an account whose mail is a canary. */
  async function connect(process = newProcess()) {
    const account = { userid: "u7254190", name: "Contoso IT", email: accountEmail, company_name: "Contoso Ltd" };
    product.around.teamviewer.addFault({ path: "/api/v1/account$", status: 200, body: account });
    const admin = connecting(product, () => process);
    const consent = await admin.asked();
    add(canaries, "consent ticket", new URL(consent.startUrl).searchParams.get("ticket") ?? "");
    const started = await admin.opened(consent);
    add(canaries, "consent cookie", started.cookie.slice(started.cookie.indexOf("=") + 1));
    await admin.cameBack(await admin.consented(started), started.cookie);
    await admin.confirmed(consent);
    product.clearFaults();
  }

  const ask = async (process: AppProcess, deviceId: string, key = word("key-for-one-request")) => {
    agentToken = await product.tokenFor("Bruno Agent", { claims: { email: agentEmail } });
    return process.request("POST", "/api/sessions", {
      token: agentToken,
      body: { deviceId, reason, ticket },
      headers: { "idempotency-key": key },
    });
  };
  const as = async (name: string) => ({ token: await product.tokenFor(name) });
  const phone = () => agent.device("PHONE-ANA", device);

  /** A session that is open, its match code a canary. */
  async function open(process: AppProcess) {
    const answer = await ask(process, phone().id);
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
    const session = answer.json<{ id: string; code: string; device: { id: string } }>();
    await showMatchCode(session.id);
    return session;
  }

  const showMatchCode = (id: string) =>
    changeRow(id, (text) => text.replace(/"matchCode":"\d{4}"/, `"matchCode":"${matchCode}"`));

  async function changeRow(id: string, change: (text: string) => string) {
    const options = { allowInsecureConnection: true };
    const table = TableClient.fromConnectionString(product.around.storage.connectionString, "sessions", options);
    const partitionKey = `s${Number.parseInt(id.slice(0, 1), 16) % 4}`;
    const row = await table.getEntity<{ session: string }>(partitionKey, id);
    await table.updateEntity({ partitionKey, rowKey: id, session: change(row.session) }, "Merge");
  }

  /** A registered system asks for a session, gives it a ticket and closes it, and sends what is refused. */
  async function letASourceAsk(process: AppProcess) {
    const inbound = sending(product);
    const administrator = await as("Ada Administrator");
    const rights = ["request", "close", "ticket"];
    const mapping = {
      action: "{{do}}",
      deviceName: "{{ci.name}}",
      reason: "{{why}}",
      ticket: "{{number}}",
      sessionId: "{{id}}",
    };
    const asked = await process.request("POST", "/api/inbound-sources", {
      ...administrator,
      body: { name: "tickets", rights, mapping },
    });
    const source = asked.json<Registered>();
    const path = `/api/inbound-sources/${source.id}`;
    const rotated = (await process.request("POST", `${path}/secret`, administrator)).json<Registered>();
    const send = (message: unknown, by = rotated) =>
      inbound.send(by, message, { id: word("message-of-a-source"), process });
    agent.device("PHONE-ANA", { ...device, deviceName: `${device.deviceName}-alone` });
    const answer = await send({
      do: "request",
      ci: { name: `${device.deviceName}-alone` },
      why: reason,
      number: ticket,
    });
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
    const { id } = answer.json<{ id: string }>();
    await showMatchCode(id);
    await send({ do: "ticket", id, number: ticket }, source);
    await send({ do: "close", id });
    await send({ do: "close", id, why: reason });
    await send({ do: "request", ci: { name: device.deviceName }, why: reason });
    await send({ do: reason, ci: { name: device.deviceName } });
    await send(`${reason} ${device.serialNumber}`);
    await send(
      { do: "close", number: ticket },
      { ...source, secret: `whsec_${Buffer.from(ticket).toString("base64")}` },
    );
    for (const method of ["GET", "PATCH"])
      await process.request(method, path, {
        ...administrator,
        ...(method === "PATCH" ? { body: { paused: true } } : {}),
      });
    await process.request("GET", "/api/inbound-sources", administrator);
    await send({ do: "close", id });
  }

  /** TeamViewer reports a connection of the session, and one that nobody requested; an auditor reads of both. */
  async function readTheReport(process: AppProcess, session_code: string) {
    const times = { start_date: product.clock.now().toISOString(), end_date: product.clock.now().toISOString() };
    for (const made of [{ session_code }, { devicename: otherDevice }])
      product.around.teamviewer.addConnection({ ...times, ...made, userid: "u7254190" });
    product.clock.advance(2 * 60_000);
    await process.runTimer("follow-sessions");
    product.clock.advance(-2 * 60_000);
    for (const format of ["json", "csv"]) {
      const answer = await process.request("GET", `/api/reports/sessions?format=${format}`, await as("Dev Auditor"));
      expect(answer.text).toContain(otherDevice);
    }
  }

  /** Takes the queue's messages, keeps them, and hands them over. */
  async function deliverAll(process: AppProcess) {
    for (const { message, text } of await agent.messages()) {
      add(written, "queue notifications", text);
      await process.deliver("notify", message);
    }
    for (const { message, text } of await agent.messages("notifications-poison")) {
      add(written, "queue notifications-poison", text);
      await process.deliver("notify-poison", message);
    }
    for (const { message, text } of await agent.messages("webhooks")) {
      add(written, "queue webhooks", text);
      await process.deliver("deliver-webhook", message);
    }
    for (const { message, text } of await agent.messages("webhooks-poison")) {
      add(written, "queue webhooks-poison", text);
      await process.deliver("deliver-webhook-poison", message);
    }
  }

  /** All that is secret by now, as a service would throw it back. */
  function echo(): string {
    learnSecrets(canaries, product.around);
    const texts = [...canaries]
      .filter(([name]) => name !== "malformed message")
      .flatMap(([, each]) => [...each].slice(-3));
    const [code = ""] = canaries.get("authorization code") ?? [];
    return `${texts.join(" | ")}\n    at ${code} (${code})`;
  }

  test("is written only where it belongs while people do the whole job", async () => {
    const process = newProcess();
    const administrator = await as("Ada Administrator");
    const url = `${target.url}/in?key=${hookKey}`;
    const registered = await process.request("POST", "/api/webhooks", { ...administrator, body: { url } });
    const webhook = `/api/webhooks/${registered.json<{ id: string }>().id}`;
    await process.request("POST", `${webhook}/secret`, administrator);
    await process.request("POST", `${webhook}/test`, administrator);
    const session = await open(process);
    const own = { token: agentToken };
    await process.request("GET", `/api/devices?search=${device.deviceName}`, own);
    await process.request("GET", `/api/devices?search=${encodeURIComponent(device.userPrincipalName)}`, own);
    await process.request("GET", `/api/devices/${session.device.id}`, own);
    await process.request("GET", `/api/names?ids=${session.device.id}`, own);
    for (const path of ["/", "/portal", "/portal/assets/none.js"]) await process.request("GET", path);
    await deliverAll(process);
    await process.request("GET", `/api/sessions/${session.id}`, own);
    const link = agent.linkOf(session.device.id);
    await process.request("GET", link);
    await process.request("POST", link, { body: "answer=accept" });
    await agent.atTeamViewer(session.code, "online", { online: true });
    await process.runTimer("follow-sessions");
    await newProcess().request("GET", `/api/sessions/${session.id}`, own);
    for (const name of ["Chiara Agent", "Dev Auditor", "Ticket system", "Everything robot"]) {
      await process.request("GET", `/api/sessions/${session.id}`, await as(name));
      await process.request("GET", "/api/sessions", await as(name));
    }
    await process.request("POST", `/api/sessions/${session.id}/close`, own);
    await process.request("GET", link);
    await process.request("POST", link, { body: "answer=accept" });
    const declined = await open(process);
    await deliverAll(process);
    await process.request("POST", agent.linkOf(declined.device.id), { body: "answer=decline" });
    const careful = withIntuneRbac();
    await careful.request("GET", "/api/sessions", own);
    product.around.entra.setUpOnBehalfOf({ acrs: "c1" });
    await careful.request("GET", "/api/connector", await as("Dev Auditor"));
    product.around.entra.setUpOnBehalfOf();
    await process.request("POST", `/api/sessions/${declined.id}/notifications`, own);
    await deliverAll(process);
    await letASourceAsk(process);
    for (const path of ["/api/webhooks", webhook, `${webhook}/deliveries`])
      await process.request("GET", path, administrator);
    await readTheReport(process, session.code);
    expect(target.received.length).toBeGreaterThan(3);
    await process.runTimer("keep-connected");
    await process.request("GET", "/api/connector", await as("Dev Auditor"));
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
  });

  test("is not told when a service throws it back in an error", async () => {
    const process = newProcess();
    const { teamviewer, graph, vault, entra } = product.around;
    const session = await open(process);
    const own = () => ({ token: agentToken });
    const strike = async (standIn: StandIn, faults: Fault[], work: () => Promise<unknown>) => {
      for (const fault of faults) {
        const id = standIn.addFault(fault);
        await work().catch(caught);
        expect(standIn.journal.some((entry) => entry.fault === id)).toBe(true);
        product.clearFaults();
      }
    };
    const said = echo();
    target.answer((_received, response) => void response.writeHead(500).end(said));
    const graphBody = { error: { code: said, message: `following scopes: ${device.userDisplayName} - ${said}` } };
    const oauth = { error: "invalid_request", error_description: said };
    const statuses = (path: string, codes: number[], body: unknown, rest: Fault = {}): Fault[] =>
      codes.map((status) => ({ path, status, body, times: 0, ...rest }));

    await strike(
      teamviewer,
      [
        ...statuses("/api/v1/sessions$", [400, 401, 403, 404, 429, 500, 503], { error: said, error_description: said }),
        ...statuses("/api/v1/sessions$", [400], `The session cannot be created due to license limitations. ${said}`),
        ...statuses("/api/v1/sessions$", [200], said),
        ...statuses("/api/v1/sessions$", [200], { code: said, end_customer_link: said, supporter_link: said }),
        ...statuses("/api/v1/sessions$", [200], { sessions: [{ code: said }] }, { method: "GET" }),
        { path: "/api/v1/sessions$", method: "POST", behaviour: "reset-after" },
        {
          path: "/api/v1/sessions$",
          status: 302,
          headers: { location: `https://x.example/${said.slice(0, 200).replaceAll(/[^\w.-]/g, "")}` },
        },
      ],
      async () => {
        await ask(process, phone().id);
        await process.runTimer("follow-sessions");
      },
    );
    await strike(teamviewer, statuses("/api/v1/sessions/s", [400, 404, 500], oauth, { method: "GET" }), () =>
      newProcess().request("GET", `/api/sessions/${session.id}`, own()),
    );
    await strike(
      graph,
      statuses("managedDevices/[^/]+$", [400, 401, 403, 404, 429, 500], graphBody).concat(
        statuses("managedDevices/[^/]+$", [200], said),
        statuses("managedDevices/[^/]+$", [200], { id: said, deviceName: 5 }),
      ),
      async () => {
        await ask(process, phone().id);
        await process.request("GET", `/api/devices/${session.device.id}`, own());
        await process.deliver("notify", messageOf(session.id));
      },
    );
    await strike(graph, statuses("managedDevices$", [400, 403, 500], graphBody), () =>
      process.request("GET", `/api/devices?search=${device.deviceName}`, own()),
    );
    await strike(graph, statuses("sendCustom", [400, 403, 404, 429, 500], graphBody, { times: 1 }), async () => {
      const { id } = await open(process);
      await process.deliver("notify", messageOf(id));
    });
    await strike(graph, statuses("/users/", [403, 500], graphBody), async () => {
      // One that knows nobody's language and name yet.
      const fresh = newProcess();
      const { id } = await open(fresh);
      await fresh.deliver("notify", messageOf(id));
      await fresh.request("GET", `/api/names?ids=${session.device.id}`, own());
    });
    await strike(teamviewer, statuses("/api/v1/sessions/s", [400, 500], oauth, { method: "PUT" }), async () => {
      const { id } = await open(process);
      await process.request("POST", `/api/sessions/${id}/close`, own());
    });
    await strike(vault, statuses("/secrets/", [400, 403], { error: { code: said, message: said } }), async () => {
      const cold = newProcess();
      await ask(cold, phone().id);
      await cold.deliver("notify", messageOf(session.id));
      await cold.request("POST", "/api/webhooks", { ...(await as("Ada Administrator")), body: { url: target.url } });
      for (const { message } of await agent.messages("webhooks")) await cold.deliver("deliver-webhook", message);
      await cold.runTimer("keep-connected");
    });
    await strike(entra, statuses("keys$", [500, 200], said), () => newProcess().request("GET", "/api/sessions", own()));
    await strike(
      entra,
      [
        ...statuses("oauth2/v2.0/token$", [400, 401, 500], { ...oauth, error_codes: [65001], claims: said }),
        ...statuses("oauth2/v2.0/token$", [400], { error: "interaction_required", claims: said }),
        ...statuses("oauth2/v2.0/token$", [200], { access_token: 5, refresh_token: said }),
      ],
      () => withIntuneRbac().request("GET", "/api/sessions", own()),
    );
    await strike(graph, statuses("getEffective", [200, 400, 401, 403, 500], graphBody), () =>
      withIntuneRbac().request("GET", "/api/sessions", own()),
    );
    await strike(teamviewer, statuses("/api/v1/account$", [500, 200], said), () => connect());
    await strike(
      teamviewer,
      [
        ...statuses("oauth2/token$", [400, 500], oauth),
        ...statuses("oauth2/token$", [400], { error: said }),
        ...statuses("oauth2/token$", [200], { access_token: 5, refresh_token: said }),
      ],
      async () => {
        await connect(process).catch(() => undefined);
        product.clock.advance(13 * 3_600_000);
        teamviewer.addFault({ path: "oauth2/token$", status: 500, body: oauth, times: 0 });
        await process.runTimer("keep-connected");
        product.clock.advance(-13 * 3_600_000);
      },
    );
    await strike(teamviewer, statuses("revoke$", [500], oauth), async () => {
      await process.request("DELETE", "/api/connector", await as("Ada Administrator"));
    });
    await process.runTimer("follow-sessions");
    await connect();
    await strike(
      teamviewer,
      statuses("/api/v1/sessions$", [401], { error: said }).map((fault) => ({ ...fault, times: 1 })),
      async () => {
        teamviewer.addFault({
          path: "oauth2/token$",
          status: 400,
          body: { error: "invalid_grant", error_description: said },
        });
        await ask(process, phone().id);
        await process.request("GET", "/api/connector", await as("Dev Auditor"));
      },
    );
    await connect();
    await deliverAll(process);
  }, 60_000);

  test("is not told when somebody hostile asks", async () => {
    const process = newProcess();
    const session = await open(process);
    const own = { token: agentToken };
    await process.deliver("notify", messageOf(session.id));
    const token = agent.linkOf(session.device.id).slice(3);
    const said = echo();
    const near = `${token.slice(0, -2)}${token.endsWith("AA") ? "BB" : "AA"}`;
    const someSecrets = [...canaries.values()].flatMap((each) => [...each].slice(-1));
    for (const secret of someSecrets) {
      const inAddress = encodeURIComponent(secret);
      await process.request("GET", `/h/${inAddress}`);
      await process.request("POST", `/h/${inAddress}`, { body: `answer=${inAddress}` });
      await process.request("GET", `/api/connector/start?ticket=${inAddress}`);
      await process.request("GET", `/api/connector/callback?code=${inAddress}&state=${inAddress}&error=${inAddress}`);
      await process.request("GET", `/api/sessions/${inAddress}`, own);
      await process.request("GET", `/api/sessions?page=${inAddress}`, own);
      await process.request("GET", `/api/audit?action=${inAddress}`, await as("Dev Auditor"));
      await process.request("GET", "/api/sessions", {
        headers: { authorization: `Bearer ${secret.replaceAll("\n", "")}` },
      });
      const headers = { "idempotency-key": `x${secret}` };
      await process.request("POST", "/api/sessions", { ...own, body: { deviceId: secret, reason: 5 }, headers });
      await process.request("POST", "/api/sessions", {
        ...own,
        body: `{"deviceId": ${secret}`,
        headers: { ...headers, "content-type": "application/json" },
      });
    }
    await process.request("GET", `/h/${near}`);
    await process.request("POST", `/h/${token}`, { body: "answer=neither" });
    const callback = `/api/connector/callback?code=aCode&state=${"x".repeat(43)}`;
    await process.request("GET", callback, { headers: { cookie: `__Host-consent=${said.slice(0, 500)}` } });
    for (const name of ["Elif Nobody", "No rights robot", "Deployment script"]) {
      await process.request("GET", `/api/sessions/${session.id}`, await as(name));
      await process.request("POST", `/api/sessions/${session.id}/close`, await as(name));
      await process.request("GET", `/api/devices?search=${device.deviceName}`, await as(name));
      await process.request("DELETE", "/api/sessions-of-nobody", await as(name)).catch(() => undefined);
    }
    for (const text of [malformed, `{"v":1,"sessionId":"${malformed}"}`, `["${malformed}"]`]) {
      await process.deliver("notify", text);
      await process.deliver("notify", { v: 2, [malformed]: malformed, __proto__: { sessionId: malformed } });
      await process.deliver("notify-poison", text);
      await process.deliver("deliver-webhook", text);
      await process.deliver("deliver-webhook-poison", text);
    }
    await process.deliver("notify-poison", { ...messageOf(session.id), sessionId: "0".repeat(32) });
    await deliverAll(process);
  });

  test("is not told by a bug that speaks of it, nor by a row that is broken", async () => {
    const process = newProcess();
    const session = await open(process);
    const own = { token: agentToken };
    const bug = async () => {
      throw Object.assign(new TypeError(echo(), { cause: new Error(echo()) }), {
        body: echo(),
        config: { url: echo() },
      });
    };
    const { sessions, connector } = process.app;
    const buggy = product.newProcess();
    for (const part of [buggy.app.sessions, buggy.app.connector, buggy.app.webhooks])
      for (const name of Object.keys(part)) Object.assign(part, { [name]: bug });
    const broken = watched(buggy);
    expect([sessions, connector].map((each) => Object.values(each).includes(bug))).toEqual([false, false]);
    await broken.request("GET", `/api/sessions/${session.id}`, own);
    await broken.request("GET", "/api/sessions", own);
    await ask(broken, session.device.id);
    await process.deliver("notify", messageOf(session.id));
    const link = agent.linkOf(session.device.id);
    await broken.request("GET", link);
    await broken.request("POST", link, { body: "answer=accept" });
    await broken.request("GET", "/api/connector", await as("Dev Auditor"));
    await broken.request("GET", "/api/connector/start?ticket=t");
    await broken.request("GET", `/api/connector/callback?code=c&state=${"x".repeat(43)}`);
    await broken.deliver("notify", messageOf(session.id));
    await broken.deliver("notify-poison", messageOf(session.id));
    await broken.request("GET", "/api/webhooks", await as("Ada Administrator"));
    await broken.deliver("deliver-webhook", "not one of ours");
    await broken.runTimer("follow-sessions");
    await broken.runTimer("keep-connected");
    Object.assign(broken.app, { authenticate: bug, sendToPoison: bug });
    await broken.request("GET", "/api/sessions", own);
    await broken.deliver("notify", "not one of ours");

    const row = (await agent.rowsOf(session.id)).find(({ session: text }) => text !== undefined);
    for (const text of [`{"matchCode":${matchCode}`, matchCode, `{"id":"${session.id}","state":"${matchCode}"}`]) {
      await changeRow(session.id, () => text);
      await process.request("GET", `/api/sessions/${session.id}`, own);
      await process.request("GET", "/api/sessions", own);
      await process.request("GET", link);
      await process.request("POST", link, { body: "answer=decline" });
      await process.deliver("notify", messageOf(session.id));
      await process.deliver("notify-poison", messageOf(session.id));
      product.clock.advance(61_000);
      await process.runTimer("follow-sessions");
    }
    await changeRow(session.id, () => String(row?.session));
  });

  test("stands in the end nowhere else: not in logs, outputs, errors, audit, tables, queues, journals", async () => {
    const process = newProcess();
    const reader = await as("Dev Auditor");
    for (const format of ["json", "ndjson", "csv"]) await process.request("GET", `/api/audit?format=${format}`, reader);
    product.clock.advance(120_000);
    await process.runTimer("seal-audit");
    await process.request("GET", "/api/audit/seals", reader);
    await process.request("GET", "/api/health");
    await process.request("GET", "/api/health", reader);
    await process.request("GET", "/api/openapi.json");
    await keepStorage(product.around.storage.connectionString, written);
    add(written, "log", ...product.logs);
    addJournals(written, product.around);
    for (const { path, headers, body } of [...target.received, ...target.handshakes]) {
      add(written, "addresses at receivers", path);
      add(written, "told to receivers", `${JSON.stringify(headers)} ${body}`);
    }
    learnSecrets(canaries, product.around);

    const hits = search(canaries, written);
    say(figuresOf("canaries", canaries, written, hits));
    expect([...canaries].filter(([, texts]) => texts.size === 0).map(([name]) => name)).toEqual([]);
    expect(astray(hits)).toEqual([]);
    // Where one is allowed it was seen, so the search knows what it looks for; and every place had something to search.
    const seen = hits.map(({ canary, place }) => `${canary} in ${place}`);
    const expected = Object.entries(allowed).flatMap(([canary, where]) =>
      where.map((place) => `${canary} in ${place}`),
    );
    expect(expected.filter((each) => !seen.includes(each))).toEqual([]);
    const mayBeEmpty = ["stdout and stderr"];
    const empty = [...written].filter(([name, texts]) => texts.length === 0 && !mayBeEmpty.includes(name));
    expect(empty.map(([name]) => name)).toEqual([]);
  });

  test.each(["plain", "base64", "hex", "in an address"])("that stands where it must not is found: %s", (how) => {
    for (const [canary, texts] of canaries) {
      const [text = ""] = texts;
      const disguised = {
        plain: text,
        base64: Buffer.from(`ab${text}cd`).toString("base64"),
        hex: Buffer.from(text).toString("hex"),
        "in an address": encodeURIComponent(text),
      }[how];
      const planted = places();
      add(planted, "log", `error {"cause":"${disguised}"}`);
      if (how === "base64" && text.length < 12) continue;
      expect(astray(search(new Map([[canary, texts]]), planted))).toHaveLength(1);
    }
    expect(disguisesOf("a/b")).toContain("a%2Fb");
  });

  function messageOf(sessionId: string) {
    const notAfter = new Date(product.clock.now().getTime() + 3_600_000).toISOString();
    return { v: 1, sessionId, number: 1, attempt: 1, notAfter };
  }
});

describe("The product in a process of its own", () => {
  test("writes no secret and no name to its output, however it fails", async () => {
    const directory = mkdtempSync(join(tmpdir(), "canaries-"));
    const output: string[] = [];
    const product = await startProduct({
      port: 0,
      dataDirectory: directory,
      isInMemory: true,
      isBuilt: true,
      isVerbose: true,
      onOutput: (text) => void output.push(text),
    });
    try {
      const { surroundings, addresses } = product;
      const { graph, entra, identity, storage } = surroundings;
      const canaries = noCanaries();
      const token = await entra.tokenFor("Everything robot");
      const { master } = JSON.parse(readFileSync(join(directory, "host", "keys.json"), "utf8")) as { master: string };
      const authorization = `Bearer ${token}`;
      // The first call of the process asks for a managed-identity token, and only then one can be refused.
      const told = word("identity");
      identity.addFault({ status: 400, body: { error: told, error_description: `${token} ${told}` }, times: 0 });
      const refused = await fetch(`${addresses.app}/api/devices?search=x`, { headers: { authorization } });
      expect(refused.status).toBe(503);
      identity.clearFaults();
      await doTheJob(
        makeSteps(() => {}),
        addresses,
        master,
      );
      add(canaries, "identity header", told, addresses.settings.IDENTITY_HEADER ?? "");
      add(canaries, "client secret", "demo-teamviewer-secret");
      add(canaries, "Entra bearer token", token);
      add(canaries, "device name", "PHONE-ANA", "PC-001");
      add(canaries, "user display name", "Ana Duval");
      add(canaries, "user principal name", "ana@contoso.example");
      add(canaries, "reason text", "Mail does not open");
      add(canaries, "ticket text", "INC0012345");
      add(canaries, "malformed message", word("malformed"));
      const malformed = [...(canaries.get("malformed message") ?? [])][0] ?? "";
      learnSecrets(canaries, surroundings);
      const said = [...canaries.values()].flatMap((each) => [...each]).join(" | ");

      graph.addFault({
        path: "managedDevices/[^/]+$",
        status: 500,
        body: { error: { code: said, message: said } },
        skip: 1,
        times: 0,
      });
      const headers = {
        authorization,
        "content-type": "application/json",
        "idempotency-key": word("key"),
      };
      const body = JSON.stringify({ deviceId: "d0000000-0000-4000-8000-000000000001", reason: "Mail does not open" });
      const asked = await fetch(`${addresses.app}/api/sessions`, { method: "POST", headers, body });
      expect(asked.status).toBe(201);
      const queue = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient("notifications");
      await queue.sendMessage(Buffer.from(`{"v":9,"text":"${malformed}"}`).toString("base64"));
      await queue.sendMessage(malformed);
      await until(() => /malformed-message/.test(output.join("")) && /notify: failed/.test(output.join("")));
      learnSecrets(canaries, surroundings);

      const written: Places = new Map([["output", output]]);
      const hits = search(canaries, written);
      say(figuresOf("canaries in a process of its own", canaries, written, hits));
      expect(hits).toEqual([]);
    } finally {
      await product.stop();
      rmSync(directory, { recursive: true });
    }
  }, 60_000);
});

async function until(isSo: () => boolean) {
  for (let round = 0; round < 300 && !isSo(); round += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isSo()).toBe(true);
}

/** Every table and what is left in the queues. */
async function keepStorage(connectionString: string, written: Places) {
  const options = { allowInsecureConnection: true };
  for await (const { name = "" } of TableServiceClient.fromConnectionString(connectionString, options).listTables()) {
    const table = TableClient.fromConnectionString(connectionString, name, options);
    for await (const row of table.listEntities())
      add(
        written,
        `table ${name.replace(/\d+$/, "")}`,
        Object.entries(row)
          .map(([key, value]) => `${key}: ${value}`)
          .join("\n"),
      );
  }
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  for await (const { name } of queues.listQueues()) {
    const { peekedMessageItems } = await queues.getQueueClient(name).peekMessages({ numberOfMessages: 32 });
    const texts = peekedMessageItems.map(({ messageText }) => Buffer.from(messageText, "base64").toString());
    add(written, `queue ${name}`, ...texts);
  }
}

function placeOf(method: string, path: string, { status, headers, text }: Answer, isAgents: boolean): string {
  const { pathname, searchParams } = new URL(path, APP_URL);
  const isPage = headers.get("content-type")?.startsWith("text/html") ?? false;
  if (pathname === "/api/connector/callback") return "callback page";
  if (isPage && status >= 400) return "pages for the wrong";
  if (status >= 400) return "problems";
  if (pathname.startsWith("/h/")) {
    if (method === "GET") return "answer page";
    return status === 303 ? "answer redirect" : "declined page";
  }
  if (pathname === "/api/audit") return `audit ${searchParams.get("format") ?? "json"}`;
  if (pathname === "/api/audit/seals") return "audit seals";
  if (pathname === "/api/health") return "health";
  if (pathname === "/api/reports/sessions") return "report";
  if (pathname === "/api/openapi.json") return "openapi";
  if (pathname.startsWith("/api/devices")) return "devices";
  if (pathname === "/api/names") return "names";
  if (pathname === "/" || pathname.startsWith("/portal")) return "portal";
  if (pathname === "/api/connector/consents") return "consent, to its administrator";
  if (pathname === "/api/connector/start") return "start redirect";
  if (pathname.startsWith("/api/connector")) return "connector";
  if (pathname === "/api/webhooks" && method === "POST") return "webhook, once";
  if (/^\/api\/webhooks\/[^/]+\/secret$/.test(pathname)) return "webhook, once";
  if (pathname.startsWith("/api/webhooks")) return "webhooks";
  if (pathname === "/api/inbound-sources" && method === "POST") return "source, once";
  if (/^\/api\/inbound-sources\/[^/]+\/secret$/.test(pathname)) return "source, once";
  if (pathname.startsWith("/api/inbound-sources")) return "sources";
  if (pathname.startsWith("/api/inbound/")) return "session, to its source";
  if (!pathname.startsWith("/api/sessions")) throw new Error(`Where does ${path} belong? ${text.slice(0, 100)}`);
  return isAgents ? "session, to its agent" : "sessions, to others";
}

/** Status line, headers, cookies and body, as they go out. */
function textOf({ status, headers, cookies, text }: Answer): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  return [status, ...lines, ...cookies.map(({ name, value }) => `set-cookie: ${name}=${value}`), text].join("\n");
}

/** What a host can write about an error: message, stack, causes, and the errors inside. */
function toldBy(error: unknown): string[] {
  const inner = error instanceof AggregateError ? error.errors.flatMap(toldBy) : [];
  const message = error instanceof Error ? error.message : String(error);
  return [describeError(error), message, ...inner];
}

/** Everything this process writes, until the answered function is called. */
function captureOutput(keep: (text: string) => void): () => void {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map(({ write }) => write);
  for (const [index, stream] of streams.entries()) {
    const write = writes[index]?.bind(stream) as typeof stream.write;
    stream.write = ((...args: Parameters<typeof write>) => {
      keep(String(args[0]));
      return write(...args);
    }) as typeof stream.write;
  }
  const kept = { ...console };
  for (const level of ["log", "info", "warn", "error", "debug", "trace"] as const)
    console[level] = (...args: unknown[]) => keep(args.map(String).join(" "));
  return () => {
    for (const [index, stream] of streams.entries()) stream.write = writes[index] as typeof stream.write;
    Object.assign(console, kept);
  };
}
