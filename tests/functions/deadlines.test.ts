import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ManagedIdentityCredential } from "@azure/identity";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { makeTables, where } from "../../lib/adapters/azure/table.ts";
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
  const slowReader = await readerOfManyRows();
  const startedMs = performance.now();
  const [rowsRead, fromGraph, fromTeamViewer, closed] = await Promise.all([
    slowReader(),
    agent.ask(silentGraph, { key: graphKey }),
    agent.ask(silentTeamViewer, { key: teamviewerKey }),
    agent.call("POST", `/api/sessions/${toClose.id}/close`),
    product.deliver("notify", message),
  ]);
  // Each alone would have taken ten seconds: they are given up side by side, with room for a slow machine.
  expect(performance.now() - startedMs).toBeLessThan(25_000);

  // Whoever reads a long list slowly, as a download does, is no service that does not answer.
  expect(rowsRead).toBe(1_100);
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

/** Reads more rows than one answer holds, with a pause that is longer than a deadline before the last of the first answer. */
async function readerOfManyRows() {
  const { connectionString } = product.around.storage;
  const table = makeTables({ connectionString }, new ManagedIdentityCredential(), randomUUID)("manyrows");
  for (let batch = 0; batch < 11; batch += 1) {
    const rows = Array.from({ length: 100 }, (_, index) => ({ partitionKey: "p", rowKey: `${batch}-${index}` }));
    await table.change(rows.map((row) => ({ kind: "insert", row })));
  }
  return async () => {
    let count = 0;
    for await (const _ of table.query(where`PartitionKey eq ${"p"}`)) {
      count += 1;
      if (count === 999) await delay(10_200);
    }
    return count;
  };
}
