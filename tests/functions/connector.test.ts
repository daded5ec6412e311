import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting, connectorOf } from "../connect.ts";

const ADA = "10000000-0000-4000-8000-000000000001";
const MINUTE_MS = 60_000;
const account = { name: "Contoso IT", company: "Contoso Ltd", email: "it@contoso.example" };

let product: TestApp;
let browser: ReturnType<typeof connecting>;

beforeAll(async () => {
  product = await startTestApp();
  browser = connecting(product);
});
beforeEach(() => product.reset());
afterAll(() => product.stop());

const breakGrant = async () => {
  product.around.teamviewer.removeGrants();
  product.clock.advance(13 * 60 * MINUTE_MS);
  await expect(product.runTimer("keep-connected")).rejects.toThrow();
};

describe("the connector's status", () => {
  test("before anybody connected it, it is notConnected and nothing else is said", async () => {
    expect(await connectorOf(product)).toEqual({ status: "notConnected" });
  });

  test("a consent that TeamViewer has not answered changes nothing", async () => {
    await browser.opened(await browser.asked());
    expect(await connectorOf(product)).toEqual({ status: "notConnected" });
  });

  test("after TeamViewer's answer it shows the account that waits for confirmation, for 15 minutes", async () => {
    await browser.waiting();
    const waiting = { status: "awaitingConfirmation", account, connectedBy: ADA, termsVersion: "1" };
    product.clock.advance(15 * MINUTE_MS - 1000);
    expect(await connectorOf(product)).toEqual(waiting);
    product.clock.advance(1000);
    expect(await connectorOf(product)).toEqual({ status: "notConnected" });
  });

  test("connected: which account, by whom and since when", async () => {
    await browser.waiting();
    product.clock.advance(MINUTE_MS);
    await browser.connected();
    const connectedAt = product.clock.now().toISOString();
    expect(await connectorOf(product)).toEqual({
      status: "connected",
      account,
      connectedBy: ADA,
      connectedAt,
      termsVersion: "1",
    });
  });

  test("a working connection is shown before one that waits", async () => {
    await browser.connected();
    await browser.waiting("Ada Administrator", "u8311027");
    expect(await connectorOf(product)).toMatchObject({ status: "connected", account });
  });

  test("needsConsent says what is wrong; a new consent that waits is shown instead", async () => {
    await browser.connected();
    await breakGrant();
    const problem = "TeamViewer no longer accepts this connection. An administrator must give consent again.";
    expect(await connectorOf(product)).toMatchObject({ status: "needsConsent", account, problem });
    await browser.waiting("Ada Administrator", "u8311027");
    expect(await connectorOf(product)).toMatchObject({
      status: "awaitingConfirmation",
      account: { name: "Fabrikam Support" },
    });
  });

  test("disconnecting says that TeamViewer still has to answer", async () => {
    await browser.connected();
    product.around.teamviewer.addFault({ path: "/oauth2/revoke", status: 500, times: 0 });
    await product.request("DELETE", "/api/connector", { token: await product.tokenFor("Ada Administrator") });
    const problem = expect.stringContaining("revoked at TeamViewer as soon as it answers");
    expect(await connectorOf(product)).toMatchObject({ status: "disconnecting", account, problem });
  });
});

describe("who may see it", () => {
  test.each(["Ada Administrator", "Bruno Agent", "Dev Auditor", "Ticket system", "Deployment script", "Log collector"])(
    "%s may, having one of the roles",
    async (name) => {
      const answer = await product.request("GET", "/api/connector", { token: await product.tokenFor(name) });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    },
  );

  test.each(["Elif Nobody", "No rights robot"])("%s has no role and gets 403", async (name) => {
    const answer = await product.request("GET", "/api/connector", { token: await product.tokenFor(name) });
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ code: "forbidden", type: "urn:problem:forbidden" });
  });

  test("without a token, or with one that is not for this API, it is 401", async () => {
    const strange = await product.tokenFor("Ada Administrator", { claims: { aud: "https://graph.microsoft.com" } });
    for (const token of [undefined, "x.y.z", strange]) {
      const answer = await product.request("GET", "/api/connector", { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    }
  });

  test("a principal that a proxy claims in x-ms-client-principal is nobody", async () => {
    const headers = { "x-ms-client-principal": Buffer.from('{"userRoles":["admin"]}').toString("base64") };
    expect((await product.request("GET", "/api/connector", { headers })).status).toBe(401);
  });
});
