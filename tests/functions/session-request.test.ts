import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Fault } from "../../infra/local/faults.ts";
import type { ManagedDevice } from "../../infra/local/graph/managed-device.ts";
import { type SessionView, sessionViewSchema } from "../../lib/sessions/session.ts";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { requesting } from "../requesting.ts";
import { type StorageProxy, startStorageProxy } from "../storage-proxy.ts";

type Problem = { code: string; detail: string; reasons?: { code: string; text: string }[] };

const SESSIONS = "^/api/v1/sessions$";
const BRUNO = "10000000-0000-4000-8000-000000000002";

let product: TestApp;
let agent: ReturnType<typeof requesting>;
let proxy: StorageProxy;
/** A process that reaches its storage through the proxy. */
let behindProxy: AppProcess;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  proxy = await startStorageProxy(product.around.storage);
  await connecting(product).connected();
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

describe("A request for a session", () => {
  test("opens one at TeamViewer and answers it with both links, as the schema says", async () => {
    const phone = agent.device("PHONE-ANA");
    const answer = await agent.ask({
      deviceId: phone.id.toUpperCase(),
      reason: " Mail ",
      ticket: "INC-1",
      language: "fr",
    });
    expect(answer.status).toBe(201);
    const session = sessionViewSchema.parse(answer.json());
    const [remote, ...others] = agent.remotes(session.id);
    expect(others).toEqual([]);
    const requestedAt = product.clock.now();
    expect(session).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      state: "open",
      device: { id: phone.id, name: "PHONE-ANA", platform: "ios", userName: "Ana Duval" },
      code: remote?.code,
      supporterUrl: remote?.supporter_link,
      endCustomerUrl: remote?.end_customer_link,
      matchCode: expect.stringMatching(/^\d{4}$/),
      reason: "Mail",
      ticket: "INC-1",
      requestedBy: BRUNO,
      requestedAt: requestedAt.toISOString(),
      expiresAt: new Date(requestedAt.getTime() + 3_600_000).toISOString(),
      notification: { state: "queued", channel: "companyPortal", at: requestedAt.toISOString() },
    });
    expect(answer.headers.get("location")).toBe(`/api/sessions/${session.id}`);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(remote).toMatchObject({ state: "Open", description: "INC-1 · Mail · PHONE-ANA (ios)" });
    expect(Date.parse(String(remote?.valid_until))).toBe(Date.parse(session.expiresAt));
    expect(await agent.messagesOf(session.id)).toEqual([
      {
        v: 1,
        sessionId: session.id,
        deviceId: session.device.id,
        number: 1,
        attempt: 1,
        notAfter: session.expiresAt,
        seen: { channel: "companyPortal", times: [], intent: { id: expect.any(String), at: session.requestedAt } },
        correlationId: expect.any(String),
      },
    ]);
    expect(await agent.auditLines(session.id)).toEqual(["session.request intent", "session.request success"]);
  });

  test("of an application is audited as the application's", async () => {
    const { id } = await agent.open({}, { as: "Ticket system" });
    const actors = (await agent.audited(id)).map(({ actor }) => actor);
    const actor = { id: "20000000-0000-4000-8000-000000000001", kind: "application" };
    expect(actors).toEqual([actor, actor]);
  });

  test("without notification sends none", async () => {
    const session = await agent.open({ notify: false });
    expect(session.notification).toEqual({ state: "none" });
    expect(await agent.messagesOf(session.id)).toEqual([]);
  });

  test.each([
    ["a Windows PC", "PC-001", {}, "platform-not-supported"],
    ["a device without a user", "PHONE-ANA", { userId: "" }, "no-user"],
  ])("on %s says plainly that nobody can be notified", async (_, like, change, reason) => {
    const session = await agent.open({ deviceId: agent.device(like, change).id });
    expect(session.notification).toMatchObject({ state: "unsupported", reason });
    expect(session.supporterUrl).toBeDefined();
    expect(await agent.messagesOf(session.id)).toEqual([]);
  });

  test("costs at most 6 calls of tables, 1 of the queue, 1 of Graph, 1 of TeamViewer and none of Key Vault", async () => {
    await agent.open({}, { process: behindProxy });
    const phone = agent.device();
    const { graph, teamviewer, vault } = product.around;
    for (const { journal } of [graph, teamviewer, vault]) journal.splice(0);
    proxy.clear();
    await agent.open({ deviceId: phone.id }, { process: behindProxy });
    expect(proxy.calls.filter(({ service }) => service === "table").length).toBeLessThanOrEqual(6);
    expect(proxy.calls.filter(({ service }) => service === "queue")).toHaveLength(1);
    expect(graph.journal.map(({ method }) => method)).toEqual(["GET"]);
    expect(teamviewer.journal.map(({ method }) => method)).toEqual(["POST"]);
    expect(vault.journal).toEqual([]);
  });
});

describe("A request that is not well formed", () => {
  const body = { deviceId: "d0000000-0000-4000-8000-000000000001" };
  const asked = async (given: unknown, headers: Record<string, string>) =>
    product.request("POST", "/api/sessions", { token: await product.tokenFor("Bruno Agent"), body: given, headers });

  test.each([
    ["no Idempotency-Key", {}],
    ["an empty Idempotency-Key", { "idempotency-key": "" }],
    ["a key with a space", { "idempotency-key": "a b" }],
    ["a key of 256 characters", { "idempotency-key": "x".repeat(256) }],
    ["a key that is not ASCII", { "idempotency-key": "clé" }],
  ])("with %s is refused", async (_, headers) => {
    const answer = await asked(body, headers as Record<string, string>);
    expect([answer.status, answer.json<Problem>().code]).toEqual([400, "invalid-request"]);
    expect(answer.json<Problem>().detail).toContain("Idempotency-Key");
  });

  test.each([
    ["no deviceId", {}, "deviceId"],
    ["a deviceId that is no GUID", { deviceId: "PHONE-ANA" }, "deviceId"],
    ["a field that is not known", { ...body, supporterUrl: "https://evil.example" }, "supporterUrl"],
    ["an empty reason", { ...body, reason: " " }, "reason"],
    ["a reason of 501 characters", { ...body, reason: "x".repeat(501) }, "reason"],
    ["a ticket of 101 characters", { ...body, ticket: "x".repeat(101) }, "ticket"],
    ["a language that is none", { ...body, language: "français!" }, "language"],
    ["a notify that is no yes or no", { ...body, notify: "false" }, "notify"],
    ["a list", [body], "it"],
    ["null", null, "it"],
  ])("with %s names what is wrong", async (_, given, field) => {
    const answer = await asked(given, { "idempotency-key": randomUUID() });
    expect([answer.status, answer.json<Problem>().code]).toEqual([400, "invalid-request"]);
    expect(answer.json<Problem>().detail).toContain(field);
  });

  test("is refused when the body is not JSON, by its type or by its text", async () => {
    const key = { "idempotency-key": randomUUID() };
    const form = await asked("deviceId=1", { ...key, "content-type": "application/x-www-form-urlencoded" });
    expect([form.status, form.json<Problem>().code]).toEqual([415, "unsupported-media-type"]);
    const broken = await asked('{"deviceId":', { ...key, "content-type": "application/json" });
    expect([broken.status, broken.json<Problem>().code]).toEqual([400, "invalid-request"]);
  });

  test("is refused when the body is larger than any request needs", async () => {
    const answer = await asked({ ...body, reason: "x".repeat(64 * 1024) }, { "idempotency-key": randomUUID() });
    expect([answer.status, answer.json<Problem>().code]).toEqual([413, "payload-too-large"]);
  });

  test("leaves no trace in sessions and audit, and asks nobody", async () => {
    const before = [await product.rows("sessions"), await agent.audited()].map(({ length }) => length);
    const calls = product.around.teamviewer.journal.length + product.around.graph.journal.length;
    await asked({}, { "idempotency-key": randomUUID() });
    await asked(body, {});
    expect([await product.rows("sessions"), await agent.audited()].map(({ length }) => length)).toEqual(before);
    expect(product.around.teamviewer.journal.length + product.around.graph.journal.length).toBe(calls);
  });
});

describe("A request that is refused", () => {
  const refused = async (deviceId: string, key: string) => {
    const before = agent.callsTo(/sessions/).length;
    const answer = await agent.ask({ deviceId }, { key });
    expect(agent.callsTo(/sessions/).slice(before)).toEqual([]);
    return answer;
  };

  test("for a device that Intune does not have leaves no row, and may be repeated when it has", async () => {
    const [id, key] = [randomUUID(), randomUUID()];
    const answer = await refused(id, key);
    expect([answer.status, answer.json<Problem>().code]).toEqual([404, "device-not-found"]);
    expect((await product.rows("sessions")).filter((row) => JSON.stringify(row).includes(id))).toEqual([]);
    const [intent, outcome] = (await agent.audited()).filter(({ deviceId }) => deviceId === id);
    expect([intent?.phase, outcome?.result, outcome?.reason]).toEqual(["intent", "refused", "device-not-found"]);

    agent.device("PHONE-ANA", { id });
    const again = await agent.ask({ deviceId: id }, { key });
    expect(again.status).toBe(201);
  });

  const windowsS = { skuNumber: 178, skuFamily: "Cloud" };
  test.each<[string, string, Partial<ManagedDevice>]>([
    ["hololens", "HOLO-01", {}],
    ["surface-hub", "HUB-01", {}],
    ["windows-10-s", "PC-001", windowsS],
    ["corporate-android", "ANDROID-CORP", {}],
    [
      "platform-not-supported",
      "PC-001",
      { operatingSystem: "Linux", deviceType: "linux", skuNumber: 0, skuFamily: "" },
    ],
    ["device-not-managed", "PHONE-ANA", { managementState: "retirePending" }],
  ])("because of %s names the reason and leaves no row", async (code, like, change) => {
    const { id } = agent.device(like, change);
    const answer = await refused(id, randomUUID());
    expect([answer.status, answer.json<Problem>().code]).toEqual([422, "device-not-eligible"]);
    expect(answer.json<Problem>().reasons?.[0]).toEqual({ code, text: expect.stringMatching(/\.$/) });
    expect((await product.rows("sessions")).filter((row) => JSON.stringify(row).includes(id))).toEqual([]);
  });

  test("because the device was notified 10 times within the hour says when to come back", async () => {
    const { id: deviceId } = agent.device();
    const session = await agent.open({ deviceId });
    for (let count = 1; count <= 10; count += 1) {
      await agent.deliverAll();
      product.clock.advance(60_000);
      if (count < 10) await agent.call("POST", `/api/sessions/${session.id}/notifications`);
    }
    expect(agent.sentTo(deviceId)).toHaveLength(10);
    const key = randomUUID();
    const answer = await refused(deviceId, key);
    expect([answer.status, answer.json<Problem>().code]).toEqual([429, "too-many-notifications"]);
    const seconds = Number(answer.headers.get("retry-after"));
    expect(seconds).toBe(50 * 60);
    expect((await agent.ask({ deviceId, notify: false })).status).toBe(201);
    product.clock.advance((seconds - 1) * 1000);
    expect((await refused(deviceId, key)).status).toBe(429);
    product.clock.advance(1000);
    expect((await agent.ask({ deviceId }, { key })).status).toBe(201);
  });

  test.each<[string, Fault, number, string, string | null]>([
    ["refuses the app", { status: 403 }, 502, "upstream-invalid", null],
    [
      "is throttling",
      { status: 429, headers: { "retry-after": "17" }, body: { error: { code: "TooManyRequests" } } },
      503,
      "upstream-unavailable",
      "17",
    ],
    ["is not available", { status: 503 }, 503, "upstream-unavailable", "30"],
    ["breaks off", { behaviour: "reset" }, 503, "upstream-unavailable", "30"],
    ["does not speak JSON", { status: 200, body: "<html>" }, 502, "upstream-invalid", null],
  ])("because Graph %s leaves no row, and may be repeated", async (_, fault, status, code, retryAfter) => {
    const [{ id }, key] = [agent.device(), randomUUID()];
    product.around.graph.addFault({ path: id, ...fault });
    const answer = await refused(id, key);
    expect([answer.status, answer.json<Problem>().code, answer.headers.get("retry-after")]).toEqual([
      status,
      code,
      retryAfter,
    ]);
    expect((await product.rows("sessions")).filter((row) => JSON.stringify(row).includes(id))).toEqual([]);
    expect((await agent.ask({ deviceId: id }, { key })).status).toBe(201);
  });

  const rateLimit = { error: "rate_limit_reached", error_description: "", error_code: 4 };
  const licence = "The license limitation of concurrent sessions is reached";
  test.each<[string, Fault, number, string, string | null]>([
    ["is not available", { status: 503 }, 503, "upstream-unavailable", "60"],
    ["is throttling", { status: 403, body: rateLimit }, 503, "upstream-unavailable", "60"],
    ["has no licence left", { status: 400, body: licence }, 409, "licence-limit", null],
    [
      "forbids the account to do it",
      { status: 403, body: { error: "invalid_request" } },
      502,
      "upstream-invalid",
      null,
    ],
  ])("because TeamViewer %s leaves no row, and may be repeated", async (_, fault, status, code, retryAfter) => {
    const [{ id }, key] = [agent.device(), randomUUID()];
    product.around.teamviewer.addFault({ method: "POST", path: SESSIONS, ...fault });
    const answer = await agent.ask({ deviceId: id }, { key });
    expect([answer.status, answer.json<Problem>().code, answer.headers.get("retry-after")]).toEqual([
      status,
      code,
      retryAfter,
    ]);
    expect((await product.rows("sessions")).filter((row) => JSON.stringify(row).includes(id))).toEqual([]);
    const again = await agent.ask({ deviceId: id }, { key });
    expect(again.status).toBe(201);
    expect(agent.remotes(again.json<SessionView>().id)).toHaveLength(1);
  });

  test("because the licence's sessions are all in use may be repeated when one has ended", async () => {
    const waiting = product.around.teamviewer.sessions().filter(({ online }) => online).length;
    product.around.teamviewer.setLimits({ concurrentSessions: waiting });
    const key = randomUUID();
    const body = { deviceId: agent.device().id };
    expect((await agent.ask(body, { key })).json<Problem>().code).toBe("licence-limit");
    product.around.teamviewer.setLimits({ concurrentSessions: null });
    expect((await agent.ask(body, { key })).status).toBe(201);
  });
});

describe("A request with an Idempotency-Key that was used", () => {
  test("and the same body is answered with the same session and its link; TeamViewer has one", async () => {
    const body = { deviceId: agent.device().id, reason: "Mail" };
    const key = randomUUID();
    const first = (await agent.ask(body, { key })).json<SessionView>();
    const again = await agent.ask({ reason: "Mail", notify: true, deviceId: body.deviceId }, { key: `"${key}"` });
    expect(again.status).toBe(201);
    expect(again.json()).toEqual(first);
    expect(agent.remotes(first.id)).toHaveLength(1);
    expect((await agent.messagesOf(first.id)).length).toBe(1);
    expect((await agent.auditLines(first.id)).slice(2)).toEqual(["session.request intent", "session.request replayed"]);
  });

  test("is answered by another process and on another day with the same session", async () => {
    const body = { deviceId: agent.device().id };
    const key = randomUUID();
    const { id } = (await agent.ask(body, { key })).json<SessionView>();
    product.clock.advance(36 * 3_600_000);
    const again = await agent.ask(body, { key, process: product.newProcess() });
    expect([again.status, again.json<SessionView>().id]).toEqual([201, id]);
    expect(agent.remotes(id)).toHaveLength(1);
  });

  test("and another body is refused", async () => {
    const key = randomUUID();
    const session = await agent.open({}, { key });
    const answer = await agent.ask({ deviceId: session.device.id, reason: "other" }, { key });
    expect([answer.status, answer.json<Problem>().code]).toEqual([422, "idempotency-key-reused"]);
    expect(agent.remotes(session.id)).toHaveLength(1);
    expect((await agent.auditLines(session.id)).at(-1)).toBe("session.request refused idempotency-key-reused");
  });

  test("by somebody else is another request", async () => {
    const key = randomUUID();
    const body = { deviceId: agent.device().id };
    const sessions = [];
    for (const as of ["Bruno Agent", "Chiara Agent", "Ticket system"])
      sessions.push(await agent.open(body, { key, as }));
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(3);
    expect(new Set(sessions.map(({ supporterUrl }) => supporterUrl)).size).toBe(3);
  });

  test("by 30 at the same moment in two processes opens one session; each gets it or is told to ask again", async () => {
    const other = product.newProcess();
    const body = { deviceId: agent.device().id };
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => agent.ask(body, { key, ...(index % 2 ? { process: other } : {}) })),
    );
    const opened = answers.filter(({ status }) => status === 201).map((answer) => answer.json<SessionView>());
    expect(new Set(opened.map(({ supporterUrl }) => supporterUrl)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect([answer.status, answer.json<Problem>().code]).toEqual([409, "request-in-progress"]);
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(agent.remotes(opened[0]?.id ?? "")).toHaveLength(1);
    expect(await agent.messagesOf(opened[0]?.id ?? "")).toHaveLength(1);
    expect((await agent.ask(body, { key })).json<SessionView>().id).toBe(opened[0]?.id);
  });
});

describe("When TeamViewer's answer leaves open what happened", () => {
  test.each<[string, Fault]>([
    ["the connection broke after TeamViewer made the session", { behaviour: "reset-after" }],
    ["TeamViewer answered 500 after it made the session", { behaviour: "reset-after", status: 500 }],
  ])("because %s, the session is found by our id and used", async (_, { behaviour = "reset-after" }) => {
    product.around.teamviewer.addFault({ method: "POST", path: SESSIONS, behaviour });
    const session = await agent.open();
    const [remote, ...others] = agent.remotes(session.id);
    expect(others).toEqual([]);
    expect(session).toMatchObject({ code: remote?.code, supporterUrl: remote?.supporter_link });
    expect((await agent.auditLines(session.id)).at(-1)).toBe("session.request success");
  });

  test("and TeamViewer cannot be asked about it either, the same key finds it later", async () => {
    const [body, key] = [{ deviceId: agent.device().id }, randomUUID()];
    product.around.teamviewer.addFault({ method: "POST", path: SESSIONS, behaviour: "reset-after" });
    product.around.teamviewer.addFault({ method: "GET", path: SESSIONS, status: 500 });
    const answer = await agent.ask(body, { key });
    expect([answer.status, answer.json<Problem>().code]).toEqual([502, "upstream-invalid"]);
    const again = await agent.ask(body, { key });
    expect(again.status).toBe(201);
    const { id, code } = again.json<SessionView>();
    expect(agent.remotes(id).map((remote) => remote.code)).toEqual([code]);
    expect(await agent.auditLines(id)).toEqual([
      "session.request intent",
      "session.request unknown upstream-invalid",
      "session.request intent",
      "session.request success",
    ]);
  });

  const madeUp = { code: "s12-345-678", state: "Open", end_customer_link: "https://get.teamviewer.com/s12345678" };
  test.each<[string, Fault, number, string]>([
    ["an error of its own", { status: 500 }, 502, "upstream-invalid"],
    ["a cut connection", { behaviour: "reset" }, 502, "upstream-invalid"],
    ["something that is not JSON", { status: 200, body: "<html>" }, 502, "upstream-invalid"],
    ["half a session", { status: 200, body: { code: "s12-345-678" } }, 502, "upstream-invalid"],
    ["a redirect", { status: 302, headers: { location: "https://evil.example/" } }, 502, "upstream-invalid"],
    ...[
      "https://evil.example/s1",
      "https://teamviewer.com.evil.example/s1",
      "https://evilteamviewer.com/s1",
      "http://get.teamviewer.com/s1",
      "https://get.teamviewer.com@evil.example/s1",
      "javascript:alert(1)",
    ].map((supporter_link): [string, Fault, number, string] => [
      `the link ${supporter_link}`,
      { status: 200, body: { ...madeUp, supporter_link } },
      502,
      "upstream-invalid",
    ]),
  ])("%s is told, and the same key opens one session later", async (_, fault, status, code) => {
    const [body, key] = [{ deviceId: agent.device().id }, randomUUID()];
    product.around.teamviewer.addFault({ method: "POST", path: SESSIONS, ...fault });
    const answer = await agent.ask(body, { key });
    expect([answer.status, answer.json<Problem>().code]).toEqual([status, code]);
    const again = await agent.ask(body, { key });
    expect(again.status).toBe(201);
    expect(agent.remotes(again.json<SessionView>().id)).toHaveLength(1);
  });
});

describe("When storage fails", () => {
  test("so that the audit cannot be written, nothing is done and TeamViewer hears nothing", async () => {
    const [body, key] = [{ deviceId: agent.device().id }, randomUUID()];
    const before = agent.callsTo(/sessions/).length;
    proxy.fail({ about: /\/audit\d{6}/, behaviour: 403, times: 0 });
    const answer = await agent.ask(body, { key, process: behindProxy });
    expect([answer.status, answer.json<Problem>().code]).toEqual([503, "upstream-unavailable"]);
    expect(answer.json<Problem>().detail).toContain("audit");
    expect(answer.headers.get("retry-after")).toBe("30");
    expect(agent.callsTo(/sessions/).slice(before)).toEqual([]);
    expect((await product.rows("sessions")).filter((row) => JSON.stringify(row).includes(body.deviceId))).toEqual([]);
    proxy.clear();
    expect((await agent.ask(body, { key, process: behindProxy })).status).toBe(201);
  });

  test("before the session could be stored, the same key finds TeamViewer's session", async () => {
    const [body, key] = [{ deviceId: agent.device().id }, randomUUID()];
    proxy.fail({ about: /\$batch[\s\S]*owed~/, behaviour: 403, times: 0 });
    const answer = await agent.ask(body, { key, process: behindProxy });
    expect([answer.status, answer.json<Problem>().code]).toEqual([503, "upstream-unavailable"]);
    proxy.clear();
    const again = await agent.ask(body, { key, process: behindProxy });
    expect(again.status).toBe(201);
    expect(agent.remotes(again.json<SessionView>().id)).toHaveLength(1);
  });

  test.each([
    ["the row was created", /\$batch[\s\S]*new~/],
    ["the session was stored", /\$batch[\s\S]*owed~/],
  ])("after %s, but its answer got lost, the request ends well", async (_, about) => {
    proxy.fail({ about, behaviour: "reset-after" });
    const session = await agent.open({}, { process: behindProxy });
    expect(agent.remotes(session.id)).toHaveLength(1);
    expect(await agent.messagesOf(session.id)).toHaveLength(1);
    expect(await agent.auditLines(session.id)).toEqual(["session.request intent", "session.request success"]);
  });

  test("so that the outcome cannot be audited, the request ends well and follow-sessions writes it", async () => {
    proxy.fail({ about: /"action":"session\.request".*"phase":"outcome"/, behaviour: 403, times: 0 });
    const session = await agent.open({}, { process: behindProxy });
    expect(await agent.auditLines(session.id)).toEqual(["session.request intent"]);
    await agent.follow(1);
    expect((await agent.auditLines(session.id)).slice(0, 2)).toEqual([
      "session.request intent",
      "session.request success",
    ]);
  });

  test("so that the queue takes nothing, the request ends well and follow-sessions sends the message once", async () => {
    proxy.fail({ about: /\/notifications\/messages/, behaviour: 403, times: 0 });
    const session = await agent.open({}, { process: behindProxy });
    expect(session.notification.state).toBe("queued");
    expect(await agent.messagesOf(session.id)).toEqual([]);
    await agent.follow(0);
    expect(await agent.messagesOf(session.id)).toEqual([]);
    await agent.follow(1);
    expect(await agent.messagesOf(session.id)).toHaveLength(1);
    await agent.follow(1);
    expect(await agent.messagesOf(session.id)).toEqual([]);
  });
});

describe("A request that is overtaken", () => {
  test("while it waits for TeamViewer by somebody who closes the session leaves none open there", async () => {
    const [body, key] = [{ deviceId: agent.device().id }, randomUUID()];
    product.around.teamviewer.addFault({ method: "POST", path: SESSIONS, delayMs: 400 });
    const asked = agent.ask(body, { key });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { value } = (await agent.call("GET", `/api/sessions?device=${body.deviceId}`)).json<{
      value: SessionView[];
    }>();
    const id = value[0]?.id ?? "";
    expect((await agent.call("POST", `/api/sessions/${id}/close`)).json<SessionView>().state).toBe("closed");
    await agent.follow();
    expect((await asked).status).toBe(409);
    expect(agent.remotes(id).map(({ state }) => state)).toEqual(["Closed"]);
    expect((await agent.look(id)).state).toBe("closed");
  });
});

describe("Without a usable connection", () => {
  test("a request is refused, leaves no row, and says what an administrator has to do", async () => {
    product.around.teamviewer.removeGrants();
    const { id } = agent.device();
    const needsConsent = await agent.ask({ deviceId: id });
    expect([needsConsent.status, needsConsent.json<Problem>().code]).toEqual([409, "connector-needs-consent"]);
    await product.reset();
    const notConnected = await agent.ask({ deviceId: id });
    expect([notConnected.status, notConnected.json<Problem>().code]).toEqual([409, "connector-not-connected"]);
    expect(await product.rows("sessions")).toEqual([]);
    expect((await agent.audited()).map(({ phase, reason }) => reason ?? phase)).toEqual([
      "intent",
      "connector-not-connected",
    ]);
  });
});
