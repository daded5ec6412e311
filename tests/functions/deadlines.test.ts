import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import type { SessionView } from "../../lib/sessions/session.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { must, requesting } from "../requesting.ts";

jest.setTimeout(30_000);

let product: TestApp;
let agent: ReturnType<typeof requesting>;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  await connecting(product).connected();
});

afterAll(() => product.stop());

// The deadlines are real time, so everything that waits for one does it side by side.
test("A service that never answers is given up after ten seconds, and nothing is lost or doubled by it", async () => {
  const { graph, teamviewer } = product.around;
  const toClose = await agent.open();
  const toNotify = await agent.open();
  const [silentGraph, silentTeamViewer] = [{ deviceId: agent.device().id }, { deviceId: agent.device().id }];
  const [graphKey, teamviewerKey] = [randomUUID(), randomUUID()];
  graph.addFault({ method: "GET", path: silentGraph.deviceId, behaviour: "hang" });
  graph.addFault({ method: "POST", path: toNotify.device.id, behaviour: "hang" });
  teamviewer.addFault({ method: "POST", path: "^/api/v1/sessions$", behaviour: "hang" });
  teamviewer.addFault({ method: "PUT", path: toClose.code, behaviour: "hang" });

  const message = { v: 1, sessionId: toNotify.id, number: 1, attempt: 1, notAfter: toNotify.expiresAt };
  const startedMs = performance.now();
  const [fromGraph, fromTeamViewer, closed] = await Promise.all([
    agent.ask(silentGraph, { key: graphKey }),
    agent.ask(silentTeamViewer, { key: teamviewerKey }),
    agent.call("POST", `/api/sessions/${toClose.id}/close`),
    product.deliver("notify", message),
  ]);
  expect(performance.now() - startedMs).toBeLessThan(12_000);

  for (const answer of [fromGraph, fromTeamViewer]) {
    expect([answer?.status, answer?.json().code]).toEqual([504, "upstream-timeout"]);
  }
  for (const [body, key] of [
    [silentGraph, graphKey],
    [silentTeamViewer, teamviewerKey],
  ] as const) {
    const { id } = must(await agent.ask(body, { key }), 201).json<SessionView>();
    expect(agent.remotes(id)).toHaveLength(1);
  }

  expect(closed?.json<SessionView>().state).toBe("closed");
  expect(agent.remotes(toClose.id)[0]?.state).toBe("Open");
  await agent.follow();
  expect(agent.remotes(toClose.id)[0]?.state).toBe("Closed");

  expect((await agent.look(toNotify.id)).notification).toMatchObject({ state: "unknown", reason: "timeout" });
  await product.deliver("notify", message);
  expect(
    graph.journal.filter(({ method, path }) => method === "POST" && path.includes(toNotify.device.id)),
  ).toHaveLength(1);
});
