import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting, connectorOf, liveGrants, tokenCalls } from "../connect.ts";

const HOUR_MS = 3_600_000;

let product: TestApp;
let browser: ReturnType<typeof connecting>;

beforeAll(async () => {
  product = await startTestApp();
  browser = connecting(product);
});
beforeEach(() => product.reset());
afterAll(() => product.stop());

const hourly = () => product.runTimer("keep-connected");
const refreshes = () => tokenCalls(product, "refresh_token").length;
const needsConsentEntries = async () =>
  (await product.audit("connector.")).filter(({ action }) => action === "connector.needs-consent");

test("the token set is refreshed when half of its day is over, and not before", async () => {
  await browser.connected();
  product.clock.advance(12 * HOUR_MS - 1000);
  await hourly();
  expect(refreshes()).toBe(0);
  product.clock.advance(1000);
  await hourly();
  expect(refreshes()).toBe(1);
  await hourly();
  product.clock.advance(12 * HOUR_MS - 1000);
  await hourly();
  expect(refreshes()).toBe(1);
});

test("a week of hours keeps the connection alive with two refreshes a day", async () => {
  await browser.connected();
  for (let hour = 0; hour < 7 * 24; hour += 1) {
    product.clock.advance(HOUR_MS);
    await product.process().app.connector.keepFresh();
  }
  expect(refreshes()).toBe(14);
  expect(liveGrants(product)).toHaveLength(1);
  expect(await connectorOf(product)).toMatchObject({ status: "connected" });
}, 20_000);

test("three processes whose timers go off at once refresh once", async () => {
  await browser.connected();
  product.clock.advance(13 * HOUR_MS);
  product.around.teamviewer.addFault({ path: "/token$", delayMs: 300, times: 0 });
  const processes = [product.process(), product.newProcess(), product.newProcess()];
  await Promise.all(processes.map((process) => process.runTimer("keep-connected")));
  expect(refreshes()).toBe(1);
  expect(liveGrants(product)).toHaveLength(1);
});

test("nothing is asked of TeamViewer while nothing is connected, waits, or is being removed", async () => {
  await hourly();
  await browser.waiting();
  product.clock.advance(13 * HOUR_MS);
  await hourly();
  await product.reset();
  await browser.connected();
  product.around.teamviewer.addFault({ path: "/revoke$", status: 500, times: 0 });
  await product.request("DELETE", "/api/connector", { token: await product.tokenFor("Ada Administrator") });
  product.clock.advance(13 * HOUR_MS);
  await hourly();
  expect(refreshes()).toBe(0);
});

test("an outage of TeamViewer fails the timer, so that it is seen, and the next hour makes up for it", async () => {
  await browser.connected();
  product.clock.advance(13 * HOUR_MS);
  product.around.teamviewer.addFault({ path: "/token$", status: 503, times: 0 });
  await expect(hourly()).rejects.toThrow();
  expect(await connectorOf(product)).toMatchObject({ status: "connected" });
  product.clearFaults();
  product.clock.advance(HOUR_MS);
  await hourly();
  expect(refreshes()).toBe(2);
  expect(liveGrants(product)).toHaveLength(1);
  expect(await needsConsentEntries()).toEqual([]);
});

test("a grant that has ended is found out, audited once, and left alone afterwards", async () => {
  await browser.connected();
  product.around.teamviewer.removeGrants();
  product.clock.advance(13 * HOUR_MS);
  await expect(hourly()).rejects.toThrow();
  for (const process of [product.process(), product.newProcess()]) await process.runTimer("keep-connected");
  expect(refreshes()).toBe(1);
  expect(await connectorOf(product)).toMatchObject({ status: "needsConsent" });
  expect(await needsConsentEntries()).toHaveLength(1);
});

test("the secret has a new version per refresh and the connection names the newest", async () => {
  await browser.connected();
  product.clock.advance(13 * HOUR_MS);
  await hourly();
  const [name = ""] = await product.secretNames();
  const versions = [];
  for await (const { version } of product.vault.listPropertiesOfSecretVersions(name)) versions.push(version);
  expect(versions).toHaveLength(2);
  const row = (await product.rows("connections")).find(({ status }) => status === "connected");
  const { secretVersion, obtainedAt } = JSON.parse(String(row?.connection)) as Record<string, string>;
  const { value = "{}", properties } = await product.vault.getSecret(name);
  expect(secretVersion).toBe(properties.version);
  expect(JSON.parse(value)).toMatchObject({ obtainedAt });
  expect(properties.contentType).toBe("application/json;v=1");
});
