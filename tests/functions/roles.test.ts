import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { httpRoutes } from "../../functions/routes.ts";
import { principals } from "../../infra/local/principals.ts";
import { startTestApp, type TestApp } from "../app.ts";

const UPDATE = ["Ada Administrator", "Deployment script", "Everything robot"];
const REQUEST = ["Bruno Agent", "Chiara Agent", "Ticket system", "Everything robot"];
const READ = ["Ada Administrator", "Chiara Agent", "Dev Auditor", "Log collector", "Everything robot"];
const ANY_ROLE = [...UPDATE, ...REQUEST, ...READ];
const REQUEST_OR_READ = [...REQUEST, ...READ];

const SESSION = "0".repeat(32);
/** Who may call each function of the API. */
const table: [name: string, method: string, path: string, allowed: string[]][] = [
  ["connector", "GET", "/api/connector", ANY_ROLE],
  ["consent", "POST", "/api/connector/consents", UPDATE],
  ["consent-confirm", "POST", `/api/connector/consents/${"0".repeat(64)}/confirm`, UPDATE],
  ["disconnect", "DELETE", "/api/connector", UPDATE],
  ["devices", "GET", "/api/devices?top=1", REQUEST],
  ["device", "GET", "/api/devices/d0000000-0000-4000-8000-000000000001", REQUEST],
  ["session-request", "POST", "/api/sessions", REQUEST],
  ["sessions", "GET", "/api/sessions", REQUEST_OR_READ],
  ["session", "GET", `/api/sessions/${SESSION}`, REQUEST_OR_READ],
  ["session-close", "POST", `/api/sessions/${SESSION}/close`, REQUEST],
  ["session-notify", "POST", `/api/sessions/${SESSION}/notifications`, REQUEST],
  ["audit", "GET", "/api/audit?top=1&from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:01Z", READ],
];
const open = ["consent-start", "callback", "answer-page", "answer", "health", "openapi"];

let product: TestApp;

beforeAll(async () => {
  product = await startTestApp();
});

afterAll(() => product.stop());

describe("Who may call what", () => {
  test("is written down here for every function that is registered", () => {
    const written = [...table.map(([name]) => name), ...open];
    expect(
      httpRoutes
        .map(({ name }) => name)
        .filter((name) => name !== "portal")
        .sort(),
    ).toEqual(written.sort());
  });

  test.each(table)("%s: nobody without a token", async (_, method, path) => {
    for (const headers of [
      {},
      { authorization: "Bearer" },
      { authorization: "Basic eDp5" },
      { "x-ms-client-principal": "eyJyb2xlcyI6WyJSZW1vdGVBc3Npc3RhbmNlLlJlcXVlc3QiXX0=" },
    ]) {
      const answer = await product.request(method, path, { headers: headers as Record<string, string> });
      expect([answer.status, answer.json().code, answer.headers.get("www-authenticate")]).toEqual([
        401,
        "unauthenticated",
        "Bearer",
      ]);
    }
  });

  test.each(table)("%s: those with its role and nobody else", async (_, method, path, allowed) => {
    const passed: string[] = [];
    for (const { name } of principals) {
      const answer = await product.request(method, path, { token: await product.tokenFor(name) });
      const isForbidden = answer.status === 403 && answer.json<{ detail: string }>().detail.includes("app role");
      if (!isForbidden) passed.push(name);
      expect(answer.status).not.toBe(401);
    }
    expect(passed.sort()).toEqual([...new Set(allowed)].sort());
  });

  test("a refusal comes before anything of the request is looked at", async () => {
    const token = await product.tokenFor("Dev Auditor");
    const before = product.around.graph.journal.length;
    const answer = await product.request("POST", "/api/sessions", { token, body: "not JSON" });
    expect([answer.status, answer.json().code]).toEqual([403, "forbidden"]);
    expect(product.around.graph.journal.length).toBe(before);
  });
});
