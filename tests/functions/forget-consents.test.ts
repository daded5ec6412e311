import { TableClient } from "@azure/data-tables";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting, connectorOf, liveGrants } from "../connect.ts";

const MINUTE_MS = 60_000;

let product: TestApp;
let browser: ReturnType<typeof connecting>;

beforeAll(async () => {
  product = await startTestApp();
  browser = connecting(product);
});
beforeEach(() => product.reset());
afterAll(() => product.stop());

const tableOf = (name: string) =>
  TableClient.fromConnectionString(product.around.storage.connectionString, name, { allowInsecureConnection: true });

/** The state of things after a callback that died when TeamViewer had given tokens and the vault had taken them. */
async function diedAfterTheVault() {
  await browser.waiting();
  const [connection] = (await product.rows("connections")).map(
    ({ connection }) => JSON.parse(String(connection)) as { id: string; secretName: string },
  );
  await tableOf("connections").deleteEntity("connection", connection?.id ?? "");
  const [row] = await product.rows("consents");
  const consent = JSON.parse(String(row?.consent)) as Record<string, unknown>;
  expect(consent.secretName).toBe(connection?.secretName);
  const used = { ...consent, status: "used" };
  await tableOf("consents").updateEntity(
    { partitionKey: "consent", rowKey: String(consent.id), consent: JSON.stringify(used) },
    "Replace",
  );
}

test("a callback that died after the vault took its tokens leaves no grant and no secret", async () => {
  await diedAfterTheVault();
  expect(liveGrants(product)).toHaveLength(1);
  await product.runTimer("follow-sessions");
  expect(liveGrants(product)).toHaveLength(1);

  product.clock.advance(4 * MINUTE_MS);
  await product.runTimer("follow-sessions");
  expect(liveGrants(product)).toEqual([]);
  expect(await product.secretNames()).toEqual([]);
  expect(await connectorOf(product)).toEqual({ status: "notConnected" });
});

test("while TeamViewer cannot revoke, the secret stays, and the timer comes back to it", async () => {
  await diedAfterTheVault();
  product.around.teamviewer.addFault({ path: "oauth2/revoke", status: 503, times: 0 });
  product.clock.advance(4 * MINUTE_MS);
  await product.runTimer("follow-sessions");
  expect(await product.secretNames()).toHaveLength(1);
  product.clearFaults();
  await product.runTimer("follow-sessions");
  expect(liveGrants(product)).toEqual([]);
  expect(await product.secretNames()).toEqual([]);
});

test("consents are deleted when nobody can confirm them any more, the connection stays", async () => {
  await browser.connected();
  await browser.asked();
  product.clock.advance(39 * MINUTE_MS);
  await product.runTimer("follow-sessions");
  expect(await product.rows("consents")).toHaveLength(2);
  product.clock.advance(2 * MINUTE_MS);
  await product.runTimer("follow-sessions");
  expect(await product.rows("consents")).toEqual([]);
  expect(await connectorOf(product)).toMatchObject({ status: "connected" });
  expect(liveGrants(product)).toHaveLength(1);
});
