import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import fetch from "node-fetch";
import { type InvocationLine, makeWatch, tellOutcome } from "../../../lib/adapters/invocation.ts";
import type { AuditEntry } from "../../../lib/audit/entry.ts";

let server: Server;
let url = "";
let answer: RequestListener = (_request, response) => response.end();

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path?secret=query`;
  answer = (_request, response) => response.end();
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const watch = makeWatch(({ isForToken }) => (isForToken ? "identity" : "graph"));
const call = (headers: Record<string, string> = {}) => fetch(url, { headers });
function watched() {
  const lines: InvocationLine[] = [];
  return { lines, ...watch((_level, line) => lines.push(line)) };
}

test("what an invocation asks of a service is counted, and no line while all goes well", async () => {
  const { lines, run, end } = watched();
  await run(async () => {
    await Promise.all([call(), call(), call({ "x-identity-header": "x" })]);
  });
  const { durationMs, calls } = end();
  expect(calls).toEqual([
    { service: "graph", count: 2, failed: 0, ms: expect.any(Number) },
    { service: "identity", count: 1, failed: 0, ms: expect.any(Number) },
  ]);
  expect(durationMs).toBeGreaterThanOrEqual(0);
  expect(lines).toEqual([]);
});

test("a call that fails is a line that tells the service, how it failed and how long it took, and no address", async () => {
  answer = (_request, response) => response.writeHead(503).end("secret answer");
  const { lines, run, end } = watched();
  await run(() => call());
  expect(lines).toEqual([
    { event: "dependency", service: "graph", outcome: "busy", status: 503, durationMs: expect.any(Number), attempt: 1 },
  ]);
  expect(JSON.stringify(lines)).not.toContain("secret");
  expect(end().calls).toMatchObject([{ count: 1, failed: 1 }]);
});

test("a call that nobody answers has no status", async () => {
  answer = (request) => request.socket.destroy();
  const { lines, run, end } = watched();
  await run(() => call().catch(() => undefined));
  answer = () => undefined;
  await run(() => fetch(url, { signal: AbortSignal.timeout(50) }).catch(() => undefined));
  expect(end().calls).toMatchObject([{ count: 2, failed: 2 }]);
  expect(lines).toMatchObject([{ outcome: "no-answer" }, { outcome: "no-answer" }]);
  for (const line of lines) expect(line).not.toHaveProperty("status");
});

test("the tries of one thing are numbered, each thing by itself", async () => {
  answer = (_request, response) => response.writeHead(500).end();
  const { lines, run } = watched();
  await run(async () => {
    for (const operation of ["a", "a", "b", "a"]) await call({ "x-ms-client-request-id": operation });
    await call();
    await call();
  });
  expect(lines.map((line) => "attempt" in line && line.attempt)).toEqual([1, 2, 1, 3, 1, 1]);
});

const entry: AuditEntry = {
  id: "e-1",
  at: "2026-11-22T10:00:00.000Z",
  actor: { id: "bruno", kind: "person" },
  action: "session.request",
  phase: "outcome",
  result: "success",
  sessionId: "s-1",
  correlationId: "c-1",
};

test("invocations side by side keep their calls and lines apart, and calls outside belong to none", async () => {
  const [one, two] = [watched(), watched()];
  await Promise.all([
    one.run(async () => {
      await delay(5);
      await call();
      tellOutcome(entry);
      tellOutcome({ ...entry, id: "e-0", phase: "intent" });
    }),
    two.run(async () => {
      await call();
      await delay(10);
      await call();
    }),
    call(),
  ]);
  tellOutcome(entry);
  expect(one.end().calls).toMatchObject([{ count: 1 }]);
  expect(two.end().calls).toMatchObject([{ count: 2 }]);
  expect(one.lines).toEqual([
    {
      event: "audit",
      action: "session.request",
      result: "success",
      sessionId: "s-1",
      entryId: "e-1",
      correlationId: "c-1",
    },
  ]);
  expect(two.lines).toEqual([]);
});

test("what fails after the end of an invocation is told all the same, and in no sum", async () => {
  answer = (_request, response) => setTimeout(() => response.writeHead(500).end(), 20);
  const { lines, run, end } = watched();
  const late = run(() => call());
  expect(end().calls).toEqual([]);
  await late;
  expect(lines).toMatchObject([{ event: "dependency", outcome: "failed" }]);
});
