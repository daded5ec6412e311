import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { IntuneRole } from "../../infra/local/intune-roles.ts";
import { principals } from "../../infra/local/principals.ts";
import { type Answer, type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { must, requesting } from "../requesting.ts";

const TOKEN_PATH = "/oauth2/v2.0/token";
const PERMISSIONS_PATH = "getEffectivePermissions";
const OBO = "urn:ietf:params:oauth:grant-type:jwt-bearer";

let product: TestApp;
let agent: ReturnType<typeof requesting>;
let process: AppProcess;

beforeAll(async () => {
  product = await startTestApp({ INTUNE_RBAC: "on" });
  agent = requesting(product);
  await connecting(product).connected();
});

beforeEach(() => {
  const { entra, graph } = product.around;
  product.clearFaults();
  entra.setUpOnBehalfOf();
  graph.grantPermissions();
  for (const standIn of [entra, graph]) standIn.journal.splice(0);
  process = product.newProcess();
});

afterAll(() => product.stop());

const idOf = (name: string) => principals.find((principal) => principal.name === name)?.id ?? "";
const give = (name: string, ...roles: IntuneRole[]) => product.around.graph.setIntuneRoles(idOf(name), roles);

/** Calls with a token that is good by the product's clock, and by Entra's, which nobody moves. */
async function call(as: string, path = "/api/sessions", method = "GET", claims: Record<string, unknown> = {}) {
  const nbf = Math.floor(Date.now() / 1000);
  return process.request(method, path, { token: await product.tokenFor(as, { claims: { nbf, ...claims } }) });
}
const inShort = (answer: Answer) => [answer.status, answer.json().code];
const detailOf = (answer: Answer) => answer.json<{ detail: string }>().detail;
const exchanges = () => product.around.entra.journal.filter(({ body }) => body.includes(encodeURIComponent(OBO)));
const lookUps = () => product.around.graph.journal.filter(({ path }) => path.includes(PERMISSIONS_PATH));

describe("With INTUNE_RBAC a person", () => {
  test("passes by app role and Intune permission together", async () => {
    expect((await call("Bruno Agent", "/api/devices?top=1")).status).toBe(200);
    expect((await call("Dev Auditor", "/api/audit?top=1")).status).toBe(200);
    expect((await call("Ada Administrator", "/api/connector/consents", "POST")).status).toBe(415);
    const session = must(await agent.ask({ deviceId: agent.device().id }, { process }), 201);
    expect(session.json()).toMatchObject({ state: "open", requestedBy: idOf("Bruno Agent") });
  });

  test("is not let in by the Intune permission without the app role, and Intune is not even asked", async () => {
    give("Elif Nobody", "Intune Administrator");
    const answer = await call("Elif Nobody");
    give("Elif Nobody");
    expect(inShort(answer)).toEqual([403, "forbidden"]);
    expect(detailOf(answer)).toContain("app role");
    expect([exchanges().length, lookUps().length]).toEqual([0, 0]);
  });

  test.each<[string, string, string, IntuneRole[], string]>([
    ["Bruno Agent", "POST", "/api/sessions", ["Read Only Operator"], "RemoteTasks_RequestRemoteAssistance"],
    ["Ada Administrator", "DELETE", "/api/connector", ["Help Desk Operator"], "RemoteAssistance_Update"],
    ["Dev Auditor", "GET", "/api/audit", [], "RemoteAssistance_Read"],
    ["Bruno Agent", "GET", "/api/sessions", ["Read Only Operator"], "RemoteTasks_RequestRemoteAssistance"],
  ])("without the Intune permission is told which: %s %s %s", async (name, method, path, roles, action) => {
    const before = await product.audit("session.");
    product.around.graph.journal.splice(0);
    give(name, ...roles);
    const answer = await call(name, path, method);
    give("Ada Administrator", "Intune Administrator");
    give("Bruno Agent", "Help Desk Operator");
    give("Dev Auditor", "Read Only Operator");
    expect(inShort(answer)).toEqual([403, "forbidden"]);
    expect(detailOf(answer)).toContain(`Microsoft.Intune_${action} (`);
    expect(product.around.graph.journal.map((entry) => entry.path)).toEqual([
      expect.stringContaining(PERMISSIONS_PATH),
    ]);
    expect(await product.audit("session.")).toEqual(before);
  });

  test("with several app roles needs the Intune permission of any that lets them in", async () => {
    give("Chiara Agent", "Read Only Operator");
    expect((await call("Chiara Agent", "/api/sessions")).status).toBe(200);
    expect((await call("Chiara Agent", "/api/devices?top=1")).status).toBe(403);
    give("Chiara Agent");
    process = product.newProcess();
    expect(detailOf(await call("Chiara Agent", "/api/sessions"))).toMatch(
      /RequestRemoteAssistance \(.*\) or Microsoft\.Intune_RemoteAssistance_Read \(/,
    );
    give("Chiara Agent", "Help Desk Operator", "Read Only Operator");
  });

  test("is looked up once by many calls at once, in their own name, by a token that needs no secret", async () => {
    await Promise.all(Array.from({ length: 20 }, () => call("Bruno Agent", "/api/sessions")));
    expect(lookUps()).toHaveLength(1);
    expect(exchanges()).toHaveLength(1);
    const form = new URLSearchParams(exchanges()[0]?.body);
    expect(Object.fromEntries(form)).toMatchObject({
      requested_token_use: "on_behalf_of",
      scope: "https://graph.microsoft.com/.default",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    });
    expect(form.get("client_secret")).toBeNull();
    expect(exchanges()[0]?.headers.authorization).toBeUndefined();
  });

  test("sees each dependency in the health only with the permission to read", async () => {
    const seen = async (name: string) => Object.keys((await call(name, "/api/health")).json());
    expect(await seen("Dev Auditor")).toEqual(["status", "dependencies"]);
    give("Dev Auditor");
    process = product.newProcess();
    expect(await seen("Dev Auditor")).toEqual(["status"]);
    give("Dev Auditor", "Read Only Operator");
  });
});

test("applications have no rights in Intune: their app role decides alone", async () => {
  expect((await call("Ticket system", "/api/devices?top=1")).status).toBe(200);
  expect(inShort(await call("Log collector", "/api/devices"))).toEqual([403, "forbidden"]);
  expect([exchanges().length, lookUps().length]).toEqual([0, 0]);
});

describe("What Intune said", () => {
  test("counts for five minutes when it was yes, and no longer", async () => {
    expect((await call("Bruno Agent")).status).toBe(200);
    give("Bruno Agent");
    product.clock.advance(299_000);
    expect((await call("Bruno Agent")).status).toBe(200);
    expect(lookUps()).toHaveLength(1);
    product.clock.advance(1_000);
    expect((await call("Bruno Agent")).status).toBe(403);
    expect(lookUps()).toHaveLength(2);
    give("Bruno Agent", "Help Desk Operator");
  });

  test("counts for a minute when it was no", async () => {
    give("Bruno Agent");
    expect((await call("Bruno Agent")).status).toBe(403);
    give("Bruno Agent", "Help Desk Operator");
    product.clock.advance(59_000);
    expect((await call("Bruno Agent")).status).toBe(403);
    expect(lookUps()).toHaveLength(1);
    product.clock.advance(1_000);
    expect((await call("Bruno Agent")).status).toBe(200);
  });

  test("of one person says nothing about another", async () => {
    expect((await call("Bruno Agent", "/api/devices?top=1")).status).toBe(200);
    give("Chiara Agent");
    expect((await call("Chiara Agent", "/api/devices?top=1")).status).toBe(403);
    give("Chiara Agent", "Help Desk Operator", "Read Only Operator");
  });
});

describe("When nobody can tell", () => {
  const unavailable = [503, "upstream-unavailable", "30"];
  const withRetry = (answer: Answer) => [...inShort(answer), answer.headers.get("retry-after")];

  test.each([
    ["answers 503", { status: 503 }],
    ["answers 429", { status: 429, headers: { "retry-after": "9" } }],
    ["breaks off", { behaviour: "reset" as const }],
  ])("because Graph or Entra %s, nobody passes, and the next call asks again", async (_title, fault) => {
    product.around.graph.addFault({ path: PERMISSIONS_PATH, ...fault });
    expect(withRetry(await call("Bruno Agent"))).toEqual(unavailable);
    product.around.entra.addFault({ method: "POST", path: TOKEN_PATH, ...fault });
    expect(withRetry(await call("Bruno Agent"))).toEqual(unavailable);
    expect((await call("Bruno Agent")).status).toBe(200);
  });

  test.each([
    ["a page", "<html>", 502],
    ["another document", { value: [{ resourceActions: "*" }] }, 502],
    ["an empty list", { value: [] }, 403],
  ])("because Graph answers with %s, nobody passes", async (_title, body, status) => {
    product.around.graph.addFault({ path: PERMISSIONS_PATH, status: 200, body });
    expect((await call("Bruno Agent")).status).toBe(status);
  });

  test("a missing consent or federated credential is named, with who has to do what", async () => {
    const { entra, graph } = product.around;
    entra.setUpOnBehalfOf({ isConsented: false });
    const consent = await call("Bruno Agent");
    entra.setUpOnBehalfOf({ isFederated: false });
    const credential = await call("Bruno Agent");
    entra.setUpOnBehalfOf();
    graph.missPermission({ path: PERMISSIONS_PATH, scope: "DeviceManagementRBAC.Read.All" });
    const permission = await call("Bruno Agent");
    expect([consent, credential, permission].map(inShort)).toEqual(Array(3).fill([502, "upstream-invalid"]));
    expect(detailOf(consent)).toMatch(/administrator.*delegated.*DeviceManagementRBAC\.Read\.All.*consent/);
    expect(detailOf(credential)).toMatch(/administrator.*federated credential/);
    expect(detailOf(permission)).toMatch(/delegated permission DeviceManagementRBAC\.Read\.All/);
  });
});

describe("When Entra wants an interaction", () => {
  test("the front end is told which claims a new token needs, and passes with them", async () => {
    product.around.entra.setUpOnBehalfOf({ acrs: "c1" });
    const answer = await call("Bruno Agent");
    expect(inShort(answer)).toEqual([401, "unauthenticated"]);
    const challenge = answer.headers.get("www-authenticate") ?? "";
    const [, claims = ""] = /^Bearer realm="", error="insufficient_claims", claims="([\w+/=]+)"$/.exec(challenge) ?? [];
    expect(JSON.parse(Buffer.from(claims, "base64").toString())).toEqual({
      access_token: { acrs: { essential: true, value: "c1" } },
    });
    expect(answer.headers.get("access-control-expose-headers")).toContain("WWW-Authenticate");
    expect((await call("Bruno Agent", "/api/sessions", "GET", { acrs: ["c1"] })).status).toBe(200);
  });

  test("a sign-in that no longer counts is 401 without claims", async () => {
    const body = { error: "invalid_grant", error_codes: [50173] };
    product.around.entra.addFault({ method: "POST", path: TOKEN_PATH, status: 400, body });
    const answer = await call("Bruno Agent");
    expect([...inShort(answer), answer.headers.get("www-authenticate")]).toEqual([401, "unauthenticated", "Bearer"]);
  });
});

test("neither the tokens nor Entra's words are in a log line or an answer", async () => {
  const { entra, graph } = product.around;
  const answers: Answer[] = [];
  for (const setup of [{ isConsented: false }, { isFederated: false }, { acrs: "c1" }]) {
    entra.setUpOnBehalfOf(setup);
    answers.push(await call("Bruno Agent"));
  }
  entra.setUpOnBehalfOf();
  graph.addFault({ path: PERMISSIONS_PATH, status: 500, body: "secret-of-graph" });
  answers.push(await call("Bruno Agent"));
  const forms = exchanges().map(({ body }) => new URLSearchParams(body));
  const bearers = lookUps().map(({ headers }) => headers.authorization?.replace("Bearer ", ""));
  const secrets = [...forms.flatMap((form) => [form.get("assertion"), form.get("client_assertion")]), ...bearers];
  expect(secrets.filter((secret) => secret?.startsWith("eyJ")).length).toBe(9);
  const shown = [
    ...product.logs,
    ...answers.flatMap(({ text, headers }) => [text, JSON.stringify([...headers])]),
  ].join();
  for (const secret of [...secrets, "secret-of-graph", "AADSTS"]) expect(shown).not.toContain(secret);
});

test("with the setting off nobody asks Intune", async () => {
  process = product.newProcess({ INTUNE_RBAC: "off" });
  give("Bruno Agent");
  const answer = await call("Bruno Agent");
  give("Bruno Agent", "Help Desk Operator");
  expect(answer.status).toBe(200);
  expect([exchanges().length, lookUps().length]).toEqual([0, 0]);
});
