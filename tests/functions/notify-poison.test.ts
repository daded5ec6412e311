import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SessionView } from "../../lib/sessions/session.ts";
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

afterAll(() => product.stop());

const messageOf = ({ id, expiresAt }: SessionView) => ({
  v: 1,
  sessionId: id,
  number: 1,
  attempt: 1,
  notAfter: expiresAt,
});
const poison = (session: SessionView) => product.deliver("notify-poison", messageOf(session));
const lines = async (id: string) => (await agent.auditLines(id)).filter((line) => line.startsWith("notification.send"));

describe("A notification that failed too often", () => {
  test("is marked in its session and audited, with the device, by the product itself", async () => {
    const session = await agent.open();
    product.clock.advance(1000);
    await poison(session);
    expect((await agent.look(session.id)).notification).toEqual({
      state: "failed",
      channel: "companyPortal",
      at: product.clock.now().toISOString(),
      reason: "given-up",
    });
    const entry = (await agent.audited(session.id)).at(-1);
    expect(entry).toMatchObject({
      actor: { id: "connector", kind: "system" },
      action: "notification.send",
      phase: "outcome",
      result: "failed",
      reason: "given-up",
      deviceId: session.device.id,
      sessionId: session.id,
    });
  });

  test("is not sent by a copy that comes later, but the agent may ask again", async () => {
    const session = await agent.open();
    await poison(session);
    await product.deliver("notify", messageOf(session));
    expect(agent.sentTo(session.device.id)).toEqual([]);
    await agent.messages();
    must(await agent.call("POST", `/api/sessions/${session.id}/notifications`), 202);
    await agent.deliverAll();
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
    expect((await agent.look(session.id)).notification.state).toBe("sent");
  });

  test("leaves a notification alone that was sent, or that was asked for later", async () => {
    const sent = await agent.open();
    await agent.deliverAll();
    await poison(sent);
    expect((await agent.look(sent.id)).notification.state).toBe("sent");

    const asked = await agent.open();
    must(await agent.call("POST", `/api/sessions/${asked.id}/notifications`), 202);
    await poison(asked);
    expect((await agent.look(asked.id)).notification.state).toBe("queued");
    expect((await lines(asked.id)).length).toBe(1);
  });

  test("of a session that nobody knows is audited all the same", async () => {
    const session = await agent.open();
    const before = (await agent.audited()).length;
    await product.deliver("notify-poison", { ...messageOf(session), sessionId: "0".repeat(32) });
    expect((await agent.audited()).slice(before)).toMatchObject([{ action: "notification.send", result: "failed" }]);
  });
});
