import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Fault } from "../../infra/local/faults.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { requesting } from "../requesting.ts";
import { type StorageProxy, startStorageProxy } from "../storage-proxy.ts";

const SEND = "sendCustomNotificationToCompanyPortal";

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

const messageOf = ({ id, expiresAt }: SessionView, number = 1) => ({
  v: 1,
  sessionId: id,
  number,
  attempt: 1,
  notAfter: expiresAt,
});
const deliver = (session: SessionView, process = product.process()) => process.deliver("notify", messageOf(session));
const notificationOf = async ({ id }: SessionView) => (await agent.look(id)).notification;
const lines = async ({ id }: SessionView) =>
  (await agent.auditLines(id)).filter((line) => line.startsWith("notification.send"));
const sends = ({ device }: SessionView) =>
  product.around.graph.journal.filter(({ path }) => path.includes(device.id) && path.includes(SEND));

async function opened(body: Record<string, unknown> = {}) {
  const session = await agent.open(body);
  await agent.messages();
  return session;
}

describe("A message of the queue", () => {
  test("sends the notification with the match code and the link, in the user's own language", async () => {
    const session = await opened();
    await deliver(session);
    const [sent, ...others] = agent.sentTo(session.device.id);
    expect(others).toEqual([]);
    expect(sent?.title).toBe("Demande d’assistance à distance");
    expect(sent?.body).toContain(session.matchCode);
    expect(sent?.body).toContain("Contoso");
    expect(sent?.body).toMatch(/ http:\/\/127\.0\.0\.1:7071\/h\/[\w-]{43}$/);
    expect(sent?.body).not.toContain(session.endCustomerUrl);
    expect(await notificationOf(session)).toEqual({
      state: "sent",
      channel: "companyPortal",
      at: product.clock.now().toISOString(),
    });
    expect(await lines(session)).toEqual(["notification.send intent", "notification.send success"]);
  });

  test("speaks the language that the agent chose", async () => {
    const session = await opened({ language: "en-GB" });
    await deliver(session);
    expect(agent.sentTo(session.device.id)[0]?.title).toBe("Remote help asks to connect");
  });

  test("delivered five times, two of them at once in other processes, sends one notification", async () => {
    const session = await opened();
    const other = product.newProcess();
    await Promise.all([deliver(session), deliver(session, other), deliver(session)]);
    await deliver(session, other);
    await deliver(session);
    for (const message of await agent.messagesOf(session.id)) await product.deliver("notify", message);
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
    expect(await notificationOf(session)).toMatchObject({ state: "sent" });
    expect((await lines(session)).filter((line) => line.endsWith("success"))).toHaveLength(1);
  });

  test("that comes while another copy is being sent leaves the notification as it ends", async () => {
    const session = await opened();
    product.around.graph.addFault({ path: `${session.device.id}/${SEND}`, delayMs: 1000 });
    const first = deliver(session);
    while (
      sends(session).length === 0 &&
      (await product.rows("notifications")).every((row) => row.partitionKey !== session.device.id)
    ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await deliver(session, product.newProcess());
    expect(await notificationOf(session)).toMatchObject({ state: "unknown", reason: "interrupted" });
    await first;
    expect(await notificationOf(session)).toMatchObject({ state: "sent" });
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
  });

  test("as text that holds JSON is read as well", async () => {
    const session = await opened();
    await product.deliver("notify", JSON.stringify(messageOf(session)));
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
  });

  test("that comes after its time, or after the session ended, sends nothing", async () => {
    const late = await opened();
    const closed = await opened();
    await agent.call("POST", `/api/sessions/${closed.id}/close`);
    await deliver(closed);
    product.clock.advance(60 * 60_000);
    await deliver(late);
    for (const session of [late, closed]) {
      expect(await notificationOf(session)).toMatchObject({ state: "expired" });
      expect(sends(session)).toEqual([]);
    }
  });

  test("of a session that nobody knows is dropped", async () => {
    await product.deliver("notify", { ...messageOf(await opened()), sessionId: "0".repeat(32) });
    expect(await agent.queueLength("notifications-poison")).toBe(0);
  });
});

describe("A device that changed before its user was asked", () => {
  test.each([
    ["belongs to somebody else", { userId: "99999999-0000-4000-8000-000000000000" }, "failed", "user-changed"],
    ["belongs to nobody", { userId: null }, "failed", "user-changed"],
    ["cannot be helped any more", { managementState: "wipePending" }, "unsupported", "platform-not-supported"],
  ])("and now %s is sent nothing", async (_, change, state, reason) => {
    const session = await opened();
    product.around.graph.putDevice({ id: session.device.id, ...change });
    await deliver(session);
    expect(await notificationOf(session)).toMatchObject({ state, reason });
    expect(sends(session)).toEqual([]);
  });

  test("and is gone is sent nothing", async () => {
    const session = await opened();
    product.around.graph.removeDevice(session.device.id);
    await deliver(session);
    expect(await notificationOf(session)).toMatchObject({ state: "failed" });
    expect(sends(session)).toEqual([]);
  });
});

describe("When Graph", () => {
  const busy = { error: { code: "TooManyRequests", message: "" } };
  test.each<[string, Fault]>([
    ["is throttling", { status: 429, body: busy }],
    ["is not available", { status: 503, body: busy }],
    ["does not accept the token", { status: 401, body: busy }],
  ])("%s, the notification is sent later, once", async (_, fault) => {
    const session = await opened();
    product.around.graph.addFault({ path: `${session.device.id}/${SEND}`, times: 2, ...fault });
    await deliver(session);
    expect(await notificationOf(session)).toMatchObject({ state: "queued" });
    expect(agent.sentTo(session.device.id)).toEqual([]);
    // The host gives it back after its delay; here nobody waits that long.
    expect(await agent.messagesOf(session.id)).toEqual([]);
    await product.deliver("notify", { ...messageOf(session), attempt: 2 });
    await product.deliver("notify", { ...messageOf(session), attempt: 3 });
    await product.deliver("notify", { ...messageOf(session), attempt: 3 });
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
    expect(await notificationOf(session)).toMatchObject({ state: "sent" });
    expect(await lines(session)).toEqual([
      "notification.send intent",
      "notification.send failed later",
      "notification.send intent",
      "notification.send failed later",
      "notification.send intent",
      "notification.send success",
    ]);
  });

  test("says when to come back, the message comes back then, counted as the next attempt", async () => {
    const session = await opened();
    const before = await agent.queueLength();
    proxy.clear();
    product.around.graph.addFault({ path: SEND, status: 429, headers: { "retry-after": "90" }, body: busy });
    await deliver(session, behindProxy);
    expect(await agent.queueLength()).toBe(before + 1);
    const [put] = proxy.calls.filter(({ service }) => service === "queue");
    expect(put?.about).toContain("visibilitytimeout=90");
    const text = /<MessageText>([^<]+)</.exec(put?.about ?? "")?.[1] ?? "";
    expect(JSON.parse(Buffer.from(text, "base64").toString())).toEqual({ ...messageOf(session), attempt: 2 });
  });

  test("sent nothing, nothing is taken from the device's hour", async () => {
    const session = await opened();
    product.around.graph.addFault({ path: `${session.device.id}/${SEND}`, times: 12, status: 503, body: busy });
    for (let attempt = 1; attempt <= 13; attempt += 1) {
      await product.deliver("notify", { ...messageOf(session), attempt });
      product.clock.advance(60_000);
    }
    expect(await notificationOf(session)).toMatchObject({ state: "sent" });
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
  });

  test.each<[string, Fault, string]>([
    ["refuses it", { status: 400 }, "refused-by-intune"],
    ["does not let the app do it", { status: 403 }, "graph-permission-missing"],
    ["does not know the device any more", { status: 404 }, "device-not-found"],
  ])("%s, the notification failed and is not sent again", async (_, fault, reason) => {
    const session = await opened();
    product.around.graph.addFault({ path: `${session.device.id}/${SEND}`, ...fault });
    await deliver(session);
    await deliver(session);
    expect(await notificationOf(session)).toMatchObject({ state: "failed", reason });
    expect(agent.sentTo(session.device.id)).toEqual([]);
    expect(sends(session)).toHaveLength(1);
    expect((await lines(session)).at(-1)).toBe(`notification.send failed ${reason}`);
    await agent.follow(2);
    expect(await agent.messagesOf(session.id)).toEqual([]);
  });

  test.each<[string, Fault]>([
    ["breaks off after it sent", { behaviour: "reset-after" }],
    ["breaks off before it sent", { behaviour: "reset" }],
    ["answers 504", { status: 504 }],
    ["answers 500", { status: 500 }],
    ["redirects", { status: 302, headers: { location: "https://evil.example/" } }],
  ])("%s, nobody can tell, and the notification is never sent again by itself", async (_, fault) => {
    const session = await opened();
    product.around.graph.addFault({ path: `${session.device.id}/${SEND}`, ...fault });
    await deliver(session);
    expect(await notificationOf(session)).toMatchObject({ state: "unknown" });
    const sent = agent.sentTo(session.device.id).length;
    for (let count = 0; count < 4; count += 1) await deliver(session, product.newProcess());
    await agent.follow(2);
    await agent.deliverAll();
    expect(agent.sentTo(session.device.id)).toHaveLength(sent);
    expect(sends(session)).toHaveLength(1);
    expect((await lines(session)).filter((line) => line.includes("unknown"))).toHaveLength(1);
  });

  test("does not tell the user's language, the notification goes out in the default one", async () => {
    const session = await opened();
    product.around.graph.addFault({ path: "/users/", status: 403, times: 0 });
    // Another process remembers nobody's language.
    await deliver(session, product.newProcess());
    expect(agent.sentTo(session.device.id)[0]?.title).toBe("Remote help asks to connect");
  });

  test("cannot say whose device it is now, the message fails so that the host tries it again, and is then sent once", async () => {
    const session = await opened();
    product.around.graph.addFault({ method: "GET", path: session.device.id, status: 503, body: busy });
    await expect(deliver(session)).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(await notificationOf(session)).toMatchObject({ state: "queued" });
    await deliver(session);
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
  });
});

describe("When storage fails", () => {
  test("so that the intent cannot be audited, nothing is sent until it can", async () => {
    const session = await opened();
    proxy.fail({ about: /\/audit\d{6}/, behaviour: 403, times: 0 });
    await expect(deliver(session, behindProxy)).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(sends(session)).toEqual([]);
    proxy.clear();
    await deliver(session, behindProxy);
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
  });

  test("after the notification was sent, it is not sent again; what the audit tells of it, the session then says", async () => {
    const session = await opened();
    proxy.fail({ about: /\$batch[\s\S]*owed~/, behaviour: 403, times: 0 });
    await expect(deliver(session, behindProxy)).rejects.toMatchObject({ code: "upstream-unavailable" });
    proxy.clear();
    await deliver(session, behindProxy);
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
    expect(await notificationOf(session)).toMatchObject({ state: "sent", channel: "companyPortal" });
    expect(await lines(session)).toEqual(["notification.send intent", "notification.send success"]);
  });
});

describe("A device's budget", () => {
  test("is kept by the queue function when many sessions ask at once: 10 are sent, the others say why not", async () => {
    const { id: deviceId } = agent.device();
    const sessions = [];
    for (let count = 0; count < 12; count += 1) sessions.push(await opened({ deviceId }));
    for (const session of sessions) await deliver(session);
    const states = await Promise.all(sessions.map(notificationOf));
    expect(states.filter(({ state }) => state === "sent")).toHaveLength(10);
    expect(states.slice(10)).toEqual([
      expect.objectContaining({ state: "failed", reason: "too-many-notifications" }),
      expect.objectContaining({ state: "failed", reason: "too-many-notifications" }),
    ]);
    expect(agent.sentTo(deviceId)).toHaveLength(10);
  });
});

describe("A message that cannot be read", () => {
  const proto = JSON.parse(
    '{"__proto__":{"v":1},"v":1,"sessionId":"0123456789abcdef0123456789abcdef","number":1,"attempt":1,"notAfter":"2026-11-22T10:00:00Z"}',
  ) as unknown;
  test.each<[string, unknown]>([
    ["is no JSON", "not JSON"],
    [
      "is of another version",
      { v: 2, sessionId: "0".repeat(32), number: 1, attempt: 1, notAfter: "2026-11-22T10:00:00Z" },
    ],
    [
      "names a link",
      {
        v: 1,
        sessionId: "0".repeat(32),
        number: 1,
        attempt: 1,
        notAfter: "2026-11-22T10:00:00Z",
        url: "https://evil.example",
      },
    ],
    ["carries a prototype", proto],
    ["carries a constructor", { ...(proto as object), constructor: { prototype: {} } }],
    ["is huge", "x".repeat(40_000)],
    ["is null", null],
    ["is a number", 1],
    ["is a list", [1]],
    [
      "has a session id that is none",
      { v: 1, sessionId: "' or 1 eq 1", number: 1, attempt: 1, notAfter: "2026-11-22T10:00:00Z" },
    ],
    [
      "has a number that is none",
      { v: 1, sessionId: "0".repeat(32), number: 1e9, attempt: 1, notAfter: "2026-11-22T10:00:00Z" },
    ],
  ])("because it %s goes to the poison queue as it came, and the log does not quote it", async (_, message) => {
    product.logs.splice(0);
    await product.deliver("notify", message);
    const [poison, ...others] = await agent.messages("notifications-poison");
    expect(others).toEqual([]);
    expect(JSON.stringify(poison?.message)).toBe(JSON.stringify(message));
    expect(product.logs).toEqual([
      expect.stringContaining('"event":"malformed-message"'),
      expect.stringContaining('"event":"invocation","function":"notify","outcome":"success"'),
    ]);
    for (const line of product.logs) expect(line.length).toBeLessThan(250);

    const before = (await agent.audited()).length;
    await product.deliver("notify-poison", poison?.message);
    const entries = (await agent.audited()).slice(before);
    expect(entries).toMatchObject([{ action: "notification.send", result: "failed", reason: "malformed-message" }]);
  });
});
