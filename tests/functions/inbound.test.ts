import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Webhook as SvixWebhook } from "svix";
import type { SessionView } from "../../lib/sessions/session.ts";
import { type Answer, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { must, requesting } from "../requesting.ts";
import { sending, signedHeaders } from "../sending.ts";

let product: TestApp;
let agent: ReturnType<typeof requesting>;
let inbound: ReturnType<typeof sending>;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  inbound = sending(product);
});

beforeEach(() => product.reset());

afterAll(() => product.stop());

const connect = () => connecting(product).connected();
const codeOf = (answer: Answer) => `${answer.status} ${answer.json<{ code: string }>().code}`;
const detailOf = (answer: Answer) => answer.json<{ detail: string }>().detail;
const closedOf = (answer: Answer) => must(answer, 200).json<SessionView>();

describe("A source that signs its messages", () => {
  test("requests a session as itself, and is not given the supporter link", async () => {
    await connect();
    const source = await inbound.create();
    const device = agent.device();
    const answer = must(
      await inbound.send(source, { action: "request", deviceId: device.id, reason: "Mail", ticket: "INC1" }),
      201,
    );
    const session = answer.json<SessionView>();
    expect(session).toMatchObject({
      state: "open",
      device: { id: device.id },
      requestedBy: source.id,
      reason: "Mail",
      ticket: "INC1",
      notification: { state: "queued" },
    });
    expect(session).not.toHaveProperty("supporterUrl");
    expect(answer.headers.get("location")).toBe(`/api/sessions/${session.id}`);
    expect((await agent.audited(session.id)).map(({ actor, action, phase }) => [actor, action, phase])).toEqual([
      [{ id: source.id, kind: "application" }, "session.request", "intent"],
      [{ id: source.id, kind: "application" }, "session.request", "outcome"],
    ]);
    expect(await agent.messagesOf(session.id)).toHaveLength(1);
  });

  test("is given the supporter link where it has the right to it", async () => {
    await connect();
    const source = await inbound.create({ rights: ["request", "supporter-link"] });
    const message = { deviceId: agent.device().id, notify: false };
    const first = await inbound.request(source, message, { id: "msg-1" });
    expect(first.supporterUrl).toMatch(/^http/);
    expect((await inbound.request(source, message, { id: "msg-1" })).supporterUrl).toBe(first.supporterUrl);
  });

  test("names a device by its serial number or its name, in any letters", async () => {
    await connect();
    const source = await inbound.create();
    const device = agent.device("PHONE-ANA", { deviceName: "Phone-Inbound", serialNumber: "SN-Inbound-1" });
    const byName = await inbound.request(source, { deviceName: "PHONE-INBOUND", notify: false });
    const bySerial = await inbound.request(source, { serialNumber: "sn-inbound-1", notify: false });
    expect([byName.device.id, bySerial.device.id]).toEqual([device.id, device.id]);
  });

  test("learns how many devices have a name when it is not one", async () => {
    await connect();
    const source = await inbound.create();
    for (const _ of [1, 2, 3]) agent.device("PHONE-ANA", { deviceName: "TWIN", serialNumber: "TWIN-SN" });
    const before = product.around.teamviewer.sessions().length;
    const ambiguous = await inbound.send(source, { action: "request", deviceName: "TWIN" });
    expect([codeOf(ambiguous), detailOf(ambiguous)]).toEqual([
      "409 device-ambiguous",
      expect.stringContaining("3 have this name"),
    ]);
    const sameSerial = await inbound.send(source, { action: "request", serialNumber: "TWIN-SN" });
    expect(codeOf(sameSerial)).toBe("409 device-ambiguous");
    const nothing = await inbound.send(source, { action: "request", deviceName: "TWI" });
    expect([codeOf(nothing), detailOf(nothing)]).toEqual([
      "404 device-not-found",
      expect.stringContaining("0 have exactly this name"),
    ]);
    expect(product.around.teamviewer.sessions()).toHaveLength(before);
  });

  test("closes a session that it requested, and again, with one call to TeamViewer", async () => {
    await connect();
    const source = await inbound.create();
    const { id } = await inbound.request(source, { deviceId: agent.device().id, notify: false });
    for (const _ of [1, 2]) {
      const closed = closedOf(await inbound.send(source, { action: "close", sessionId: id }));
      expect([closed.id, closed.state]).toEqual([id, "closed"]);
    }
    expect(agent.callsTo(/^\/api\/v1\/sessions\//, "PUT").length).toBeLessThan(2);
    expect((await agent.auditLines(id)).slice(-2)).toEqual(["session.close intent", "session.close success"]);
  });

  test("closes by a ticket every session of it that is not over, and answers the newest", async () => {
    await connect();
    const source = await inbound.create();
    const of = (ticket: string) => inbound.request(source, { deviceId: agent.device().id, notify: false, ticket });
    const first = await of("INC 1/ä#?");
    product.clock.advance(1000);
    const second = await of("INC 1/ä#?");
    const other = await of("INC 2");
    const closed = closedOf(await inbound.send(source, { action: "close", ticket: "INC 1/ä#?" }));
    expect([closed.id, closed.state]).toEqual([second.id, "closed"]);
    expect([(await agent.look(first.id)).state, (await agent.look(other.id)).state]).toEqual(["closed", "open"]);
    // When all are over it is told of the newest.
    expect(closedOf(await inbound.send(source, { action: "close", ticket: "INC 1/ä#?" })).id).toBe(second.id);
    expect(codeOf(await inbound.send(source, { action: "close", ticket: "INC 3" }))).toBe("404 session-not-found");
  });

  test("that sends an old close again does not close what was requested since", async () => {
    await connect();
    const source = await inbound.create();
    const of = () => inbound.request(source, { deviceId: agent.device().id, notify: false, ticket: "INC1" });
    const first = await of();
    const close = { action: "close", ticket: "INC1" };
    expect(closedOf(await inbound.send(source, close, { id: "close-1" })).id).toBe(first.id);
    const second = await of();
    expect(closedOf(await inbound.send(source, close, { id: "close-1" })).id).toBe(first.id);
    expect((await agent.look(second.id)).state).toBe("open");
  });

  test("gives a session a ticket, which is audited; the same one again changes nothing", async () => {
    await connect();
    const source = await inbound.create();
    const { id } = await inbound.request(source, { deviceId: agent.device().id, notify: false, ticket: "INC1" });
    for (const _ of [1, 2]) {
      const given = must(await inbound.send(source, { action: "ticket", sessionId: id, ticket: "INC2" }), 200);
      expect(given.json<SessionView>()).toMatchObject({ id, state: "open", ticket: "INC2" });
    }
    expect((await agent.look(id)).ticket).toBe("INC2");
    expect((await agent.auditLines(id)).slice(2)).toEqual(["session.ticket intent", "session.ticket success"]);
    expect(codeOf(await inbound.send(source, { action: "close", ticket: "INC1" }))).toBe("404 session-not-found");
    expect(closedOf(await inbound.send(source, { action: "close", ticket: "INC2" })).state).toBe("closed");
    must(await inbound.send(source, { action: "ticket", sessionId: id, ticket: "INC3" }), 200);
  });

  test("that sends an old ticket again does not undo a newer one", async () => {
    await connect();
    const source = await inbound.create();
    const { id } = await inbound.request(source, { deviceId: agent.device().id, notify: false });
    const ticket = (number: number) =>
      inbound.send(source, { action: "ticket", sessionId: id, ticket: `INC${number}` }, { id: `ticket-${number}` });
    for (const number of [1, 2, 1]) must(await ticket(number), 200);
    expect((await agent.look(id)).ticket).toBe("INC2");
  });

  test("does not reach sessions of others unless it may", async () => {
    await connect();
    const source = await inbound.create();
    const mighty = await inbound.create({ name: "mighty", rights: ["close", "ticket", "any-session"] });
    const { id } = await agent.open({ notify: false });
    const messages = [
      { action: "ticket", sessionId: id, ticket: "INC1" },
      { action: "close", ticket: "INC1" },
      { action: "close", sessionId: id },
    ];
    for (const message of messages) expect(codeOf(await inbound.send(source, message))).toBe("404 session-not-found");
    expect((await agent.look(id)).state).toBe("open");
    for (const message of messages) must(await inbound.send(mighty, message), 200);
    expect(await agent.look(id)).toMatchObject({ state: "closed", ticket: "INC1" });
  });

  test("that svix signs for is known, too", async () => {
    await connect();
    const source = await inbound.create();
    const body = JSON.stringify({ action: "request", deviceId: agent.device().id, notify: false });
    const at = product.clock.now();
    const headers = {
      ...signedHeaders(source.secret, "msg_1", at, body),
      "webhook-signature": new SvixWebhook(source.secret).sign("msg_1", at, body),
    };
    must(await inbound.post("tickets", body, headers), 201);
  });

  test("is named by its id, as people and devices are", async () => {
    const source = await inbound.create();
    const token = await product.tokenFor("Dev Auditor");
    const answer = await product.request("GET", `/api/names?ids=${source.id}`, { token });
    expect(answer.json()).toEqual({ value: [{ id: source.id, kind: "application", name: "tickets" }] });
  });

  test("is limited as an application is, and by itself", async () => {
    const [source, other] = [await inbound.create(), await inbound.create({ name: "other" })];
    const process = product.process();
    for (let count = 0; count < 3_600; count += 1)
      process.app.admit({ id: source.id, kind: "application", clientId: "inbound", roles: [] });
    const refused = await inbound.send(source, { action: "close", ticket: "INC1" });
    expect([codeOf(refused), refused.headers.get("retry-after")]).toEqual(["429 too-many-requests", "60"]);
    expect(codeOf(await inbound.send(other, { action: "close", ticket: "INC1" }))).toBe("404 session-not-found");
  });
});

describe("The webhook-id", () => {
  test("makes one session of a message, however often it comes and wherever", async () => {
    await connect();
    const source = await inbound.create();
    const message = { action: "request", deviceId: agent.device().id, notify: true };
    const answers: Answer[] = [];
    for (const process of [product.process(), product.process(), product.newProcess()])
      answers.push(await inbound.send(source, message, { id: "msg-1", process }));
    const [first, ...others] = answers.map((answer) => must(answer, 201).json<SessionView>());
    for (const other of others) expect(other).toEqual(first);
    expect(agent.remotes(first?.id ?? "")).toHaveLength(1);
    expect(await agent.messagesOf(first?.id ?? "")).toHaveLength(1);
  });

  test("makes one session of a message that comes ten times at once to two processes", async () => {
    await connect();
    const source = await inbound.create();
    const message = { action: "request", deviceId: agent.device().id, notify: true };
    const [one, two] = [product.newProcess(), product.newProcess()];
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        inbound.send(source, message, { id: "msg-1", process: index % 2 ? one : two }),
      ),
    );
    const made = answers.filter(({ status }) => status === 201).map((answer) => answer.json<SessionView>().id);
    expect(new Set(made).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 201))
      expect(codeOf(answer)).toBe("409 request-in-progress");
    expect(agent.remotes(made[0] ?? "")).toHaveLength(1);
  });

  test("of another body is refused, whatever that asks for", async () => {
    await connect();
    const source = await inbound.create();
    const message = { action: "request", deviceId: agent.device().id, notify: false };
    const { id } = await inbound.request(source, message, { id: "msg-1" });
    for (const other of [{ ...message, reason: "More" }, { action: "close", sessionId: id }, "not JSON"])
      expect(codeOf(await inbound.send(source, other, { id: "msg-1" }))).toBe("422 idempotency-key-reused");
    expect(agent.remotes(id)).toHaveLength(1);
    expect((await agent.look(id)).state).toBe("open");
  });

  test("belongs to one source: another may use the same", async () => {
    await connect();
    const [source, other] = [await inbound.create(), await inbound.create({ name: "other" })];
    const first = await inbound.request(source, { deviceId: agent.device().id, notify: false }, { id: "msg-1" });
    const second = await inbound.request(other, { deviceId: agent.device().id, notify: false }, { id: "msg-1" });
    expect(second.id).not.toBe(first.id);
  });

  test("names the same device again, even when another one has its name by then", async () => {
    await connect();
    const source = await inbound.create();
    agent.device("PHONE-ANA", { deviceName: "ONLY-ONE" });
    const message = { deviceName: "ONLY-ONE", notify: false };
    const first = await inbound.request(source, message, { id: "msg-1" });
    agent.device("PHONE-ANA", { deviceName: "ONLY-ONE" });
    expect((await inbound.request(source, message, { id: "msg-1" })).id).toBe(first.id);
  });

  test("is kept for seven days, and then forgotten by the hourly timer", async () => {
    await connect();
    const source = await inbound.create();
    const message = { deviceId: agent.device().id, notify: false, ticket: "INC1" };
    await inbound.request(source, message, { id: "msg-1" });
    const kinds = async () => (await product.rows("inbound")).map(({ rowKey }) => String(rowKey).split("~")[0]).sort();
    product.clock.advance(7 * 86_400_000 - 1000);
    await product.runTimer("keep-connected");
    expect(await kinds()).toEqual(["message", "ticket", "tickets"]);
    product.clock.advance(2000);
    await product.runTimer("keep-connected");
    expect(await kinds()).toEqual(["ticket", "tickets"]);
    product.clock.advance(90 * 86_400_000);
    await product.runTimer("keep-connected");
    expect(await kinds()).toEqual(["tickets"]);
  });
});

describe("What is refused", () => {
  const message = { action: "close", ticket: "INC1" };

  test("answers the same for an unknown source and a wrong signature, and asks nothing of anybody", async () => {
    const source = await inbound.create();
    const answers = [
      await inbound.send({ ...source, name: "nobody" }, message),
      await inbound.send({ ...source, secret: `whsec_${Buffer.alloc(32).toString("base64")}` }, message),
      await inbound.send({ name: "nobody", secret: `whsec_${Buffer.alloc(32).toString("base64")}` }, message),
    ];
    const seen = answers.map(({ status, headers, json }) => {
      const { instance: _, ...problem } = json();
      return [status, problem, [...headers].filter(([name]) => name !== "x")];
    });
    expect(seen[0]?.[0]).toBe(401);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    expect(answers.map((answer) => answer.headers.get("www-authenticate"))).toEqual(
      answers.map(() => "Webhook-Signature"),
    );
    expect(product.around.graph.journal).toEqual([]);
  });

  test.each([
    ["no webhook-id", { "webhook-id": "" }],
    ["a webhook-id with a space", { "webhook-id": "a b" }],
    ["no webhook-timestamp", { "webhook-timestamp": "" }],
    ["a webhook-timestamp in words", { "webhook-timestamp": "now" }],
    ["a webhook-timestamp in milliseconds", { "webhook-timestamp": String(Date.now()) }],
    ["no webhook-signature", { "webhook-signature": "" }],
    ["a signature of another version", { "webhook-signature": "v2,AAAA" }],
    ["an Entra token instead", { "webhook-signature": "", authorization: "Bearer x" }],
  ])("%s", async (_what, headers) => {
    const source = await inbound.create();
    expect(codeOf(await inbound.send(source, message, { headers }))).toBe("401 unauthenticated");
  });

  test.each([
    [300, "404 session-not-found"],
    [-300, "404 session-not-found"],
    [301, "401 unauthenticated"],
    [-301, "401 unauthenticated"],
  ])("a clock that is %d s ahead: %s", async (aheadSeconds, code) => {
    const source = await inbound.create();
    expect(codeOf(await inbound.send(source, message, { aheadSeconds }))).toBe(code);
  });

  test("a body that is too large, before anything else is looked at", async () => {
    expect(codeOf(await inbound.post("nobody", "x".repeat(65 * 1024), {}))).toBe("413 payload-too-large");
  });

  test.each<[string, unknown, string]>([
    ["what is no JSON", "{", "400 invalid-request"],
    ["nothing", "", "400 invalid-request"],
    ["a list", [], "400 invalid-request"],
    ["another action", { action: "delete" }, "400 invalid-request"],
    ["no action", { sessionId: "0".repeat(32) }, "400 invalid-request"],
    ["a field too many", { ...message, force: true }, "400 invalid-request"],
    ["a field of another action", { ...message, reason: "x" }, "400 invalid-request"],
    ["no device", { action: "request" }, "400 invalid-request"],
    ["two names of a device", { action: "request", deviceName: "a", serialNumber: "b" }, "400 invalid-request"],
    ["no session to close", { action: "close" }, "400 invalid-request"],
    ["a session and a ticket", { ...message, sessionId: "0".repeat(32) }, "400 invalid-request"],
    ["no ticket to give", { action: "ticket", sessionId: "0".repeat(32) }, "400 invalid-request"],
    ["what is no id", { action: "close", sessionId: "../x" }, "400 invalid-request"],
    ["a session that there is not", { action: "close", sessionId: "0".repeat(32) }, "404 session-not-found"],
    ["a device that there is not", { action: "request", serialNumber: "none" }, "404 device-not-found"],
  ])("%s, signed as it is", async (_what, sent, code) => {
    const source = await inbound.create();
    expect(codeOf(await inbound.send(source, sent))).toBe(code);
    expect((await product.rows("inbound")).filter(({ rowKey }) => String(rowKey).startsWith("message"))).toEqual([]);
  });

  test("what is no JSON by its content type, and what is no UTF-8", async () => {
    const source = await inbound.create();
    const headers = { "content-type": "text/plain" };
    expect(codeOf(await inbound.send(source, message, { headers }))).toBe("415 unsupported-media-type");
  });

  test("what a source has no right to", async () => {
    await connect();
    const rights = { request: "request", close: "close", ticket: "ticket" };
    const messages = {
      request: { action: "request", deviceId: agent.device().id },
      close: { action: "close", ticket: "INC1" },
      ticket: { action: "ticket", sessionId: "0".repeat(32), ticket: "INC1" },
    };
    for (const own of Object.values(rights)) {
      const source = await inbound.create({ name: own, rights: [own] });
      for (const [action, sent] of Object.entries(messages)) {
        const answer = await inbound.send(source, sent);
        expect([own, action, codeOf(answer) === "403 forbidden"].join()).toBe([own, action, own !== action].join());
      }
      const { id } = source;
      must(await inbound.call("DELETE", `/${id}`), 202);
    }
  }, 20_000);

  test("a right that was taken away, for repeats as well", async () => {
    await connect();
    const source = await inbound.create();
    const request = { action: "request", deviceId: agent.device().id, notify: false };
    must(await inbound.send(source, request, { id: "msg-1" }), 201);
    must(await inbound.call("PATCH", `/${source.id}`, { rights: ["close"] }), 200);
    expect(codeOf(await inbound.send(source, request, { id: "msg-1" }))).toBe("403 forbidden");
  });

  test("all of a paused source, after its signature; it goes on when it is resumed", async () => {
    const source = await inbound.create();
    must(await inbound.call("PATCH", `/${source.id}`, { paused: true }), 200);
    expect(codeOf(await inbound.send(source, message))).toBe("403 forbidden");
    expect(codeOf(await inbound.send({ ...source, secret: "whsec_AAAA" }, message))).toBe("401 unauthenticated");
    must(await inbound.call("PATCH", `/${source.id}`, { paused: false }), 200);
    expect(codeOf(await inbound.send(source, message))).toBe("404 session-not-found");
  });

  test("everything, while storage or vault do not answer: 503, and nothing is done", async () => {
    const source = await inbound.create();
    product.around.vault.addFault({ path: "/secrets/in-", status: 403, times: 0 });
    const cold = product.newProcess();
    expect(codeOf(await inbound.send(source, message, { process: cold }))).toBe("503 upstream-unavailable");
    product.clearFaults();
    expect(codeOf(await inbound.send(source, message, { process: cold }))).toBe("404 session-not-found");
  });
});

describe("A mapping", () => {
  beforeAll(() => void agent.device("PHONE-ANA", { deviceName: "PHONE-OF-INCIDENT" }));

  const incident = {
    sys_id: "46d44a5dc0a8010e0000b1f5c1f2a0c3",
    number: "INC0010023",
    short_description: "Mail does not open",
    cmdb_ci: { name: "PHONE-OF-INCIDENT", serial_number: "" },
    caller: [{ language: "fr" }],
    notify_user: "false",
  };
  const mapping = {
    action: "request",
    deviceName: "{{cmdb_ci.name}}",
    serialNumber: "{{cmdb_ci.serial_number}}",
    ticket: "{{number}}",
    reason: "{{short_description}} ({{number}})",
    language: "{{caller[0].language}}",
    notify: "{{notify_user}}",
  };

  test("makes a request of an incident of ServiceNow", async () => {
    await connect();
    const source = await inbound.create({ mapping });
    const session = must(await inbound.send(source, incident), 201).json<SessionView>();
    expect(session).toMatchObject({
      device: { name: "PHONE-OF-INCIDENT" },
      ticket: "INC0010023",
      reason: "Mail does not open (INC0010023)",
      notification: { state: "none" },
    });
  });

  test("that leaves out what a message needs is refused as such a message is", async () => {
    const source = await inbound.create({ mapping });
    const answer = await inbound.send(source, { ...incident, cmdb_ci: "PHONE-OF-INCIDENT" });
    expect(codeOf(answer)).toBe("400 invalid-request");
    expect(detailOf(answer)).toContain("must name the device");
  });

  test("changed meanwhile does not change what a message asked for", async () => {
    await connect();
    const source = await inbound.create({ mapping });
    const first = must(await inbound.send(source, incident, { id: "msg-1" }), 201).json<SessionView>();
    must(await inbound.call("PATCH", `/${source.id}`, { mapping: null }), 200);
    expect(must(await inbound.send(source, incident, { id: "msg-1" }), 201).json()).toEqual(first);
    expect(codeOf(await inbound.send(source, incident))).toBe("400 invalid-request");
  });
});
