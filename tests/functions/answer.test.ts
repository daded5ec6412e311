import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { requesting } from "../requesting.ts";
import { type StorageProxy, startStorageProxy } from "../storage-proxy.ts";

let product: TestApp;
let agent: ReturnType<typeof requesting>;
let proxy: StorageProxy;
let behindProxy: AppProcess;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  await connecting(product).connected();
  proxy = await startStorageProxy(product.around.storage);
  behindProxy = product.newProcess({ AzureWebJobsStorage: proxy.connectionString });
});

afterEach(() => {
  product.clearFaults();
  proxy.clear();
});

afterAll(async () => {
  await proxy.close();
  await product.stop();
});

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const give = (link: string, answer: string, process: AppProcess = product.process()) =>
  process.request("POST", link, { body: `answer=${answer}`, headers: FORM });

/** Of a device whose owner has no language of their own: the browser's is spoken. */
async function asked() {
  const { userId } = agent.device("MAC-KIM");
  const session = await agent.open({ deviceId: agent.device("PHONE-ANA", { userId }).id });
  await agent.deliverAll();
  return { session, id: session.id, link: agent.linkOf(session.device.id) };
}

const answers = async (id: string) => (await agent.audited(id)).filter(({ action }) => /accept|decline/.test(action));
const lines = async (id: string) => (await agent.auditLines(id)).filter((line) => /accept|decline/.test(line));
const stateAtTeamViewer = (id: string) => agent.remotes(id).map(({ state }) => state);

describe("The user who accepts", () => {
  test("is led to TeamViewer, again and again, and the session says when", async () => {
    const { session, id, link } = await asked();
    product.clock.advance(5_000);
    const at = product.clock.now().toISOString();
    for (let count = 0; count < 3; count += 1) {
      const { status, headers } = await give(link, "accept");
      expect([status, headers.get("location")]).toEqual([303, session.endCustomerUrl]);
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      product.clock.advance(1_000);
    }
    expect(await agent.look(id)).toMatchObject({ state: "accepted", answeredAt: at });
    expect(await lines(id)).toEqual(["session.accept intent", "session.accept success"]);
  });

  test("stands in the audit as the user of the device", async () => {
    const { id, link, session } = await asked();
    await give(link, "accept");
    const userId = product.around.graph.devices().find((device) => device.id === session.device.id)?.userId;
    const actor = { id: userId, kind: "user" };
    expect((await answers(id)).map((entry) => entry.actor)).toEqual([actor, actor]);
  });

  test("10 times at the same moment accepts once", async () => {
    const { id, link, session } = await asked();
    const other = product.newProcess();
    const given = await Promise.all(
      Array.from({ length: 10 }, (_, index) => give(link, "accept", index % 2 ? other : product.process())),
    );
    expect(new Set(given.map(({ status, headers }) => `${status} ${headers.get("location")}`))).toEqual(
      new Set([`303 ${session.endCustomerUrl}`]),
    );
    expect((await lines(id)).filter((line) => line === "session.accept success")).toHaveLength(1);
    expect((await lines(id)).filter((line) => line.includes("refused"))).toEqual([]);
  });

  test("after joining is led on as well", async () => {
    const { id, link, session } = await asked();
    await give(link, "accept");
    await agent.atTeamViewer(session.code, "online", { online: true });
    await agent.follow();
    expect((await agent.look(id)).state).toBe("inProgress");
    expect((await give(link, "accept")).status).toBe(303);
    expect((await agent.look(id)).state).toBe("inProgress");
  });

  test("is not led anywhere when it cannot be audited", async () => {
    const { id, link } = await asked();
    proxy.fail({ about: /\/audit\d{6}/, behaviour: 403, times: 0 });
    const { status, headers, text } = await give(link, "accept", behindProxy);
    expect([status, headers.get("location"), headers.get("retry-after")]).toEqual([503, null, "30"]);
    expect(text).toMatch(/^<!doctype html>/);
    expect((await agent.look(id)).state).toBe("open");
  });
});

describe("The user who declines", () => {
  test("is told that nobody can connect, and the session ends here and at TeamViewer", async () => {
    const { id, link } = await asked();
    const { status, text, headers } = await give(link, "decline");
    expect([status, headers.get("location")]).toEqual([200, null]);
    expect(text).toContain("You declined");
    const at = product.clock.now().toISOString();
    expect(await agent.look(id)).toMatchObject({ state: "declined", answeredAt: at, closedAt: at });
    expect(stateAtTeamViewer(id)).toEqual(["Closed"]);
    expect(await lines(id)).toEqual(["session.decline intent", "session.decline success"]);
    expect((await give(link, "accept")).status).toBe(404);
    expect((await agent.look(id)).state).toBe("declined");
  });

  test("while TeamViewer fails ends the session here at once and there with the next follow-sessions", async () => {
    const { id, link, session } = await asked();
    product.around.teamviewer.addFault({ method: "PUT", path: session.code, status: 500 });
    expect((await give(link, "decline")).status).toBe(200);
    expect(stateAtTeamViewer(id)).toEqual(["Open"]);
    await agent.follow();
    expect(stateAtTeamViewer(id)).toEqual(["Closed"]);
    expect((await agent.look(id)).state).toBe("declined");
  });

  test("after accepting ends the session as well", async () => {
    const { id, link } = await asked();
    await give(link, "accept");
    expect((await give(link, "decline")).status).toBe(200);
    expect((await agent.look(id)).state).toBe("declined");
    expect(stateAtTeamViewer(id)).toEqual(["Closed"]);
  });

  test("and accepts at the same moment gets one of the two, never both", async () => {
    const { id, link } = await asked();
    const [accepted, declined] = await Promise.all([give(link, "accept"), give(link, "decline")]);
    const { state } = await agent.look(id);
    expect(state).toBe("declined");
    expect(declined?.status).toBe(200);
    expect([303, 404]).toContain(accepted?.status);
    expect(stateAtTeamViewer(id)).toEqual(["Closed"]);
  });
});

describe("The user who did not ask for help", () => {
  test("is thanked and told that IT knows; the session ends as if declined and says why", async () => {
    const { id, link } = await asked();
    const { status, text } = await give(link, "not-requested");
    expect([status, text]).toEqual([200, expect.stringContaining("<h1>Thank you for telling us</h1>")]);
    expect(text).toContain("Your IT support is told that you did not ask for it.");
    const at = product.clock.now().toISOString();
    expect(await agent.look(id)).toMatchObject({
      state: "declined",
      declineReason: "not-requested",
      answeredAt: at,
      closedAt: at,
    });
    expect(stateAtTeamViewer(id)).toEqual(["Closed"]);
    expect((await answers(id)).map(({ action, phase, reason }) => [action, phase, reason])).toEqual([
      ["session.decline", "intent", undefined],
      ["session.decline", "outcome", "not-requested"],
    ]);
    expect((await give(link, "accept")).status).toBe(404);
  });

  test("reads so in their own language", async () => {
    const { link } = await asked();
    const headers = { ...FORM, "accept-language": "ar-EG" };
    const { text } = await product.request("POST", link, { body: "answer=not-requested", headers });
    expect(text).toContain('<html lang="ar" dir="rtl">');
    expect(text).toContain("شكرًا لإبلاغنا");
  });
});

describe("An answer that is none", () => {
  test.each(["answer=maybe", "", "accept", "answer=", "ANSWER=accept", "answer=notRequested"])(
    "such as %j is refused and changes nothing",
    async (body) => {
      const { id, link } = await asked();
      const headers = { ...FORM, "accept-language": "sv" };
      const { status, text } = await product.request("POST", link, { body, headers });
      expect([status, text]).toEqual([400, expect.stringContaining("<h1>Det fungerade inte</h1>")]);
      expect((await agent.look(id)).state).toBe("open");
      expect(await lines(id)).toEqual([]);
    },
  );

  test("of more than any form needs is refused", async () => {
    const { link } = await asked();
    const { status } = await product.request("POST", link, { body: `answer=${"x".repeat(65_536)}`, headers: FORM });
    expect(status).toBe(413);
  });
});
