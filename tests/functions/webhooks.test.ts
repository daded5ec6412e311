import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { hooking, verified } from "../hooking.ts";

let product: TestApp;
let hooks: ReturnType<typeof hooking>;

beforeAll(async () => {
  product = await startTestApp();
  hooks = hooking(product);
});

beforeEach(async () => {
  await product.reset();
});

afterEach(() => hooks.close());

afterAll(() => product.stop());

const typesOf = (received: { body: string }[]) =>
  received.map(({ body }) => (JSON.parse(body) as { type: string }).type).sort();

describe("A registered webhook", () => {
  test("is told of each step of a session and of the connector, signed, once each", async () => {
    const target = await hooks.receiver();
    const { id, secret, status } = await hooks.create(`${target.url}/hook`);
    expect(status).toBe("active");
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    await connecting(product).connected();
    const session = await hooks.agent.open();
    await hooks.agent.deliverAll();
    await product.request("POST", hooks.agent.linkOf(session.device.id), { body: "answer=accept" });
    await hooks.agent.atTeamViewer(session.code, "online", { online: true });
    await hooks.agent.follow(1);
    await hooks.agent.call("POST", `/api/sessions/${session.id}/close`);
    await hooks.agent.follow(2);
    await hooks.deliverAll();

    expect(typesOf(target.received)).toEqual([
      "connector.connected",
      "session.accepted",
      "session.closed",
      "session.joined",
      "session.notified",
      "session.requested",
    ]);
    for (const each of target.received) verified(each, secret);
    const deliveries = await hooks.deliveries(id);
    expect(deliveries.map(({ type, state }) => `${type} ${state}`)).toEqual([
      "session.closed delivered",
      "session.joined delivered",
      "session.accepted delivered",
      "session.notified delivered",
      "session.requested delivered",
      "connector.connected delivered",
    ]);
  });
});
