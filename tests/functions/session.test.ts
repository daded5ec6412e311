import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { sessionViewSchema } from "../../lib/sessions/session.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { requesting } from "../requesting.ts";

let product: TestApp;
let agent: ReturnType<typeof requesting>;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  await connecting(product).connected();
});

afterEach(() => product.clearFaults());
afterAll(() => product.stop());

describe("One session", () => {
  test("is shown with its supporter link to the one who asked for it, without to everybody else", async () => {
    const session = await agent.open();
    expect(sessionViewSchema.parse(await agent.look(session.id))).toEqual(session);
    const { supporterUrl = "", ...rest } = session;
    for (const as of ["Chiara Agent", "Ticket system", "Dev Auditor", "Log collector", "Ada Administrator"]) {
      const seen = await agent.look(session.id, { as });
      expect(seen).toEqual(rest);
    }
    expect(supporterUrl).toMatch(/^http/);
  });

  test("keeps its link to somebody who may only read, if it is theirs", async () => {
    const session = await agent.open({}, { as: "Everything robot" });
    expect((await agent.look(session.id, { as: "Everything robot" })).supporterUrl).toBe(session.supporterUrl);
  });

  test("gets its link from TeamViewer again in another process, and at most once a minute", async () => {
    const session = await agent.open();
    const other = product.newProcess();
    const calls = () => agent.callsTo(new RegExp(session.code), "GET").length;
    for (let count = 0; count < 5; count += 1) {
      expect((await agent.look(session.id, { process: other })).supporterUrl).toBe(session.supporterUrl);
    }
    expect(calls()).toBe(1);
    product.clock.advance(60_000);
    await agent.look(session.id, { process: other });
    expect(calls()).toBe(2);
  });

  test("is shown without its link while TeamViewer cannot be asked, and when TeamViewer's link leads elsewhere", async () => {
    const session = await agent.open();
    const { supporterUrl: _, ...rest } = session;
    const { teamviewer } = product.around;
    teamviewer.addFault({ method: "GET", path: session.code, status: 500 });
    expect(await agent.look(session.id, { process: product.newProcess() })).toEqual(rest);
    const links = { end_customer_link: session.endCustomerUrl, supporter_link: "https://evil.example/" };
    teamviewer.addFault({ method: "GET", path: session.code, status: 200, body: { code: session.code, ...links } });
    expect(await agent.look(session.id, { process: product.newProcess() })).toEqual(rest);
  });

  test("shows no link once it is over", async () => {
    const session = await agent.open();
    await agent.call("POST", `/api/sessions/${session.id}/close`);
    const seen = await agent.look(session.id);
    expect(seen).toMatchObject({ state: "closed", closedAt: product.clock.now().toISOString() });
    expect(seen.supporterUrl).toBeUndefined();
  });

  test.each(["0".repeat(32), "0".repeat(31), "F".repeat(32), "x", "..%2F..%2Fapi", "new~0", "%E0%A4%A"])(
    "that does not exist is not found: %s",
    async (id) => {
      const answer = await agent.call("GET", `/api/sessions/${id}`);
      expect([answer.status, answer.json().code]).toEqual(
        id === "%E0%A4%A" ? [400, "invalid-request"] : [404, "session-not-found"],
      );
    },
  );
});

describe("A supporter link", () => {
  test("stands in no table, queue, log line or notification, nor does any token or code", async () => {
    const session = await agent.open({ reason: "secret-free" });
    const other = product.newProcess();
    await agent.look(session.id, { process: other });
    product.around.teamviewer.addFault({ path: session.code, status: 500 });
    await agent.look(session.id, { process: product.newProcess() });
    const queued = (await agent.messages()).map(({ text }) => text);
    await other.deliver("notify", { v: 1, sessionId: session.id, number: 1, attempt: 1, notAfter: session.expiresAt });
    await agent.call("POST", `/api/sessions/${session.id}/close`);
    await agent.follow(2);

    const month = product.clock.now().toISOString().slice(0, 7).replace("-", "");
    const tables = ["sessions", "notifications", "connections", "consents", `audit${month}`];
    const stored = (await Promise.all(tables.map((table) => product.rows(table)))).flat();
    const notifications = agent.sentTo(session.device.id);
    expect(notifications).toHaveLength(1);
    const everything = JSON.stringify([stored, queued, product.logs, notifications]);
    expect(stored.length).toBeGreaterThan(10);
    expect(product.logs.length).toBeGreaterThan(0);

    const { supporterUrl = "" } = session;
    const secret = supporterUrl.split("-").at(-1) ?? "";
    expect(secret.length).toBeGreaterThan(8);
    expect(everything).not.toContain(secret);
    for (const { headers } of product.around.teamviewer.journal) {
      const token = headers.authorization?.replace(/^Bearer /i, "");
      if (token) expect(everything).not.toContain(token);
    }
  });

  test("and the names of people and devices stand in no audit entry and no log line", async () => {
    const session = await agent.open({ reason: "My very own reason", ticket: "INC-77" });
    await agent.call("POST", `/api/sessions/${session.id}/close`);
    const told = JSON.stringify([await agent.audited(), product.logs]);
    const names = [session.code, session.endCustomerUrl, "PHONE-ANA", "Ana Duval", "My very own reason", "INC-77"];
    for (const text of names) expect(told).not.toContain(text);
    expect(told).not.toContain("Contoso");
  });
});
