import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { ReportRow } from "../../lib/sessions/report-row.ts";
import { eventOfEntry, webhookEventSchema } from "../../lib/webhooks/event.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { must, requesting } from "../requesting.ts";

const BRUNO = "u7254191";
const REPORT = /\/reports\/connections$/;
const READER = "Dev Auditor";

let product: TestApp;
let agent: ReturnType<typeof requesting>;

beforeAll(async () => {
  product = await startTestApp();
});
beforeEach(async () => {
  await product.reset();
  agent = requesting(product);
  await connecting(product).connected();
});
afterAll(() => product.stop());

type Page = { value: ReportRow[]; nextPage?: string; incomplete?: string };

const later = (minutes: number) => new Date(product.clock.now().getTime() + minutes * 60_000).toISOString();
const closed = async () => {
  const session = await agent.open();
  await agent.call("POST", `/api/sessions/${session.id}/close`);
  return session;
};
/** TeamViewer saw a connection: of a session if one is named. */
const connected = (minutes: number, userid: string, session_code?: string) =>
  product.around.teamviewer.addConnection({
    userid,
    start_date: later(-minutes),
    end_date: later(0),
    ...(session_code ? { session_code } : { devicename: "=PC-9" }),
  });
const report = async (query = ""): Promise<Page> =>
  must(await agent.call("GET", `/api/reports/sessions${query}`, { as: READER }), 200).json<Page>();
const reportedLines = async (id: string) =>
  (await agent.auditLines(id)).filter((line) => line.startsWith("session.report"));
const looks = async () =>
  (await product.rows("sessions")).map(({ rowKey }) => String(rowKey)).filter((key) => key.startsWith("report~"));
const assigned = (id: string) => agent.remotes(id).map(({ assigned_userid }) => assigned_userid);

describe("What TeamViewer reports of a session", () => {
  test("is joined to it two minutes after its end, audited once, and told in the report", async () => {
    const session = await closed();
    connected(34, BRUNO, session.code);
    await agent.follow(1);
    expect(await agent.look(session.id)).not.toHaveProperty("connections");
    await agent.follow(1);
    await agent.follow(1);
    expect((await agent.look(session.id)).connections).toEqual([expect.objectContaining({ minutes: 34 })]);
    expect(await reportedLines(session.id)).toEqual(["session.report success 1 connection, 34 minutes"]);
    const { value } = await report();
    expect(value).toEqual([
      expect.objectContaining({
        id: session.id,
        state: "closed",
        minutes: 34,
        connections: 1,
        teamviewerUser: { id: BRUNO, name: "Bruno Agent" },
      }),
    ]);
    expect(JSON.stringify([await product.rows("sessions"), product.logs])).not.toContain("Bruno");
  });

  test("is nothing a day later: then nobody ever joined, and no look is left", async () => {
    const declined = await agent.open();
    await agent.deliverAll();
    await product.request("POST", agent.linkOf(declined.device.id), {
      body: "answer=decline",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(await looks()).toEqual([expect.stringContaining(declined.id)]);
    for (const minutes of [2, 8, 20, 90, 360, 16 * 60]) await agent.follow(minutes);
    expect((await agent.look(declined.id)).connections).toEqual([]);
    expect(await reportedLines(declined.id)).toEqual(["session.report success never-joined"]);
    expect(await looks()).toEqual([]);
    expect((await report()).value).toMatchObject([{ id: declined.id, state: "declined", neverJoined: true }]);
    expect(agent.callsTo(REPORT, "GET").filter(({ query }) => query.session_code)).toHaveLength(6);
  });

  test("is told to webhooks as session.reported, by the audit entry's own id", async () => {
    const session = await closed();
    connected(5, BRUNO, session.code);
    await agent.follow(2);
    const [entry] = (await agent.audited(session.id)).filter(({ action }) => action === "session.report");
    const event = entry && eventOfEntry(entry);
    expect(webhookEventSchema.parse(event)).toMatchObject({
      id: entry?.id,
      type: "session.reported",
      sessionId: session.id,
      reason: "1 connection, 5 minutes",
    });
  });

  test("waits while the grant may not see it; health says what is missing, and all else goes on", async () => {
    product.around.teamviewer.setRights({ reports: "no-permission" });
    const session = await closed();
    connected(5, BRUNO, session.code);
    for (let minute = 0; minute < 10; minute += 1) await agent.follow(2);
    expect(agent.callsTo(REPORT, "GET")).toHaveLength(1);
    const health = must(await agent.call("GET", "/api/health", { as: READER }), 200).json<{
      dependencies: Record<string, { status: string; detail?: string }>;
    }>();
    expect(health.dependencies.reports?.detail).toContain("view connection entries");
    expect((await report()).incomplete).toContain("view connection entries");
    product.around.teamviewer.setRights({ reports: "granted" });
    await agent.follow(60);
    expect((await agent.look(session.id)).connections).toHaveLength(1);
  });
});

describe("The report", () => {
  test("shows a connection that nobody requested here, in pages and as CSV", async () => {
    const session = await closed();
    connected(7, "u7254190");
    const first = await report("?top=1");
    expect(first.value).toMatchObject([{ id: session.id }]);
    const second = await report(`?top=1&page=${first.nextPage}`);
    expect(second).toEqual({
      value: [expect.objectContaining({ unrequested: true, minutes: 7, device: { name: "=PC-9" } })],
    });
    const csv = must(await agent.call("GET", "/api/reports/sessions?format=csv", { as: READER }), 200);
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [head, ...lines] = csv.text.trimEnd().split("\r\n");
    expect(head).toMatch(/^id,state,requestedBy,.*,neverJoined,unrequested$/);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(new RegExp(`^${session.id},closed,`));
    expect(lines[1]).toMatch(/,'=PC-9,.*,7,u7254190,Contoso IT,,true$/);
  });

  test("is refused to agents, and for times that are none", async () => {
    expect((await agent.call("GET", "/api/reports/sessions")).status).toBe(403);
    for (const query of ["?from=yesterday", "?format=xml", "?page=x", "?until=2026-01-01"])
      expect((await agent.call("GET", `/api/reports/sessions${query}`, { as: READER })).status).toBe(400);
  });

  test("as CSV says in a header that something is missing", async () => {
    product.around.teamviewer.setRights({ reports: "no-licence" });
    const session = await closed();
    const csv = must(await agent.call("GET", "/api/reports/sessions?format=csv", { as: READER }), 200);
    expect(csv.headers.get("x-incomplete")).toContain("licence");
    expect(csv.text).toContain(session.id);
  });
});

describe("At TeamViewer a session", () => {
  test("is the agent's own, looked up once", async () => {
    const sessions = [await agent.open(), await agent.open()];
    expect(sessions.map(({ id }) => assigned(id))).toEqual([[BRUNO], [BRUNO]]);
    expect(agent.callsTo(/\/users$/, "GET")).toHaveLength(1);
  });

  test("is the connected account's where the agent is nobody there, or users cannot be seen", async () => {
    const [chiara] = [await agent.open({}, { as: "Chiara Agent" })];
    product.around.teamviewer.setRights({ users: "no-permission" });
    const process = product.newProcess();
    const [first, second] = [await agent.open({}, { process }), await agent.open({}, { process })];
    for (const session of [chiara, first, second]) expect(session && assigned(session.id)).toEqual(["u7254190"]);
    expect(agent.callsTo(/\/users$/, "GET")).toHaveLength(2);
  });

  test("of an application costs no look-up", async () => {
    await agent.open({}, { as: "Ticket system" });
    expect(agent.callsTo(/\/users$/, "GET")).toEqual([]);
  });

  test("does not wait for a look-up that hangs, nor fail with it", async () => {
    product.around.teamviewer.addFault({ method: "GET", path: "/users", behaviour: "hang", times: 0 });
    const startedMs = performance.now();
    const session = await agent.open({}, { process: product.newProcess() });
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    expect(assigned(session.id)).toEqual(["u7254190"]);
    product.clearFaults();
  });
});
