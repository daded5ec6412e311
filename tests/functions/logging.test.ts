import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { httpRoutes, queueTriggers, timers } from "../../functions/routes.ts";
import type { NotificationMessage } from "../../lib/notifications/ports.ts";
import type { Answer } from "../app.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { processOf } from "../app-process.ts";
import { connecting } from "../connect.ts";
import { hooking } from "../hooking.ts";
import { must, requesting } from "../requesting.ts";

type Line = { level: string; event: string; correlationId: string } & Record<string, unknown>;

const root = join(import.meta.dirname, "../..");
let product: TestApp;
let hooks: ReturnType<typeof hooking>;
/** Every line of the run below. */
const run: Line[] = [];
let started: Answer;
let refused: Answer;
let waiting: NotificationMessage;
let sessionId: string;

const lineOf = (text: string): Line => {
  const [level = "", json] = /^(\w+) (\{.*\})$/s.exec(text)?.slice(1) ?? [];
  if (!json?.startsWith('{"event":"')) throw new Error(`Not a line of ours: ${text}`);
  return { ...(JSON.parse(json) as Line), level };
};
const linesOf = (correlationId: string, event?: string) =>
  run.filter((line) => line.correlationId === correlationId && (event === undefined || line.event === event));
const instanceOf = (answer: Answer) => answer.json<{ instance: string }>().instance;

/** What a product that is looked after logs: a session's life, then one thing after another that goes wrong. */
beforeAll(async () => {
  product = await startTestApp();
  hooks = hooking(product);
  const agent = requesting(product);
  await connecting(product).connected();
  const target = await hooks.receiver();
  await hooks.create(target.url);

  started = must(await agent.ask({ deviceId: agent.device().id }), 201);
  const session = started.json<{ id: string }>();
  sessionId = session.id;
  const [message] = await agent.messagesOf(session.id);
  waiting = message as NotificationMessage;
  await product.deliver("notify", message);
  target.answer(500);
  const [event] = await hooks.messages();
  await product.deliver("deliver-webhook", event?.message);
  await product.runTimer("follow-sessions");
  product.clock.advance(5 * 60_000);
  await product.runTimer("seal-audit");

  product.around.graph.addFault({ times: 0, status: 503 });
  refused = await agent.ask({ deviceId: agent.device().id });
  product.clearFaults();
  await agent.call("GET", "/api/sessions/unknown");
  await product.deliver("notify", "nothing that can be read");
  await product.deliver("notify-poison", message);
  await product.deliver("deliver-webhook-poison", event?.message);
  const { app } = product.process();
  const page = () => {
    throw new TypeError("Ana's phone");
  };
  const broken = processOf({ ...app, listAudit: { ...app.listAudit, page } }, (line) => product.logs.push(line));
  must(await broken.request("GET", "/api/audit", { token: await product.tokenFor("Dev Auditor") }), 500);
  product.around.teamviewer.removeGrants();
  product.clock.advance(23 * 3_600_000);
  await product.runTimer("keep-connected").catch(() => undefined);
  await product.runTimer("follow-sessions").catch(() => undefined);
  run.push(...product.logs.map(lineOf));
});

afterAll(async () => {
  await hooks.close();
  await product.stop();
});

describe("One correlation id", () => {
  test("leads from a request over its queue message and its sender to every entry of the audit about it", async () => {
    const { correlationId } = waiting;
    const audited = (await requesting(product).audited(sessionId)).filter(({ action }) =>
      ["session.request", "notification.send"].includes(action),
    );
    expect(audited.map(({ action, phase }) => `${action} ${phase}`)).toEqual([
      "session.request intent",
      "session.request outcome",
      "notification.send intent",
      "notification.send outcome",
      "notification.send outcome",
    ]);
    expect(new Set(audited.map((entry) => entry.correlationId))).toEqual(new Set([correlationId]));
    const logged = linesOf(correlationId ?? "").map(({ event, function: name, action }) =>
      [event, name ?? action].filter(Boolean).join(" "),
    );
    expect(logged).toEqual([
      "audit session.request",
      "invocation session-request",
      "audit notification.send",
      "invocation notify",
      "dependency",
      "invocation deliver-webhook",
      "poison",
      "audit notification.send",
      "invocation notify-poison",
      "poison",
      "audit webhook.deliver",
      "invocation deliver-webhook-poison",
    ]);
  });

  test("is what a problem tells as its instance, and stands in every line about it", () => {
    expect(refused.status).toBe(503);
    expect(linesOf(instanceOf(refused)).map(({ event }) => event)).toEqual([
      "dependency",
      "audit",
      "refused",
      "invocation",
    ]);
  });
});

describe("The line of an invocation", () => {
  test("tells what was asked of each service, and how long all took", () => {
    const [line] = linesOf(waiting.correlationId ?? "", "invocation");
    expect(line).toMatchObject({ level: "information", outcome: "success", durationMs: expect.any(Number) });
    const calls = line?.calls as { service: string; count: number; failed: number; ms: number }[];
    for (const service of ["graph", "queues", "tables", "teamviewer"])
      expect(calls).toContainEqual({ service, count: expect.any(Number), failed: 0, ms: expect.any(Number) });
  });

  test("says how it failed, and is a warning then", () => {
    const [line] = linesOf(instanceOf(refused), "invocation");
    expect(line).toMatchObject({ level: "warning", outcome: "failed", code: "upstream-unavailable" });
    expect(linesOf(instanceOf(refused), "dependency")[0]).toMatchObject({
      level: "warning",
      service: "graph",
      outcome: "busy",
      status: 503,
    });
  });

  test("is not written of what only reads, unless that fails", () => {
    const reads = httpRoutes.filter(({ method }) => method === "GET").map(({ name }) => name);
    const written = run.filter(({ event, function: name }) => event === "invocation" && reads.includes(String(name)));
    expect(written.map((line) => `${line.function} ${line.outcome}`)).toEqual([
      "consent-start success",
      "callback success",
      "audit failed",
    ]);
  });
});

describe("A query for Application Insights", () => {
  const folder = join(root, "infra/azure/queries");
  const queries = globSync("*.kql", { cwd: folder }).map((file) => [file, readFileSync(join(folder, file), "utf8")]);
  const eventsIn = (query: string) =>
    [...query.matchAll(/message startswith '\{"event":"([\w-]+)"'/g)].map(([, e]) => e);
  const seenOf = (events: readonly (string | undefined)[]) =>
    run.filter(({ event }) => events.length === 0 || events.includes(event));
  /** Where lines of these events have such a field, and what in it. */
  const valuesOf = (lines: readonly Line[], field: string) => {
    const calls = lines.flatMap((line) => (line.calls ?? []) as Record<string, unknown>[]);
    return [...lines.map((line) => line[field]), ...calls.map((call) => call[field])].filter(
      (each) => each !== undefined,
    );
  };

  test.each(queries)("reads only what is logged: %s", (_file, query = "") => {
    const lines = seenOf(eventsIn(query));
    const fields = [...query.matchAll(/\b(?:line|call)\.(\w+)/g)].map(([, field = ""]) => field);
    expect(fields.filter((field) => valuesOf(lines, field).length === 0)).toEqual([]);
    if (query.includes("startswith")) expect(fields.length).toBeGreaterThan(0);
  });

  test.each(queries)("looks for what is really said: %s", (_file, query = "") => {
    const lines = seenOf(eventsIn(query));
    const texts = [...query.matchAll(/tostring\((?:line|call)\.(\w+)\) (?:==|!=) "([^"]+)"/g)];
    expect(texts.filter(([, field = "", text]) => !valuesOf(seenOf([]), field).includes(text ?? ""))).toEqual([]);
    expect(lines.length).toBeGreaterThan(0);
  });

  test("that names a level below the host's would find nothing: the host passes on what is logged as information", () => {
    const host = JSON.parse(readFileSync(join(root, "host.json"), "utf8")) as {
      logging: {
        logLevel: Record<string, string>;
        applicationInsights: { samplingSettings: { excludedTypes: string } };
      };
    };
    const { logLevel, applicationInsights } = host.logging;
    const changing = httpRoutes.filter(
      ({ method, name }) => method !== "GET" || /^(consent-start|callback)$/.test(name),
    );
    const names = [...changing, ...queueTriggers, ...timers].map(({ name }) => name);
    const passed = Object.keys(logLevel).flatMap((category) => /^Function\.(.+)\.User$/.exec(category)?.[1] ?? []);
    expect(passed.sort()).toEqual([...names].sort());
    const informing = new Set(run.filter(({ level }) => level === "information").map((line) => line.function));
    informing.delete(undefined);
    expect([...informing].filter((name) => !passed.includes(String(name)))).toEqual([]);
    expect(applicationInsights.samplingSettings.excludedTypes.split(";")).toContain("Trace");
  });
});

describe("docs/monitoring.md", () => {
  const page = readFileSync(join(root, "docs/monitoring.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| ([^|]*) \| ([^|]*) \|$/gm)];

  test("tells every event and every field that is logged", () => {
    const documented = new Map(
      rows.map(([, event = "", , fields = ""]) => [
        event,
        [...fields.matchAll(/`([\w-]+)`/g)].map(([, field]) => field),
      ]),
    );
    const seen = new Map<string, Set<string>>();
    for (const { level, correlationId, event, ...fields } of run) {
      const calls = ((fields.calls ?? []) as object[]).flatMap(Object.keys);
      seen.set(event, new Set([...(seen.get(event) ?? []), ...Object.keys(fields), ...calls]));
    }
    expect([...documented.keys()].sort()).toEqual([...seen.keys()].sort());
    for (const [event, fields] of seen)
      expect([event, [...fields].filter((field) => !documented.get(event)?.includes(field))]).toEqual([event, []]);
  });
});

test("No line holds a name, link or code of anybody, nor what a service or a bug said", () => {
  const { endCustomerUrl, supporterUrl, matchCode } = started.json<Record<string, string>>();
  const all = JSON.stringify(run);
  for (const secret of ["Ana", "Bruno", "PHONE", endCustomerUrl, supporterUrl, `"${matchCode}"`, "Bearer", "http"])
    expect(all).not.toContain(secret);
});
