import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting, inShort } from "../connect.ts";
import { hooking, signatureOf, verified } from "../hooking.ts";
import { aWebhook } from "../lib/webhooks/a-webhook.ts";
import { asAWord, must } from "../requesting.ts";

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
const connect = () => connecting(product).connected();
const codeOf = (answer: { status: number; json: <T>() => T }) =>
  `${answer.status} ${answer.json<{ code: string }>().code}`;
const lines = async () => inShort(await product.audit("webhook."));
const vaultNames = () => product.secretNames("wh-");

describe("A registered webhook", () => {
  test("is told of each step of a session and of the connector, signed, once each", async () => {
    const target = await hooks.receiver();
    const { id, secret } = await hooks.create(`${target.url}/hook`);
    await connect();
    const session = await hooks.agent.open();
    await hooks.agent.deliverAll();
    await product.request("POST", hooks.agent.linkOf(session.device.id), { body: "answer=accept" });
    await hooks.agent.atTeamViewer(session.code, "online", { online: true });
    await hooks.agent.follow(1);
    await hooks.agent.call("POST", `/api/sessions/${session.id}/close`);
    await hooks.agent.follow(2);
    await product.newProcess().runTimer("follow-sessions");
    await hooks.deliverAll();

    const expected = ["connector.connected", "session.requested", "session.notified", "session.accepted"];
    expected.push("session.joined", "session.closed");
    expect(typesOf(target.received)).toEqual([...expected].sort());
    for (const each of target.received) {
      const event = verified(each, secret);
      expect(each.headers["webhook-id"]).toBe(event.id);
      expect(each.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
      if (event.subject) expect(event.data).toMatchObject({ sessionId: session.id, deviceId: session.device.id });
      // Ids, states and times alone: no name, link or code.
      for (const secretOrName of [session.code, session.device.name, "http://127", "/s"])
        expect(JSON.stringify(event.data)).not.toContain(secretOrName);
      expect(JSON.stringify(event.data)).not.toMatch(asAWord(session.matchCode));
    }
    const deliveries = await hooks.deliveries(id);
    expect(deliveries.map(({ type, state }) => `${type} ${state}`)).toEqual(
      expected.reverse().map((type) => `${type} delivered`),
    );
    expect(deliveries[0]?.attempts).toEqual([
      { number: 1, at: expect.any(String), status: 204, durationMs: expect.any(Number) },
    ]);
  });

  test("is told of a decline, an expiry, a lost consent and a disconnection", async () => {
    const target = await hooks.receiver();
    const events = ["session.declined", "session.expired", "connector.needs-consent", "connector.disconnected"];
    await hooks.create(target.url, { events });
    await connect();
    const declined = await hooks.agent.open();
    await hooks.agent.deliverAll();
    await product.request("POST", hooks.agent.linkOf(declined.device.id), { body: "answer=decline" });
    await hooks.agent.open();
    await hooks.agent.follow(61);
    product.around.teamviewer.removeGrants();
    product.clock.advance(24 * 3_600_000);
    await hooks.agent.ask({ deviceId: hooks.agent.device().id });
    await product.request("DELETE", "/api/connector", { token: await product.tokenFor("Ada Administrator") });
    await hooks.deliverAll();
    expect(typesOf(target.received)).toEqual([...events].sort());
  });

  test("is told by the timer of what a process could not put into the queue", async () => {
    const target = await hooks.receiver();
    await hooks.create(target.url, { events: ["session.requested"] });
    await connect();
    const broken = hooks.processWithList();
    const { app } = broken;
    Object.assign(broken.waiting, {
      push: () => {
        throw new Error("the queue is away");
      },
    });
    const { id: principalId } = { id: "a0000000-0000-4000-8000-000000000002" };
    const principal = { id: principalId, kind: "person", clientId: "x", roles: [] } as const;
    const request = { deviceId: hooks.agent.device().id, notify: false };
    await app.sessions.request(principal, request, "a-key", "c-1");
    expect(await hooks.deliverAll()).toBe(0);
    await hooks.agent.follow(2);
    expect(await hooks.deliverAll()).toBe(1);
    await hooks.agent.follow(2);
    expect(await hooks.deliverAll()).toBe(0);
    expect(typesOf(target.received)).toEqual(["session.requested"]);
  });

  test("made a moment ago elsewhere is told, too: a process may not know of it, the timer does", async () => {
    await connect();
    const other = product.newProcess();
    await hooks.agent.open({}, { process: other });
    const target = await hooks.receiver();
    product.clock.advance(1000);
    await hooks.create(target.url, { events: ["session.requested"] });
    product.clock.advance(1000);
    const session = await hooks.agent.open({}, { process: other });
    expect(await hooks.deliverAll()).toBe(0);
    await hooks.agent.follow(2);
    await hooks.deliverAll();
    expect(target.received.map(({ body }) => JSON.parse(body).subject)).toEqual([session.id]);
  });
});

describe("Registering", () => {
  test("asks the target for its consent, by the handshake of CloudEvents", async () => {
    const target = await hooks.receiver();
    const { status } = await hooks.create(`${target.url}/hook?sig=secret`);
    expect(status).toBe("active");
    expect(target.handshakes.map(({ path, headers }) => [path, headers["webhook-request-origin"]])).toEqual([
      ["/hook?sig=secret", "127.0.0.1"],
    ]);
    expect(target.received).toHaveLength(0);
  });

  test("or by a signed event whose challenge the answer repeats", async () => {
    const target = await hooks.receiver();
    target.agree("echo");
    const { status, secret } = await hooks.create(target.url);
    expect(status).toBe("active");
    const [ping] = target.received;
    expect(ping && verified(ping, secret)).toMatchObject({
      type: "webhook.test",
      data: { challenge: expect.any(String) },
    });
  });

  test("leaves pending who does not agree, or cannot be reached; it gets nothing until a test is agreed to", async () => {
    const target = await hooks.receiver();
    target.agree("no");
    const { id, status, problem } = await hooks.create(target.url, { events: ["session.requested"] });
    expect([status, problem]).toEqual(["pending", "not-proven"]);
    await connect();
    await hooks.agent.open();
    expect(await hooks.messages()).toEqual([]);
    expect(must(await hooks.call("POST", `/${id}/test`), 200).json()).toMatchObject({
      webhook: { problem: "not-proven" },
    });
    target.agree("handshake");
    const tested = must(await hooks.call("POST", `/${id}/test`), 200).json<{ webhook: { status: string } }>();
    expect(tested.webhook).toMatchObject({ status: "active" });
    expect(tested.webhook).not.toHaveProperty("problem");
    await target.close();
    expect(await hooks.create(target.url)).toMatchObject({ status: "pending", problem: "unreachable" });
  });

  test.each([
    "https://127.0.0.1/x",
    "http://hooks.example/",
    "https://hooks.example:8443/",
    "https://u:p@hooks.example/",
    "https://169.254.169.254/latest",
    "nonsense",
  ])("%s is refused, and nothing is written", async (url) => {
    const product2 = product.newProcess({ WEBHOOK_ALLOW_LOOPBACK: "false" });
    const answer = await hooks.call("POST", "", { url }, { process: product2 });
    expect(codeOf(answer)).toBe("400 invalid-request");
    expect([await product.rows("webhooks"), await vaultNames(), await lines()]).toEqual([[], [], []]);
  });

  test("to this machine is refused where the setting does not allow it", async () => {
    const target = await hooks.receiver();
    const elsewhere = product.newProcess({ WEBHOOK_ALLOW_LOOPBACK: "false" });
    expect(codeOf(await hooks.call("POST", "", { url: target.url }, { process: elsewhere }))).toBe(
      "400 invalid-request",
    );
    expect(target.connections()).toBe(0);
  });

  test("refuses events that there are not, and fields that it does not know", async () => {
    for (const body of [
      {},
      { url: "https://hooks.example", events: [] },
      { url: "https://hooks.example", events: ["webhook.test"] },
      { url: "https://hooks.example", secret: "whsec_mine" },
    ])
      expect(codeOf(await hooks.call("POST", "", body))).toBe("400 invalid-request");
  });

  test("stores the secret in the vault alone and shows it once", async () => {
    const target = await hooks.receiver();
    const { id, secret } = await hooks.create(`${target.url}/in?sig=hidden`);
    const shown = [
      await hooks.call("GET", ""),
      await hooks.call("GET", `/${id}`),
      await hooks.call("PATCH", `/${id}`, {}),
    ];
    for (const answer of shown) {
      expect(answer.status).toBe(200);
      expect(answer.text).not.toMatch(/whsec_|wh-|hidden/);
      expect(answer.text).toContain("/in?…");
    }
    expect(JSON.stringify(await product.rows("webhooks"))).not.toContain(secret);
    const [name = ""] = await vaultNames();
    expect(JSON.parse((await product.vault.getSecret(name)).value ?? "")).toEqual({ current: secret });
  });

  test("that the vault does not take leaves nothing", async () => {
    const target = await hooks.receiver();
    product.around.vault.addFault({ path: "/secrets/wh-", status: 403, times: 0 });
    expect(codeOf(await hooks.call("POST", "", { url: target.url }))).toBe("503 upstream-unavailable");
    product.clearFaults();
    expect((await hooks.call("GET", "")).json()).toEqual({ value: [] });
    await product.runTimer("keep-connected");
    expect(await product.rows("webhooks")).toEqual([]);
    expect(await lines()).toEqual(["webhook.create intent", "webhook.create outcome failed"]);
  });

  test("ends at fifty", async () => {
    const { store } = hooks.ports();
    for (let index = 10; index < 60; index += 1)
      await store.add(aWebhook({ id: `0d000000-0000-4000-8000-0000000000${index}` }));
    expect(codeOf(await hooks.call("POST", "", { url: "https://hooks.example" }))).toBe("409 too-many-webhooks");
    expect((await hooks.call("GET", "")).json<{ value: unknown[] }>().value).toHaveLength(50);
  });
});

describe("An administrator", () => {
  test("changes events and address; another address has to agree first", async () => {
    const [first, second] = [await hooks.receiver(), await hooks.receiver()];
    const { id } = await hooks.create(first.url);
    const patch = async (body: unknown) => must(await hooks.call("PATCH", `/${id}`, body), 200).json();
    expect(await patch({ events: ["session.closed"], description: "Tickets" })).toMatchObject({
      events: ["session.closed"],
      description: "Tickets",
      status: "active",
    });
    second.agree("no");
    expect(await patch({ url: second.url })).toMatchObject({ status: "pending", problem: "not-proven" });
    second.agree("handshake");
    expect(await patch({ url: `${second.url}/b` })).toMatchObject({ status: "active", url: `${second.url}/b` });
    expect(codeOf(await hooks.call("PATCH", `/${id}`, { url: "http://10.0.0.1" }))).toBe("400 invalid-request");
  });

  test("pauses and resumes: what happens in between is not told, what waits is cancelled", async () => {
    const target = await hooks.receiver();
    const { id } = await hooks.create(target.url, { events: ["session.requested"] });
    await connect();
    await hooks.agent.open();
    product.clock.advance(1000);
    expect(must(await hooks.call("PATCH", `/${id}`, { paused: true }), 200).json()).toMatchObject({ status: "paused" });
    await hooks.agent.open();
    expect(await hooks.deliverAll()).toBe(1);
    product.clock.advance(1000);
    expect(must(await hooks.call("PATCH", `/${id}`, { paused: false }), 200).json()).toMatchObject({
      status: "active",
    });
    const told = await hooks.agent.open();
    await hooks.deliverAll();
    expect(target.received.map(({ body }) => JSON.parse(body).subject)).toEqual([told.id]);
    const [, cancelled] = await hooks.deliveries(id);
    expect([cancelled?.state, cancelled?.attempts[0]?.problem]).toEqual(["cancelled", "paused"]);
    expect(await lines()).toEqual([
      "webhook.create intent",
      "webhook.create outcome success",
      "webhook.pause intent",
      "webhook.pause outcome success",
      "webhook.update intent",
      "webhook.update outcome success",
    ]);
  });

  test("gives a new secret; for a day both sign, then the new one alone, and the old is deleted from the vault", async () => {
    const target = await hooks.receiver();
    const { id, secret } = await hooks.create(target.url, { events: ["session.requested"] });
    const rotated = must(await hooks.call("POST", `/${id}/secret`), 200).json<{ secret: string }>();
    expect(rotated.secret).not.toBe(secret);
    await connect();
    await hooks.agent.open();
    await hooks.deliverAll();
    product.clock.advance(24 * 3_600_000 - 60_000);
    await product.runTimer("keep-connected");
    await hooks.agent.open();
    await hooks.deliverAll();
    product.clock.advance(60_001);
    await hooks.agent.open();
    await hooks.deliverAll();
    expect(target.received.map(({ headers }) => headers["webhook-signature"]?.split(" ").length)).toEqual([2, 2, 1]);
    for (const each of target.received) verified(each, rotated.secret);
    for (const each of target.received.slice(0, 2)) verified(each, secret);
    expect(await vaultNames()).toHaveLength(1);
    expect((await product.audit("webhook.")).at(-1)).toMatchObject({ action: "webhook.rotate", reason: id });
  });

  test("rotates twice at once: one wins, the other is told, and no secret is lost", async () => {
    const target = await hooks.receiver();
    const { id } = await hooks.create(target.url);
    const both = await Promise.all([hooks.call("POST", `/${id}/secret`), hooks.call("POST", `/${id}/secret`)]);
    const won = both.filter(({ status }) => status === 200);
    // On a busy machine the second may begin when the first has ended: then it wins too.
    const told = both.filter(({ status }) => status !== 200).map(codeOf);
    expect(told).toEqual(won.length === 2 ? [] : ["409 webhook-changed"]);
    must(await hooks.call("POST", `/${id}/test`), 200);
    const [delivery] = target.received;
    const secrets = won.map((answer) => answer.json<{ secret: string }>().secret);
    expect(secrets.map((secret) => delivery && signatureOf(delivery, secret))).toContainEqual(
      delivery?.headers["webhook-signature"]?.split(" ")[0],
    );
    product.clock.advance(2 * 3_600_000);
    await product.runTimer("keep-connected");
    expect(await vaultNames()).toHaveLength(1);
  });

  test("deletes: it is gone at once, its deliveries and its secret with the timer", async () => {
    const target = await hooks.receiver();
    const { id } = await hooks.create(target.url, { events: ["session.requested"] });
    await connect();
    await hooks.agent.open();
    await hooks.deliverAll();
    await hooks.agent.open();
    must(await hooks.call("DELETE", `/${id}`), 202);
    await hooks.deliverAll();
    expect(target.received).toHaveLength(1);
    for (const path of ["", "/deliveries"])
      expect(codeOf(await hooks.call("GET", `/${id}${path}`))).toBe("404 webhook-not-found");
    expect(codeOf(await hooks.call("DELETE", `/${id}`))).toBe("404 webhook-not-found");
    await product.runTimer("keep-connected");
    expect([await product.rows("webhooks"), await product.rows("deliveries"), await vaultNames()]).toEqual([
      [],
      [],
      [],
    ]);
  });

  test("sends a test and sees at once what came of it", async () => {
    const target = await hooks.receiver();
    const { id, secret } = await hooks.create(target.url);
    const tryOut = async () => must(await hooks.call("POST", `/${id}/test`), 200).json();
    expect(await tryOut()).toMatchObject({
      delivery: { type: "webhook.test", state: "delivered", attempts: [{ status: 204 }] },
    });
    target.answer(500);
    expect(await tryOut()).toMatchObject({
      delivery: { state: "failed", attempts: [{ status: 500, problem: "status" }] },
    });
    for (const each of target.received) expect(verified(each, secret).type).toBe("webhook.test");
    expect((await hooks.deliveries(id)).map(({ state }) => state)).toEqual(["failed", "delivered"]);
    expect(await hooks.messages()).toEqual([]);
  });

  test("looks at deliveries page by page, newest first", async () => {
    const target = await hooks.receiver();
    const { id } = await hooks.create(target.url);
    for (let count = 0; count < 5; count += 1) await hooks.call("POST", `/${id}/test`);
    const ids: string[] = [];
    let page = "";
    do {
      const list = must(await hooks.call("GET", `/${id}/deliveries?top=2${page}`), 200).json<{
        value: { id: string }[];
        nextPage?: string;
      }>();
      expect(list.value.length).toBeLessThanOrEqual(2);
      ids.push(...list.value.map((each) => each.id));
      page = list.nextPage ? `&page=${list.nextPage}` : "";
    } while (page);
    expect(ids).toEqual((await hooks.deliveries(id)).map((each) => each.id));
    expect([...ids].sort()).toEqual(ids);
    expect(ids).toHaveLength(5);
    expect(codeOf(await hooks.call("GET", `/${id}/deliveries?page=x`))).toBe("400 invalid-request");
  });

  test("delivers again what was delivered or has failed, with the same id", async () => {
    const target = await hooks.receiver();
    const { id } = await hooks.create(target.url, { events: ["session.requested"] });
    await connect();
    target.answer(500);
    await hooks.agent.open();
    await hooks.deliverAll();
    const [{ id: deliveryId, state } = { id: "", state: "" }] = await hooks.deliveries(id);
    expect(state).toBe("waiting");
    target.answer(200);
    expect((await hooks.call("POST", `/${id}/deliveries/${deliveryId}`)).status).toBe(202);
    expect(await hooks.deliverAll()).toBe(1);
    must(await hooks.call("POST", `/${id}/deliveries/${deliveryId}`), 202);
    await hooks.deliverAll();
    const [delivery] = await hooks.deliveries(id);
    expect(delivery?.attempts.map(({ number, status }) => [number, status])).toEqual([
      [1, 500],
      [2, 200],
      [3, 200],
    ]);
    expect(new Set(target.received.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([deliveryId]));
    const none = `${"1".repeat(19)}-${"1".repeat(16)}`;
    expect(codeOf(await hooks.call("POST", `/${id}/deliveries/${none}`))).toBe("404 delivery-not-found");
    expect(codeOf(await hooks.call("POST", `/${id}/deliveries/x`))).toBe("404 delivery-not-found");
    must(await hooks.call("PATCH", `/${id}`, { paused: true }), 200);
    expect(codeOf(await hooks.call("POST", `/${id}/deliveries/${deliveryId}`))).toBe("409 webhook-not-active");
  });

  test("finds nothing under an id that no webhook has", async () => {
    const none = "0d000000-0000-4000-8000-000000000001";
    for (const id of [none, "x", "..%2fwebhook"])
      for (const [method, path, body] of [
        ["GET", ""],
        ["PATCH", "", {}],
        ["DELETE", ""],
        ["POST", "/secret"],
        ["POST", "/test"],
        ["GET", "/deliveries"],
        ["POST", `/deliveries/${"1".repeat(19)}-${"1".repeat(16)}`],
      ] as const)
        expect(codeOf(await hooks.call(method, `/${id}${path}`, body))).toBe("404 webhook-not-found");
  });
});
