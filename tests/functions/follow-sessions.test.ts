import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { SessionView } from "../../lib/sessions/session.ts";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { must, requesting } from "../requesting.ts";
import { type StorageProxy, startStorageProxy } from "../storage-proxy.ts";

const SESSIONS = "^/api/v1/sessions$";
const HOUR_MS = 3_600_000;

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

afterEach(async () => {
  product.clearFaults();
  proxy.clear();
  // Nothing of one test is still to be followed in the next.
  const online = product.around.teamviewer.sessions().filter((session) => session.online);
  for (const { code } of online) await agent.atTeamViewer(code, "online", { online: false });
  await agent.follow(25 * 60);
  await agent.follow(2);
  await agent.messages();
});

afterAll(async () => {
  await proxy.close();
  await product.stop();
});

const stateOf = async ({ id }: { id: string }) => (await agent.look(id)).state;
const stateAtTeamViewer = (id: string) => agent.remotes(id).map(({ state }) => state);
const followedLines = async ({ id }: { id: string }) =>
  (await agent.auditLines(id)).filter(
    (line) => !line.startsWith("session.request") && !line.startsWith("notification"),
  );

/** A session that was requested but whose request died: TeamViewer may have made its part. */
async function died(fault: { behaviour?: "reset" | "reset-after" } = { behaviour: "reset" }) {
  const [body, key] = [{ deviceId: agent.device().id }, randomUUID()];
  product.around.teamviewer.addFault({ method: "POST", path: SESSIONS, ...fault });
  product.around.teamviewer.addFault({ method: "GET", path: SESSIONS, status: 500 });
  must(await agent.ask(body, { key }), 502);
  const { value } = (await agent.call("GET", `/api/sessions?device=${body.deviceId}`)).json<{ value: SessionView[] }>();
  const [session] = value;
  if (!session) throw new Error("no row");
  return { session, again: () => agent.ask(body, { key }) };
}

describe("Following sessions", () => {
  test("asks TeamViewer once, however many sessions are open, and not at all when none is", async () => {
    for (let count = 0; count < 3; count += 1) await agent.open();
    product.around.teamviewer.journal.splice(0);
    await agent.follow();
    expect(product.around.teamviewer.journal.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /api/v1/sessions",
    ]);
    await agent.follow(61);
    product.around.teamviewer.journal.splice(0);
    await agent.follow();
    expect(product.around.teamviewer.journal).toEqual([]);
  });

  test("sees the user join, once, and keeps the session going past its time while somebody is there", async () => {
    const session = await agent.open();
    await agent.atTeamViewer(session.code, "online", { online: true });
    await agent.follow();
    await agent.follow();
    expect(await stateOf(session)).toBe("inProgress");
    expect(await followedLines(session)).toEqual(["session.join success"]);
    await agent.follow(61);
    expect(await stateOf(session)).toBe("inProgress");
    await agent.atTeamViewer(session.code, "online", { online: false });
    await agent.follow();
    expect(await stateOf(session)).toBe("closed");
    expect(stateAtTeamViewer(session.id)).toEqual(["Closed"]);
    expect(await followedLines(session)).toEqual(["session.join success", "session.close success time-is-up"]);
  });

  test("sees that the session was closed at TeamViewer", async () => {
    const session = await agent.open();
    const [call] = agent.callsTo(/sessions$/).slice(-1);
    const url = `${product.around.teamviewer.url}/api/v1/sessions/${session.code}`;
    const headers = { authorization: call?.headers.authorization ?? "", "content-type": "application/json" };
    const answer = await fetch(url, { method: "PUT", headers, body: JSON.stringify({ state: "closed" }) });
    expect(answer.status).toBe(204);
    await agent.follow();
    await agent.follow();
    expect(await agent.look(session.id)).toMatchObject({
      state: "closed",
      closedAt: product.clock.now().toISOString(),
    });
    expect(await followedLines(session)).toEqual(["session.close success closed-at-teamviewer"]);
  });

  test("ends a session that nobody answered when its time is up, here and at TeamViewer, and its notification", async () => {
    const session = await agent.open();
    await agent.follow(59);
    expect(await stateOf(session)).toBe("open");
    await agent.follow(1);
    const seen = await agent.look(session.id);
    expect(seen).toMatchObject({ state: "expired", closedAt: seen.expiresAt, notification: { state: "expired" } });
    expect(stateAtTeamViewer(session.id)).toEqual(["Closed"]);
    expect(await followedLines(session)).toEqual(["session.expire success time-is-up"]);
    await agent.deliverAll();
    expect(agent.sentTo(session.device.id)).toEqual([]);
  });

  test("ends it here while TeamViewer does not answer, and there when it does again", async () => {
    const session = await agent.open();
    product.around.teamviewer.addFault({ path: "/api/v1/", status: 503, times: 0 });
    await agent.follow(61);
    expect(await stateOf(session)).toBe("expired");
    expect(stateAtTeamViewer(session.id)).toEqual(["Open"]);
    product.clearFaults();
    await agent.follow(1);
    expect(stateAtTeamViewer(session.id)).toEqual(["Closed"]);
    expect(await followedLines(session)).toEqual(["session.expire success time-is-up"]);
  });

  test("leaves nothing to be done of a session that is over", async () => {
    const session = await agent.open();
    await agent.call("POST", `/api/sessions/${session.id}/close`);
    await agent.follow();
    await agent.follow(1);
    const kinds = (await agent.rowsOf(session.id)).map(({ rowKey }) => String(rowKey).split("~")[0]);
    expect(kinds.filter((kind) => ["open", "new", "owed"].includes(kind ?? ""))).toEqual([]);
  });

  test("in two processes at the same moment does nothing twice", async () => {
    const sessions = [await agent.open(), await agent.open(), await agent.open()];
    const [joined, unanswered, unsent] = sessions;
    await agent.messages();
    await agent.atTeamViewer(joined?.code ?? "", "online", { online: true });
    const others = [product.process(), product.newProcess(), product.newProcess()];
    await Promise.all(others.map((process) => process.runTimer("follow-sessions")));
    product.clock.advance(61_000);
    await Promise.all(others.map((process) => process.runTimer("follow-sessions")));
    const messages = await agent.messages();
    await Promise.all(messages.map(({ message }, index) => others[index % 3]?.deliver("notify", message)));
    for (const session of sessions) expect(agent.sentTo(session.device.id)).toHaveLength(1);
    product.clock.advance(HOUR_MS);
    await Promise.all(others.map((process) => process.runTimer("follow-sessions")));
    expect(await followedLines(joined as SessionView)).toEqual(["session.join success"]);
    for (const session of [unanswered, unsent]) {
      expect(await followedLines(session as SessionView)).toEqual(["session.expire success time-is-up"]);
      expect(stateAtTeamViewer(session?.id ?? "")).toEqual(["Closed"]);
    }
  });

  test("goes on with the others when one row cannot be read, and says that something is wrong", async () => {
    const [broken, sound] = [await agent.open(), await agent.open()];
    proxy.fail({ about: new RegExp(`GET .*RowKey='${broken?.id}'`), behaviour: 403, times: 0 });
    product.clock.advance(HOUR_MS);
    await expect(behindProxy.runTimer("follow-sessions")).rejects.toThrow();
    expect(await stateOf(sound)).toBe("expired");
    expect(await stateOf(broken)).toBe("open");
    proxy.clear();
    await agent.follow();
    expect(await stateOf(broken)).toBe("expired");
  });
});

describe("What is still owed", () => {
  test("is done after a minute, once, when the process died before it did it", async () => {
    proxy.fail({ about: /\/notifications\/messages/, behaviour: 403, times: 0 });
    proxy.fail({ about: /"action":"session\.request".*"phase":"outcome"/, behaviour: 403, times: 0 });
    const session = await agent.open({}, { process: behindProxy });
    proxy.clear();
    await agent.follow(0.5);
    expect(await agent.auditLines(session.id)).toEqual(["session.request intent"]);
    await agent.follow(0.5);
    await agent.follow(1);
    await agent.deliverAll();
    await agent.deliverAll();
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
    expect((await agent.auditLines(session.id)).filter((line) => line.startsWith("session.request"))).toEqual([
      "session.request intent",
      "session.request success",
    ]);
  });

  test("stays owed while it cannot be done, and the sessions are followed all the same", async () => {
    proxy.fail({ about: /\/notifications\/messages/, behaviour: 403, times: 0 });
    const session = await agent.open({}, { process: behindProxy });
    await agent.atTeamViewer(session.code, "online", { online: true });
    product.clock.advance(60_000);
    await expect(behindProxy.runTimer("follow-sessions")).rejects.toThrow();
    expect(await stateOf(session)).toBe("inProgress");
    proxy.clear();
    await agent.follow();
    expect(await agent.messagesOf(session.id)).toHaveLength(1);
  });

  test("is not sent when the agent asked again meanwhile", async () => {
    proxy.fail({ about: /\/notifications\/messages/, behaviour: 403, times: 0 });
    const session = await agent.open({}, { process: behindProxy });
    proxy.clear();
    must(await agent.call("POST", `/api/sessions/${session.id}/notifications`), 202);
    await agent.follow(1);
    await agent.deliverAll();
    await agent.deliverAll();
    expect(agent.sentTo(session.device.id)).toHaveLength(1);
  });
});

describe("A request that died", () => {
  test("may be gone on with by its key for a minute after its lease, then it failed, audited once", async () => {
    const { session, again } = await died();
    await agent.follow(0.9);
    expect(await stateOf(session)).toBe("requested");
    await agent.follow(0.2);
    await agent.follow(1);
    expect(await agent.look(session.id)).toMatchObject({ state: "failed" });
    expect(await followedLines(session)).toEqual(["session.fail failed not-opened"]);
    expect(must(await again(), 201).json<SessionView>()).toMatchObject({ id: session.id, state: "failed" });
    expect(stateAtTeamViewer(session.id)).toEqual([]);
  });

  test("after TeamViewer made its session is closed there when it failed", async () => {
    const { session } = await died({ behaviour: "reset-after" });
    expect(stateAtTeamViewer(session.id)).toEqual(["Open"]);
    await agent.follow(2);
    expect(await stateOf(session)).toBe("failed");
    expect(stateAtTeamViewer(session.id)).toEqual(["Closed"]);
  });

  test("leaves no session open at TeamViewer when TeamViewer could not be asked at that time", async () => {
    const { session } = await died({ behaviour: "reset-after" });
    product.around.teamviewer.addFault({ path: "/api/v1/", status: 503, times: 0 });
    await agent.follow(2);
    product.clearFaults();
    await agent.follow(1);
    expect(stateAtTeamViewer(session.id)).toEqual(["Closed"]);
    expect(await stateOf(session)).toBe("failed");
  });

  test("fails in the end also when TeamViewer can never be asked", async () => {
    const { session } = await died();
    product.around.teamviewer.addFault({ path: "/api/v1/", status: 503, times: 0 });
    await agent.follow(61);
    expect(await stateOf(session)).toBe("failed");
  });

  test("and made a second TeamViewer session is left with the one that its session knows", async () => {
    const { session, again } = await died({ behaviour: "reset-after" });
    // TeamViewer's list does not show the first one yet.
    product.around.teamviewer.addFault({ method: "GET", path: SESSIONS, status: 200, body: { sessions: [] } });
    const opened = must(await again(), 201).json<SessionView>();
    expect(stateAtTeamViewer(session.id)).toEqual(["Open", "Open"]);
    await agent.follow();
    const open = agent.remotes(session.id).filter(({ state }) => state === "Open");
    expect(open.map(({ code }) => code)).toEqual([opened.code]);
    expect(await stateOf(session)).toBe("open");
  });

  test("leaves other people's TeamViewer sessions alone", async () => {
    await agent.open();
    const [call] = agent.callsTo(/sessions$/).slice(-1);
    const headers = { authorization: call?.headers.authorization ?? "", "content-type": "application/json" };
    const make = async (custom_api: string) => {
      const body = JSON.stringify({ groupname: "Helpdesk", custom_api });
      const answer = await fetch(`${product.around.teamviewer.url}/api/v1/sessions`, { method: "POST", headers, body });
      return ((await answer.json()) as { code: string }).code;
    };
    const codes = [
      await make("free text"),
      await make(JSON.stringify({ sessionId: "0".repeat(32) })),
      await make(JSON.stringify({ connector: "intune-remote-assistance", sessionId: "0".repeat(32) })),
    ];
    await agent.follow(61);
    const states = codes.map((code) => product.around.teamviewer.sessions().find((each) => each.code === code)?.state);
    expect(states).toEqual(["Open", "Open", "Open"]);
  });
});
