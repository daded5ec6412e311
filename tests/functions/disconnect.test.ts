import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting, connectorOf, inShort, liveGrants, revokeCalls } from "../connect.ts";
import { requesting } from "../requesting.ts";
import { startStorageProxy } from "../storage-proxy.ts";

const ADA = "10000000-0000-4000-8000-000000000001";
const HOUR_MS = 3_600_000;

let product: TestApp;
let browser: ReturnType<typeof connecting>;

beforeAll(async () => {
  product = await startTestApp();
  browser = connecting(product);
});
beforeEach(() => product.reset());
afterAll(() => product.stop());

const disconnect = async (as = "Ada Administrator", process: AppProcess = product.process()) =>
  process.request("DELETE", "/api/connector", { token: await product.tokenFor(as) });

const nothingIsLeft = async () => {
  expect(liveGrants(product)).toEqual([]);
  expect(await product.secretNames()).toEqual([]);
  expect((await product.rows("connections")).filter(({ connection }) => connection)).toEqual([]);
  expect(await connectorOf(product)).toEqual({ status: "notConnected" });
};

test("202: the grant is revoked at TeamViewer, the secret deleted, nothing is left", async () => {
  await browser.connected();
  const answer = await disconnect();
  expect(answer.status).toBe(202);
  expect(answer.json()).toEqual({ status: "notConnected" });
  expect(product.around.teamviewer.grants().at(-1)).toMatchObject({ live: false, endedBy: "revoked" });
  await nothingIsLeft();
});

test("again, and before anything was ever connected, it is 202 and no call leaves", async () => {
  expect((await disconnect()).status).toBe(202);
  expect(await product.audit("connector.")).toEqual([]);
  await browser.connected();
  await disconnect();
  const again = await disconnect();
  expect([again.status, again.json()]).toEqual([202, { status: "notConnected" }]);
  expect(revokeCalls(product)).toHaveLength(1);
});

test("ten at once revoke the grant and leave nothing; one is audited as done", async () => {
  await browser.connected();
  const second = product.newProcess();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => disconnect(undefined, index % 2 ? second : undefined)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(202));
  await nothingIsLeft();
  const done = (await product.audit("connector.")).filter(
    ({ action, result }) => action === "connector.disconnect" && result === "success",
  );
  expect(done).toHaveLength(1);
}, 20_000);

test("only the role RemoteAssistance.Update may", async () => {
  await browser.connected();
  const statuses = [];
  for (const name of ["Bruno Agent", "Dev Auditor", "Elif Nobody"]) statuses.push((await disconnect(name)).status);
  expect(statuses).toEqual([403, 403, 403]);
  expect((await product.request("DELETE", "/api/connector")).status).toBe(401);
  expect(await connectorOf(product)).toMatchObject({ status: "connected" });
});

test("the audit says who, before and after, by ids alone", async () => {
  await browser.connected();
  await disconnect();
  const entries = (await product.audit("connector.")).filter(({ action }) => action === "connector.disconnect");
  expect(inShort(entries)).toEqual(["connector.disconnect intent", "connector.disconnect outcome success"]);
  expect(entries.map(({ actor }) => actor)).toEqual(Array(2).fill({ id: ADA, kind: "person" }));
  expect(JSON.stringify(entries)).not.toMatch(/Contoso|@|tv-/);
});

test("when the audit cannot be written nothing is disconnected", async () => {
  await browser.connected();
  const storage = await startStorageProxy(product.around.storage);
  storage.fail({ about: /\/audit\d/, behaviour: 403, times: 0 });
  const process = product.newProcess({ AzureWebJobsStorage: storage.connectionString });
  expect((await disconnect(undefined, process)).status).toBe(503);
  expect(await connectorOf(product)).toMatchObject({ status: "connected" });
  expect(revokeCalls(product)).toEqual([]);
  await storage.close();
});

describe("while TeamViewer cannot revoke", () => {
  test("it is out of use at once, sessions are refused with 409, and the timer finishes it later", async () => {
    await browser.connected();
    product.around.teamviewer.addFault({ path: "/revoke$", status: 500, times: 0 });
    const answer = await disconnect();
    expect(answer.status).toBe(202);
    expect(answer.json()).toMatchObject({ status: "disconnecting" });
    expect(await connectorOf(product)).toMatchObject({ status: "disconnecting" });

    const agent = requesting(product);
    const session = await agent.ask({ deviceId: agent.device().id });
    expect(session.status).toBe(409);
    expect(session.json()).toMatchObject({ code: "connector-not-connected" });
    expect(product.around.teamviewer.journal.filter(({ path }) => path.endsWith("/sessions"))).toEqual([]);
    await expect(product.process().app.connector.keepFresh()).resolves.toBeUndefined();

    await product.runTimer("follow-sessions");
    expect(await connectorOf(product)).toMatchObject({ status: "disconnecting" });
    product.clearFaults();
    await product.runTimer("follow-sessions");
    await nothingIsLeft();
    expect((await product.audit("connector.")).at(-1)).toMatchObject({
      actor: { id: "connector", kind: "system" },
      action: "connector.forget",
      phase: "outcome",
      result: "success",
      reason: "out-of-use",
    });
  });

  test("the secret stays until it is revoked, and a second disconnect is 202 without a second audit", async () => {
    await browser.connected();
    product.around.teamviewer.addFault({ path: "/revoke$", behaviour: "reset", times: 0 });
    await disconnect();
    const again = await disconnect();
    expect([again.status, again.json()]).toEqual([202, expect.objectContaining({ status: "disconnecting" })]);
    expect(await product.secretNames()).toHaveLength(1);
    const entries = (await product.audit("connector.")).filter(({ action }) => action === "connector.disconnect");
    expect(entries).toHaveLength(2);
  });

  test("a new account can be connected meanwhile, and both are right in the end", async () => {
    await browser.connected();
    product.around.teamviewer.addFault({ path: "/revoke$", status: 500, times: 0 });
    await disconnect();
    await browser.connected("Ada Administrator", "u8311027");
    product.clearFaults();
    await product.runTimer("follow-sessions");
    expect(liveGrants(product)).toEqual([expect.objectContaining({ userid: "u8311027" })]);
    expect(await product.secretNames()).toHaveLength(1);
    expect(await connectorOf(product)).toMatchObject({ status: "connected", account: { name: "Fabrikam Support" } });
  });
});

test("while the vault is down it is out of use at once and finished later", async () => {
  await browser.connected();
  product.around.vault.addFault({ status: 403, times: 0 });
  expect((await disconnect()).json()).toMatchObject({ status: "disconnecting" });
  product.clearFaults();
  await product.runTimer("follow-sessions");
  await nothingIsLeft();
});

test("TeamViewer's account owner took the grant away before: disconnected all the same", async () => {
  await browser.connected();
  product.around.teamviewer.removeGrants();
  expect((await disconnect()).json()).toEqual({ status: "notConnected" });
  await nothingIsLeft();
});

test("an access token that ran out still lets the grant be revoked", async () => {
  product.around.teamviewer.setMode({ accessTokenSeconds: 1 });
  await browser.connected();
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  product.clock.advance(25 * HOUR_MS);
  product.around.teamviewer.setMode({ accessTokenSeconds: 86_400 });
  expect((await disconnect()).status).toBe(202);
  await nothingIsLeft();
});

test("an account that waits for its confirmation is revoked, too", async () => {
  await browser.connected();
  await browser.waiting();
  expect(liveGrants(product)).toHaveLength(2);
  expect((await disconnect()).status).toBe(202);
  await nothingIsLeft();
});
