import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type SessionView, sessionViewSchema } from "../../lib/sessions/session.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { must, requesting } from "../requesting.ts";

let product: TestApp;
let agent: ReturnType<typeof requesting>;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  await connecting(product).connected();
});

afterEach(() => product.clearFaults());
afterAll(() => product.stop());

const again = (id: string, asking: { key?: string; as?: string } = {}) =>
  agent.call("POST", `/api/sessions/${id}/notifications`, asking);

describe("Asking the user again", () => {
  test("queues one more notification, which is sent; the session says so", async () => {
    const session = await agent.open();
    await agent.deliverAll();
    product.clock.advance(1000);
    const answer = must(await again(session.id), 202);
    expect(sessionViewSchema.parse(answer.json())).toEqual({
      ...session,
      notification: { state: "queued", channel: "companyPortal", at: product.clock.now().toISOString() },
    });
    await agent.deliverAll();
    expect(agent.sentTo(session.device.id)).toHaveLength(2);
    expect((await agent.look(session.id)).notification.state).toBe("sent");
    const lines = (await agent.auditLines(session.id)).filter((line) => line.startsWith("notification."));
    expect(lines.slice(2)).toEqual([
      "notification.request intent",
      "notification.request success",
      "notification.send intent",
      "notification.send success",
    ]);
  });

  test("before the first notification went out sends the later one alone", async () => {
    const session = await agent.open();
    must(await again(session.id), 202);
    const messages = await agent.messagesOf(session.id);
    expect(messages).toHaveLength(2);
    for (const message of messages) await product.deliver("notify", message);
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
  });

  test("by another agent answers no supporter link", async () => {
    const session = await agent.open();
    const answer = must(await again(session.id, { as: "Chiara Agent" }), 202);
    expect(answer.json<SessionView>().supporterUrl).toBeUndefined();
  });

  test("with one Idempotency-Key asks once, also 10 times at the same moment", async () => {
    const session = await agent.open();
    await agent.deliverAll();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => again(session.id, { key })));
    expect(answers.map(({ status }) => status).filter((status) => status !== 202)).toEqual([]);
    must(await again(session.id, { key }), 202);
    await agent.deliverAll();
    expect(agent.sentTo(session.device.id)).toHaveLength(2);
    must(await again(session.id, { key, as: "Chiara Agent" }), 202);
    await agent.deliverAll();
    expect(agent.sentTo(session.device.id)).toHaveLength(3);
  });

  test("is refused when the device was notified 10 times within the hour, and fine when it has passed", async () => {
    const session = await agent.open();
    for (let count = 1; count <= 10; count += 1) {
      await agent.deliverAll();
      if (count < 10) must(await again(session.id), 202);
    }
    expect(agent.sentTo(session.device.id)).toHaveLength(10);
    const refused = await again(session.id);
    expect([refused.status, refused.json().code]).toEqual([429, "too-many-notifications"]);
    expect(refused.headers.get("retry-after")).toBe("3600");
    expect((await agent.look(session.id)).notification.state).toBe("sent");
    expect((await agent.auditLines(session.id)).at(-1)).toBe("notification.request refused too-many-notifications");
    expect(await agent.messagesOf(session.id)).toEqual([]);
  });

  test("on a device without a channel says so and queues nothing", async () => {
    const session = await agent.open({ deviceId: agent.device("PC-001").id, notify: false });
    expect(must(await again(session.id), 202).json<SessionView>().notification).toMatchObject({
      state: "unsupported",
      reason: "platform-not-supported",
    });
    expect(await agent.messagesOf(session.id)).toEqual([]);
  });

  test.each([
    ["closed", async (id: string) => void (await agent.call("POST", `/api/sessions/${id}/close`))],
    ["expired", async () => agent.follow(61)],
  ])("is refused once the session is %s", async (state, end) => {
    const session = await agent.open();
    await end(session.id);
    const answer = await again(session.id);
    expect([answer.status, answer.json().code]).toEqual([409, "session-ended"]);
    expect(answer.json<{ detail: string }>().detail).toContain(state);
  });

  test("needs a session that exists and a key that is one", async () => {
    expect((await again("0".repeat(32))).json().code).toBe("session-not-found");
    const { id } = await agent.open();
    expect((await again(id, { key: "a b" })).json().code).toBe("invalid-request");
  });

  test("while Graph is busy is told, audited to its end, and may be repeated", async () => {
    const session = await agent.open();
    await agent.deliverAll();
    product.around.graph.addFault({ path: session.device.id, status: 503 });
    const answer = await again(session.id);
    expect([answer.status, answer.json().code]).toEqual([503, "upstream-unavailable"]);
    const phases = (await agent.audited(session.id))
      .filter(({ action }) => action === "notification.request")
      .map(({ phase }) => phase);
    expect(phases).toEqual(["intent", "outcome"]);
    must(await again(session.id), 202);
  });
});
