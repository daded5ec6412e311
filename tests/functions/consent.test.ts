import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { startTestApp, type TestApp } from "../app.ts";
import { type Consent, connecting, inShort } from "../connect.ts";

const ADA = "10000000-0000-4000-8000-000000000001";

let product: TestApp;

beforeAll(async () => {
  product = await startTestApp({ TERMS_VERSION: "2026-05" });
});
beforeEach(() => product.reset());
afterAll(() => product.stop());

const accepted = { termsVersion: "2026-05", termsAccepted: true };
const ask = async (body: unknown, as = "Ada Administrator") =>
  product.request("POST", "/api/connector/consents", { token: await product.tokenFor(as), body });

test("who accepts the terms in force gets a link for a minute and a consent for ten", async () => {
  const answer = await ask(accepted);
  expect(answer.status).toBe(201);
  const { id, startUrl, expiresAt } = answer.json<Consent>();
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(startUrl).toMatch(/^http:\/\/127\.0\.0\.1:7071\/api\/connector\/start\?ticket=[\w.-]+$/);
  expect(Date.parse(expiresAt) - product.clock.now().getTime()).toBe(600_000);
});

test("the stored consent says who accepted which terms when, and holds neither state nor ticket", async () => {
  const { id, startUrl } = (await ask(accepted)).json<Consent>();
  const { location } = await connecting(product).opened({ startUrl });
  const [row] = await product.rows("consents");
  expect(row?.rowKey).toBe(id);
  expect(JSON.parse(String(row?.consent))).toMatchObject({
    requestedBy: ADA,
    termsVersion: "2026-05",
    requestedAt: product.clock.now().toISOString(),
  });
  const ticket = new URL(startUrl).searchParams.get("ticket") ?? "";
  const state = new URL(location).searchParams.get("state") ?? "";
  expect(state).toHaveLength(43);
  expect(JSON.stringify(row)).not.toContain(state);
  expect(JSON.stringify(row)).not.toContain(ticket);
});

test("two consents have nothing in common", async () => {
  const [one, two] = [(await ask(accepted)).json<Consent>(), (await ask(accepted)).json<Consent>()];
  expect(one.id).not.toBe(two.id);
  expect(one.startUrl).not.toBe(two.startUrl);
});

test.each([
  ["another version of the terms", { ...accepted, termsVersion: "1" }],
  ["terms that were not accepted", { ...accepted, termsAccepted: false }],
  ["no terms at all", {}],
  ["a field nobody knows", { ...accepted, redirect: "https://evil.example" }],
  ["a body that is no object", [accepted]],
])("%s: 400, and nothing is stored", async (_what, body) => {
  const answer = await ask(body);
  expect(answer.status).toBe(400);
  expect(answer.json()).toMatchObject({ code: "invalid-request" });
  expect(await product.rows("consents")).toEqual([]);
  expect(await product.audit("connector.")).toEqual([]);
});

test("a body that is not JSON by its content type is 415", async () => {
  const headers = { "content-type": "text/plain" };
  const token = await product.tokenFor("Ada Administrator");
  const body = JSON.stringify(accepted);
  const answer = await product.request("POST", "/api/connector/consents", { token, headers, body });
  expect(answer.status).toBe(415);
});

test("only the role RemoteAssistance.Update may, a person or an application", async () => {
  const names = ["Deployment script", "Bruno Agent", "Dev Auditor", "Ticket system", "Elif Nobody"];
  const answers = await Promise.all(names.map((name) => ask(accepted, name)));
  expect(answers.map(({ status }) => status)).toEqual([201, 403, 403, 403, 403]);
  expect((await product.request("POST", "/api/connector/consents", { body: accepted })).status).toBe(401);
});

test("the audit says who asked, before and after, by ids alone", async () => {
  await ask(accepted);
  const entries = await product.audit("connector.");
  expect(inShort(entries)).toEqual(["connector.enable intent", "connector.enable outcome success"]);
  expect(entries.map(({ actor }) => actor)).toEqual(Array(2).fill({ id: ADA, kind: "person" }));
  expect(new Set(entries.map(({ correlationId }) => correlationId)).size).toBe(1);
  expect(entries[1]?.reason).toBe("terms version 2026-05");
  expect(JSON.stringify(entries)).not.toMatch(/Ada |Administrator|@|ticket/i);
});
