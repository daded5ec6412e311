import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { httpRoutes } from "../../functions/routes.ts";
import { principals } from "../../infra/local/principals.ts";
import { type Role, roles } from "../../lib/access/principal.ts";
import { type Answer, startTestApp, type TestApp } from "../app.ts";

const [UPDATE, REQUEST, READ] = roles;

const SESSION = "0".repeat(32);
const WEBHOOK = "0d000000-0000-4000-8000-000000000001";
/** Who may call each function of the API: whoever has one of these roles, a person or an application. */
const table: [name: string, method: string, path: string, allowed: Role[]][] = [
  ["connector", "GET", "/api/connector", [UPDATE, REQUEST, READ]],
  ["consent", "POST", "/api/connector/consents", [UPDATE]],
  ["consent-confirm", "POST", `/api/connector/consents/${"0".repeat(64)}/confirm`, [UPDATE]],
  ["disconnect", "DELETE", "/api/connector", [UPDATE]],
  ["devices", "GET", "/api/devices?top=1", [REQUEST]],
  ["device", "GET", "/api/devices/d0000000-0000-4000-8000-000000000001", [REQUEST]],
  ["names", "GET", "/api/names?ids=d0000000-0000-4000-8000-000000000001", [REQUEST, READ]],
  ["session-request", "POST", "/api/sessions", [REQUEST]],
  ["sessions", "GET", "/api/sessions", [REQUEST, READ]],
  ["session", "GET", `/api/sessions/${SESSION}`, [REQUEST, READ]],
  ["session-report", "GET", "/api/reports/sessions", [READ]],
  ["session-close", "POST", `/api/sessions/${SESSION}/close`, [REQUEST]],
  ["session-notify", "POST", `/api/sessions/${SESSION}/notifications`, [REQUEST]],
  ["webhooks", "GET", "/api/webhooks", [UPDATE]],
  ["webhook-create", "POST", "/api/webhooks", [UPDATE]],
  ["webhook", "GET", `/api/webhooks/${WEBHOOK}`, [UPDATE]],
  ["webhook-update", "PATCH", `/api/webhooks/${WEBHOOK}`, [UPDATE]],
  ["webhook-delete", "DELETE", `/api/webhooks/${WEBHOOK}`, [UPDATE]],
  ["webhook-rotate", "POST", `/api/webhooks/${WEBHOOK}/secret`, [UPDATE]],
  ["webhook-test", "POST", `/api/webhooks/${WEBHOOK}/test`, [UPDATE]],
  ["webhook-deliveries", "GET", `/api/webhooks/${WEBHOOK}/deliveries`, [UPDATE]],
  ["webhook-redeliver", "POST", `/api/webhooks/${WEBHOOK}/deliveries/${"0".repeat(19)}-${"0".repeat(16)}`, [UPDATE]],
  ["inbound-sources", "GET", "/api/inbound-sources", [UPDATE]],
  ["inbound-source-create", "POST", "/api/inbound-sources", [UPDATE]],
  ["inbound-source", "GET", `/api/inbound-sources/${WEBHOOK}`, [UPDATE]],
  ["inbound-source-update", "PATCH", `/api/inbound-sources/${WEBHOOK}`, [UPDATE]],
  ["inbound-source-delete", "DELETE", `/api/inbound-sources/${WEBHOOK}`, [UPDATE]],
  ["inbound-source-rotate", "POST", `/api/inbound-sources/${WEBHOOK}/secret`, [UPDATE]],
  ["audit", "GET", "/api/audit?top=1&from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:01Z", [READ]],
  ["audit-seals", "GET", "/api/audit/seals", [READ]],
  ["audit-erasure", "POST", "/api/audit/erasures", [UPDATE]],
];
/** Functions that need no token. */
const open: [name: string, method: string, path: string][] = [
  ["consent-start", "GET", "/api/connector/start?ticket=x"],
  ["callback", "GET", "/api/connector/callback?code=x&state=x"],
  ["answer-page", "GET", "/h/x"],
  ["answer", "POST", "/h/x"],
  ["health", "GET", "/api/health"],
  ["portal", "GET", "/portal"],
  ["root", "GET", "/"],
  ["openapi", "GET", "/api/openapi.json"],
  ["reference", "GET", "/api/reference"],
];
/** The function whose callers sign what they send. */
const signed = "inbound";
/** Each kind of caller with no role, each role alone, and all of them. */
const callers = [
  ["person", "Elif Nobody"],
  ["application", "No rights robot"],
].flatMap(([kind = "", name = ""]) =>
  [[], ...roles.map((role) => [role]), [...roles]].map((own) => ({ kind, name, own })),
);

/** What App Service's own sign-in would send: here anybody can, and it proves nothing. */
function easyAuthHeaders(token: string): Record<string, string> {
  const claims = [
    ...roles.map((role) => ({ typ: "roles", val: role })),
    { typ: "http://schemas.microsoft.com/identity/claims/objectidentifier", val: principals[0]?.id },
  ];
  const principal = { auth_typ: "aad", name_typ: "name", role_typ: "roles", claims };
  return {
    "x-ms-client-principal": Buffer.from(JSON.stringify(principal)).toString("base64"),
    "x-ms-client-principal-id": principals[0]?.id ?? "",
    "x-ms-client-principal-name": "ada.administrator@contoso.example",
    "x-ms-client-principal-idp": "aad",
    "x-ms-token-aad-access-token": token,
    "x-ms-token-aad-id-token": token,
    "x-zumo-auth": token,
    cookie: `AppServiceAuthSession=${token}`,
  };
}

type Operation = {
  operationId: string;
  security: unknown[];
  "x-roles"?: Role[];
  "x-callers"?: string[];
  responses: Record<string, unknown>;
};

let product: TestApp;
let documented: Map<string, Operation & { method: string; path: string }>;

beforeAll(async () => {
  product = await startTestApp();
  const { paths } = (await product.request("GET", "/api/openapi.json")).json<{
    paths: Record<string, Record<string, Operation>>;
  }>();
  documented = new Map(
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => [
        operation.operationId,
        { ...operation, method: method.toUpperCase(), path },
      ]),
    ),
  );
});

afterAll(() => product.stop());

const inShort = (answer: Answer) => [answer.status, answer.json().code, answer.headers.get("www-authenticate")];
const isForbidden = (answer: Answer) =>
  answer.status === 403 && answer.json<{ detail: string }>().detail.includes("app role");

describe("Who may call what", () => {
  test("is written down here for every function that is registered and every route that is documented", () => {
    const written = [...[...table, ...open].map(([name]) => name), signed].sort();
    expect(httpRoutes.map(({ name }) => name).sort()).toEqual(written);
    expect([...documented.keys()].sort()).toEqual(written);
  });

  test.each(table)("%s: the document says the same, and how it refuses", (name, method, _, allowed) => {
    expect(documented.get(name)).toMatchObject({
      method,
      "x-roles": allowed,
      "x-callers": ["person", "application"],
      security: [{ entra: [] }],
      responses: { 401: expect.anything(), 403: expect.anything(), 429: expect.anything() },
    });
  });

  test.each(open)("%s: the document says that it needs no token", (name, method) => {
    const operation = documented.get(name);
    expect(operation).toMatchObject({ method, security: [] });
    expect(Object.keys(operation ?? {}).filter((key) => key.startsWith("x-"))).toEqual([]);
    expect(operation?.responses).not.toHaveProperty("401");
  });

  test("inbound: a token of whatever role does not help; the document says that it needs none, and how it refuses", async () => {
    expect(documented.get(signed)).toMatchObject({
      method: "POST",
      security: [],
      responses: { 401: expect.anything() },
    });
    expect(documented.get(signed)).not.toHaveProperty("x-roles");
    const token = await product.tokenFor("Everything robot");
    for (const asking of [{ token }, { headers: easyAuthHeaders(token) }])
      expect(inShort(await product.request("POST", "/api/inbound/x", { ...asking, body: {} }))).toEqual([
        401,
        "unauthenticated",
        "Webhook-Signature",
      ]);
  });

  test.each(table)("%s: nobody without a token", async (_, method, path) => {
    for (const headers of [{}, { authorization: "Bearer" }, { authorization: "Basic eDp5" }]) {
      const answer = await product.request(method, path, { headers: headers as Record<string, string> });
      expect(inShort(answer)).toEqual([401, "unauthenticated", "Bearer"]);
    }
  });

  test.each(table)("%s: each role alone, of a person or an application, as the table says", async (...row) => {
    const [, method, path, allowed] = row;
    const found: [string, string[], boolean][] = [];
    for (const { kind, name, own } of callers) {
      const token = await product.tokenFor(name, { claims: { roles: own } });
      const answer = await product.request(method, path, { token });
      expect(answer.status).not.toBe(401);
      found.push([kind, own, !isForbidden(answer)]);
    }
    expect(found).toEqual(
      callers.map(({ kind, own }) => [kind, own, own.some((role) => allowed.includes(role))] as const),
    );
  });

  test.each(table)("%s: of the demo sign-ins those with its role and nobody else", async (...row) => {
    const [, method, path, allowed] = row;
    const passed: string[] = [];
    for (const { name } of principals) {
      const answer = await product.request(method, path, { token: await product.tokenFor(name) });
      if (!isForbidden(answer)) passed.push(name);
    }
    const expected = principals.filter((principal) => principal.roles.some((role) => allowed.includes(role)));
    expect(passed).toEqual(expected.map(({ name }) => name));
  });

  test.each(table)("%s: what Easy Auth would send lets nobody in and gives nobody a role", async (_, method, path) => {
    const headers = easyAuthHeaders(await product.tokenFor("Everything robot"));
    expect(inShort(await product.request(method, path, { headers }))).toEqual([401, "unauthenticated", "Bearer"]);
    const token = await product.tokenFor("Elif Nobody");
    expect(inShort(await product.request(method, path, { token, headers }))).toEqual([403, "forbidden", null]);
  });

  test.each(open)("%s: answers the same with what Easy Auth would send", async (_, method, path) => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const body = method === "POST" ? "answer=decline" : undefined;
    const headers = { ...form, ...easyAuthHeaders(await product.tokenFor("Everything robot")) };
    const seen = [
      await product.request(method, path, { body, headers: form }),
      await product.request(method, path, { body, headers }),
    ].map(({ status, text }) => [status, text.replace(/[\da-f]{8}-[\da-f-]{27}/g, "<id>")]);
    expect(seen[1]).toEqual(seen[0]);
  });

  test("a refusal comes before anything of the request is looked at", async () => {
    const token = await product.tokenFor("Dev Auditor");
    const before = product.around.graph.journal.length;
    const answer = await product.request("POST", "/api/sessions", { token, body: "not JSON" });
    expect([answer.status, answer.json().code]).toEqual([403, "forbidden"]);
    expect(product.around.graph.journal.length).toBe(before);
  });
});
