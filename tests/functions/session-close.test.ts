import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type SessionView, sessionViewSchema } from "../../lib/sessions/session.ts";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { must, requesting } from "../requesting.ts";
import { type StorageProxy, startStorageProxy } from "../storage-proxy.ts";

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

const close = (id: string, as = "Bruno Agent", process?: AppProcess) =>
  agent.call("POST", `/api/sessions/${id}/close`, { as, ...(process ? { process } : {}) });
const stateAtTeamViewer = (id: string) => agent.remotes(id).map(({ state }) => state);
const closedLines = async (id: string) =>
  (await agent.auditLines(id)).filter((line) => line.startsWith("session.close"));

describe("Closing a session", () => {
  test("ends it here and at TeamViewer; closing it again changes nothing", async () => {
    const session = await agent.open();
    const first = must(await close(session.id), 200).json<SessionView>();
    expect(sessionViewSchema.parse(first)).toMatchObject({
      state: "closed",
      closedAt: product.clock.now().toISOString(),
    });
    expect(first.supporterUrl).toBeUndefined();
    expect(stateAtTeamViewer(session.id)).toEqual(["Closed"]);
    product.clock.advance(1000);
    expect(must(await close(session.id), 200).json()).toEqual(first);
    expect(agent.callsTo(new RegExp(session.code), "PUT")).toHaveLength(1);
    expect(await closedLines(session.id)).toEqual(["session.close intent", "session.close success"]);
  });

  test("may be done by any agent, and stands in the audit as theirs", async () => {
    const { id } = await agent.open();
    must(await close(id, "Ticket system"), 200);
    const [entry] = (await agent.audited(id)).filter(({ action }) => action === "session.close");
    expect(entry?.actor).toEqual({ id: "20000000-0000-4000-8000-000000000001", kind: "application" });
  });

  test("by many at the same moment ends it once", async () => {
    const { id } = await agent.open();
    const other = product.newProcess();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => close(id, "Bruno Agent", index % 2 ? other : undefined)),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect((await closedLines(id)).filter((line) => line === "session.close success")).toHaveLength(1);
  });

  test.each([{ status: 500 }, { status: 403, body: { error: "rate_limit_reached" } }, { behaviour: "reset" as const }])(
    "while TeamViewer fails (%j) ends it here at once, and there as soon as it can be done",
    async (fault) => {
      const { id, code } = await agent.open();
      product.around.teamviewer.addFault({ method: "PUT", path: code, times: 2, ...fault });
      expect(must(await close(id), 200).json<SessionView>().state).toBe("closed");
      expect(stateAtTeamViewer(id)).toEqual(["Open"]);
      await agent.follow();
      expect(stateAtTeamViewer(id)).toEqual(["Open"]);
      await agent.follow();
      expect(stateAtTeamViewer(id)).toEqual(["Closed"]);
      expect((await agent.rowsOf(id)).filter(({ rowKey }) => String(rowKey).startsWith("open~"))).toEqual([]);
      expect(await closedLines(id)).toEqual(["session.close intent", "session.close success"]);
    },
  );

  test("is done with a session that TeamViewer does not have any more", async () => {
    const { id, code } = await agent.open();
    product.around.teamviewer.addFault({ method: "PUT", path: code, status: 404, times: 0 });
    expect(must(await close(id), 200).json<SessionView>().state).toBe("closed");
    await agent.follow();
    expect((await agent.rowsOf(id)).filter(({ rowKey }) => String(rowKey).startsWith("open~"))).toEqual([]);
  });

  test("is not done when it cannot be audited", async () => {
    const { id } = await agent.open();
    proxy.fail({ about: /\/audit\d{6}/, behaviour: 403, times: 0 });
    const answer = await close(id, "Bruno Agent", behindProxy);
    expect([answer.status, answer.json().code]).toEqual([503, "upstream-unavailable"]);
    expect((await agent.look(id)).state).toBe("open");
    expect(stateAtTeamViewer(id)).toEqual(["Open"]);
  });

  test("needs a session that exists", async () => {
    const answer = await close("0".repeat(32));
    expect([answer.status, answer.json().code]).toEqual([404, "session-not-found"]);
  });
});
