import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { ConnectorView } from "../../lib/connector/connection.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting, connectorOf, inShort, liveGrants, revokeCalls } from "../connect.ts";
import { startStorageProxy } from "../storage-proxy.ts";

const ADA = "10000000-0000-4000-8000-000000000001";
const ROBOT = "Deployment script";
const MINUTE_MS = 60_000;

let product: TestApp;
let browser: ReturnType<typeof connecting>;

beforeAll(async () => {
  product = await startTestApp();
  browser = connecting(product);
});
beforeEach(() => product.reset());
afterAll(() => product.stop());

test("the one who asked confirms and is shown the account that is now in use", async () => {
  const consent = await browser.waiting();
  const answer = await browser.confirmed(consent);
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({
    status: "connected",
    account: { name: "Contoso IT", company: "Contoso Ltd", email: "it@contoso.example" },
    connectedBy: ADA,
    connectedAt: product.clock.now().toISOString(),
    termsVersion: "1",
  });
});

test("confirming again is fine and changes nothing", async () => {
  const consent = await browser.waiting();
  const first = await browser.confirmed(consent);
  product.clock.advance(20 * MINUTE_MS);
  const second = await browser.confirmed(consent);
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(second.json()).toEqual(first.json());
  expect(inShort(await product.audit("connector.")).filter((entry) => entry.includes("confirm"))).toHaveLength(2);
});

test("of ten confirmations at once all are told the same and one is audited", async () => {
  const consent = await browser.waiting();
  const answers = await Promise.all(Array.from({ length: 10 }, () => browser.confirmed(consent)));
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  const confirmed = (await product.audit("connector.")).filter(({ action }) => action === "connector.confirm");
  expect(confirmed.filter(({ result }) => result === "success")).toHaveLength(1);
  expect(liveGrants(product)).toHaveLength(1);
});

describe("who may not", () => {
  test("another administrator, who then sees it still waiting", async () => {
    const consent = await browser.waiting();
    const answer = await browser.confirmed(consent, ROBOT);
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ code: "forbidden" });
    expect(await connectorOf(product)).toMatchObject({ status: "awaitingConfirmation" });
  });

  test("somebody without the role, or nobody", async () => {
    const consent = await browser.waiting();
    expect((await browser.confirmed(consent, "Bruno Agent")).status).toBe(403);
    expect((await product.request("POST", `/api/connector/consents/${consent.id}/confirm`)).status).toBe(401);
  });
});

describe("what cannot be confirmed", () => {
  const refusal = async (id: string) => {
    const answer = await browser.confirmed({ id });
    return `${answer.status} ${answer.json<{ code: string }>().code}`;
  };

  test("a consent before TeamViewer answered, however far it got", async () => {
    const consent = await browser.asked();
    expect(await refusal(consent.id)).toBe("409 consent-not-completed");
    await browser.opened(consent);
    expect(await refusal(consent.id)).toBe("409 consent-not-completed");
  });

  test("a consent that TeamViewer never answered in ten minutes", async () => {
    const consent = await browser.asked();
    product.clock.advance(10 * MINUTE_MS);
    expect(await refusal(consent.id)).toBe("409 consent-expired");
  });

  test("a consent that was refused", async () => {
    const consent = await browser.asked();
    const started = await browser.opened(consent);
    await browser.cameBack(await browser.consented(started, "deny"), started.cookie);
    expect(await refusal(consent.id)).toBe("409 consent-expired");
  });

  test("an id that is no consent, or no id at all", async () => {
    expect(await refusal("0".repeat(64))).toBe("404 consent-not-found");
    expect(await refusal("current")).toBe("400 invalid-request");
    expect(await refusal("%27%20or%20true")).toBe("400 invalid-request");
  });

  test("a consent whose connection was replaced and removed since", async () => {
    const consent = await browser.waiting();
    await browser.confirmed(consent);
    await browser.connected("Ada Administrator", "u8311027");
    expect(await refusal(consent.id)).toBe("409 consent-expired");
  });
});

describe("fifteen minutes", () => {
  test("a second before they are over it can be confirmed", async () => {
    const consent = await browser.waiting();
    product.clock.advance(15 * MINUTE_MS - 1000);
    expect((await browser.confirmed(consent)).status).toBe(200);
  });

  test("after them it cannot; the timer revokes the grant, deletes the secret and audits that", async () => {
    const consent = await browser.waiting();
    product.clock.advance(15 * MINUTE_MS);
    const answer = await browser.confirmed(consent);
    expect(answer.status).toBe(409);
    expect(answer.json()).toMatchObject({ code: "consent-expired" });
    expect(liveGrants(product)).toHaveLength(1);

    await product.runTimer("follow-sessions");
    expect(liveGrants(product)).toEqual([]);
    expect(revokeCalls(product)).toHaveLength(1);
    expect(await product.secretNames()).toEqual([]);
    expect(await product.rows("connections")).toEqual([]);
    expect((await product.audit("connector.")).at(-1)).toMatchObject({
      actor: { id: "connector", kind: "system" },
      action: "connector.forget",
      result: "success",
      reason: "not-confirmed",
    });
    expect((await browser.confirmed(consent)).status).toBe(409);
  });

  test("the timer leaves alone what still waits and what is in use", async () => {
    await browser.connected();
    await browser.waiting("Ada Administrator", "u8311027");
    product.clock.advance(15 * MINUTE_MS - 1000);
    await product.runTimer("follow-sessions");
    expect(liveGrants(product)).toHaveLength(2);
    expect(revokeCalls(product)).toEqual([]);
  });
});

describe("a second connection", () => {
  test("takes the first one's place: the old grant is revoked and its secret deleted", async () => {
    await browser.connected();
    const [old] = await product.secretNames();
    const view = await browser.connected("Ada Administrator", "u8311027");
    expect(view.account?.name).toBe("Fabrikam Support");
    expect(liveGrants(product)).toEqual([expect.objectContaining({ userid: "u8311027" })]);
    const names = await product.secretNames();
    expect(names).toHaveLength(1);
    expect(names).not.toContain(old);
    expect(await connectorOf(product)).toMatchObject({ status: "connected", account: { name: "Fabrikam Support" } });
  });

  test("is in use at once when TeamViewer cannot revoke the first; the timer finishes that", async () => {
    await browser.connected();
    product.around.teamviewer.addFault({ path: "/revoke$", status: 503, times: 0 });
    await browser.connected("Ada Administrator", "u8311027");
    expect(await connectorOf(product)).toMatchObject({ status: "connected", account: { name: "Fabrikam Support" } });
    expect(await product.secretNames()).toHaveLength(2);
    product.clearFaults();
    await product.runTimer("follow-sessions");
    expect(liveGrants(product)).toEqual([expect.objectContaining({ userid: "u8311027" })]);
    expect(await product.secretNames()).toHaveLength(1);
    expect((await product.audit("connector.")).at(-1)).toMatchObject({
      action: "connector.forget",
      reason: "out-of-use",
    });
  });
});

test("two administrators who confirm at once: both are answered, exactly one connection is in use, the other is gone", async () => {
  for (let round = 0; round < 5; round += 1) {
    await product.reset();
    const mine = await browser.waiting();
    const theirs = await browser.waiting(ROBOT, "u8311027");
    const other = connecting(product, () => second);
    const second = product.newProcess();
    const answers = await Promise.all([browser.confirmed(mine), other.confirmed(theirs, ROBOT)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await product.runTimer("follow-sessions");
    const { account } = await connectorOf(product);
    expect(answers.map((answer) => answer.json<ConnectorView>().account?.name)).toContain(account?.name);
    expect(liveGrants(product)).toHaveLength(1);
    expect(await product.secretNames()).toHaveLength(1);
    expect(await product.rows("connections")).toHaveLength(2);
  }
}, 20_000);

test("when the audit cannot be written nothing is confirmed", async () => {
  const consent = await browser.waiting();
  const storage = await startStorageProxy(product.around.storage);
  const process = product.newProcess({ AzureWebJobsStorage: storage.connectionString });
  storage.fail({ about: /\/audit\d/, behaviour: 403, times: 0 });
  const answer = await connecting(product, () => process).confirmed(consent);
  expect(answer.status).toBe(503);
  expect(answer.json()).toMatchObject({ code: "upstream-unavailable" });
  expect(await connectorOf(product)).toMatchObject({ status: "awaitingConfirmation" });
  storage.clear();
  expect((await connecting(product, () => process).confirmed(consent)).status).toBe(200);
  await storage.close();
});
