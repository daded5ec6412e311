import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Answer, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { must, requesting } from "../requesting.ts";

let product: TestApp;
let agent: ReturnType<typeof requesting>;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  await connecting(product).connected();
});

beforeEach(() => product.clock.advance(60_000));

afterAll(() => product.stop());

/** How many calls reached anything outside. */
const callsOutside = () => {
  const { teamviewer, graph, vault, identity, storage } = product.around;
  const journals = [teamviewer.journal, graph.journal, vault.journal, identity.journal, storage.journal.calls];
  return journals.reduce((total, journal) => total + journal.length, 0);
};

const inShort = ({ status, headers, json }: Answer) => [status, json().code, headers.get("retry-after")];

/** Uses up what Bruno may start in a minute, on a device that is not there, so that it is quick. */
async function useUpStarts() {
  const nowhere = { deviceId: randomUUID() };
  const answers = await Promise.all(Array.from({ length: 60 }, () => agent.ask(nowhere)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
}

describe("The 61st session that an agent requests within a minute", () => {
  test("is refused before anything is asked or written", async () => {
    await useUpStarts();
    const before = callsOutside();
    expect(inShort(await agent.ask({ deviceId: agent.device().id }))).toEqual([429, "too-many-requests", "60"]);
    expect(callsOutside()).toBe(before);
  });

  test("passes a minute later, for a colleague at once, and other calls pass as ever", async () => {
    await useUpStarts();
    const { id: deviceId } = agent.device();
    expect((await agent.ask({ deviceId })).status).toBe(429);
    expect((await agent.ask({ deviceId }, { as: "Chiara Agent" })).status).toBe(201);
    expect((await agent.call("GET", "/api/sessions")).status).toBe(200);
    product.clock.advance(60_000);
    expect((await agent.ask({ deviceId })).status).toBe(201);
  });

  test("that is one of the 60 again gets its session", async () => {
    const [{ id: deviceId }, key] = [agent.device(), randomUUID()];
    const first = await agent.ask({ deviceId }, { key });
    const nowhere = { deviceId: randomUUID() };
    await Promise.all(Array.from({ length: 59 }, () => agent.ask(nowhere)));
    const again = await agent.ask({ deviceId }, { key });
    expect([again.status, again.json().id]).toEqual([201, first.json().id]);
    expect((await agent.ask({ deviceId })).status).toBe(429);
  });
});

test("the 601st other call within a minute is refused before anything is asked, with the same answer on every route", async () => {
  const call = () => agent.call("GET", "/api/sessions?state=nonsense");
  const answers = await Promise.all(Array.from({ length: 600 }, call));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
  const before = callsOutside();
  const refused = [await call(), await agent.call("GET", "/api/devices"), await agent.call("GET", "/api/connector")];
  expect(refused.map(inShort)).toEqual(Array(3).fill([429, "too-many-requests", "60"]));
  expect(callsOutside()).toBe(before);
  expect(product.logs.filter((line) => line.includes("too-many-requests")).length).toBeGreaterThan(0);
});

test("health, the document and the pages are not counted", async () => {
  const token = await product.tokenFor("Dev Auditor");
  const process = product.newProcess();
  const counted: string[] = [];
  Object.assign(process.app, { admit: ({ id }: { id: string }) => void counted.push(id) });
  const paths = [
    "/api/openapi.json",
    "/api/reference",
    "/api/health",
    "/h/x",
    "/api/connector/start?ticket=x",
    "/api/connector/callback",
  ];
  for (const path of paths) expect((await process.request("GET", path, { token })).status).not.toBe(429);
  expect(counted).toEqual([]);
  await process.request("GET", "/api/connector", { token });
  expect(counted).toHaveLength(1);
});

test("a caller without the role is told so, and counts for nothing", async () => {
  const asked = Array.from({ length: 70 }, () => agent.ask({ deviceId: randomUUID() }, { as: "Dev Auditor" }));
  expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([403]));
});

test("a request that no limit concerns costs no call more than without limits", async () => {
  const { graph, teamviewer, vault, storage } = product.around;
  must(await agent.ask({ deviceId: agent.device().id }), 201);
  for (const standIn of [graph, teamviewer, vault]) standIn.journal.splice(0);
  storage.journal.calls.splice(0);
  must(await agent.ask({ deviceId: agent.device().id }), 201);
  const count = (service: string) => storage.journal.calls.filter((call) => call.service === service).length;
  const calls = [graph, teamviewer, vault].map(({ journal }) => journal.length);
  expect([...calls, count("table"), count("queue")]).toEqual([1, 1, 0, 6, 1]);
});

describe("A device that was notified ten times within the hour", () => {
  const upstream = () => product.around.graph.journal.length + product.around.teamviewer.journal.length;
  const rowsOf = async (deviceId: string) =>
    (await product.rows("sessions")).filter((row) => JSON.stringify(row).includes(deviceId)).length;

  async function notifiedTenTimes() {
    const [{ id: deviceId }, key] = [agent.device(), randomUUID()];
    const session = (await agent.ask({ deviceId }, { key })).json<{ id: string }>();
    for (let count = 1; count <= 10; count += 1) {
      await agent.deliverAll();
      if (count < 10) await agent.call("POST", `/api/sessions/${session.id}/notifications`);
    }
    expect(agent.sentTo(deviceId)).toHaveLength(10);
    return { deviceId, key, sessionId: session.id };
  }

  test("is known to the process that refused once: the next one asks neither Intune nor TeamViewer", async () => {
    const { deviceId, sessionId } = await notifiedTenTimes();
    expect((await agent.ask({ deviceId })).status).toBe(429);
    const [calls, rows] = [upstream(), await rowsOf(deviceId)];
    const refused = await agent.ask({ deviceId });
    expect(inShort(refused)).toEqual([429, "too-many-notifications", "3600"]);
    const again = await agent.call("POST", `/api/sessions/${sessionId}/notifications`);
    expect(inShort(again)).toEqual([429, "too-many-notifications", "3600"]);
    expect([upstream(), await rowsOf(deviceId)]).toEqual([calls, rows]);
    const lines = await agent.auditLines();
    expect(lines.slice(-4)).toEqual([
      "session.request intent",
      "session.request refused too-many-notifications",
      "notification.request intent",
      "notification.request refused too-many-notifications",
    ]);
  });

  test("still gives the session of the same request, one without a notification, and all of it when the hour is over", async () => {
    const { deviceId, key, sessionId } = await notifiedTenTimes();
    expect((await agent.ask({ deviceId })).status).toBe(429);
    const same = await agent.ask({ deviceId }, { key });
    expect([same.status, same.json().id]).toEqual([201, sessionId]);
    expect((await agent.ask({ deviceId, notify: false })).status).toBe(201);
    product.clock.advance(3_599_000);
    expect(inShort(await agent.ask({ deviceId }))).toEqual([429, "too-many-notifications", "1"]);
    product.clock.advance(1_000);
    expect((await agent.ask({ deviceId })).status).toBe(201);
  });
});
