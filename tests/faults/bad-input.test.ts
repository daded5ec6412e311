import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { principals } from "../../infra/local/principals.ts";
import { problemSchema } from "../../lib/http/problem.ts";
import { type Answer, startTestApp, type TestApp } from "../app.ts";
import { connecting, liveGrants, tokenCalls } from "../connect.ts";
import { must, requesting } from "../requesting.ts";
import { flipsOf } from "./bad-input/flips.ts";
import { type BadRequest, type Operation, operationsOf, requestsOf } from "./bad-input/requests.ts";
import { hostileText, hostileValue } from "./bad-input/schema-values.ts";

const isFull = process.env.TRUST === "full";
const SEED = Number(process.env.TRUST_SEED ?? 20_261_122);
const REQUESTS = isFull ? 50_000 : 1500;
const REQUESTS_A_ROUND = 2500;
const MESSAGES = isFull ? 1000 : 300;
const FLIPS = isFull ? 12_400 : 600;
const FILTERS = isFull ? 2000 : 200;
const SLOWEST_MS = 5000;
const FAR = "9999-12-31T23:59:59Z";
const TIMEOUT_MS = isFull ? 3_600_000 : 120_000;

let product: TestApp;
let agent: ReturnType<typeof requesting>;
let admin: ReturnType<typeof connecting>;
const figures: string[] = [];

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  admin = connecting(product);
}, TIMEOUT_MS);

afterAll(async () => {
  await product.stop();
  process.stdout.write(`bad input (seed ${SEED}): ${figures.join("; ")}\n`);
});

/** `count` things, the same ones for the same seed. */
const drawn = <T>(arbitrary: fc.Arbitrary<T>, count: number, seed = SEED) =>
  fc.sample(arbitrary, { numRuns: count, seed });

/** Does `work` for each, some at a time. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>, width = 4) {
  const waiting = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of waiting) await work(item);
    }),
  );
}

const upstreamCalls = () => {
  const { teamviewer, graph, vault, storage } = product.around;
  return teamviewer.journal.length + graph.journal.length + vault.journal.length + storage.journal.calls.length;
};

describe("requests made from the OpenAPI document", () => {
  const names = principals.map(({ name }) => name);
  const rolesOf = new Map<string, readonly string[]>(principals.map(({ name, roles }) => [name, roles]));
  const isAllowed = ({ operation, as }: BadRequest) =>
    operation.isOpen ||
    (as !== undefined &&
      "principal" in as &&
      (rolesOf.get(as.principal) ?? []).some((role) => operation.roles.includes(role)));

  let tokens: Map<string, string>;
  let slowestMs = 0;

  async function send(request: BadRequest): Promise<Answer> {
    const { operation, path, headers, body, as } = request;
    const token = as && "principal" in as ? tokens.get(as.principal) : undefined;
    const authorization: Record<string, string> =
      as && "authorization" in as ? { authorization: as.authorization } : {};
    const ask = async () => {
      const startedMs = performance.now();
      const sent = { token, body, headers: { ...headers, ...authorization } };
      return { answer: await product.request(operation.method, path, sent), ms: performance.now() - startedMs };
    };
    const { answer, ms: firstMs } = await ask();
    // Many are asked at once, on a machine that may be busy: what reads only is timed again.
    const ms = firstMs > SLOWEST_MS && operation.method === "GET" ? (await ask()).ms : firstMs;
    slowestMs = Math.max(slowestMs, ms);
    if (ms > SLOWEST_MS) throw new Error(`${operation.method} ${path} took ${ms} ms`);
    return answer;
  }

  /** A refusal of the API is a problem of the documented shape; pages are HTML; nothing is a 5xx. */
  function check(request: BadRequest, answer: Answer) {
    const about = JSON.stringify({
      ...request,
      operation: request.operation.id,
      answer: answer.text.slice(0, 300),
    }).slice(0, 3000);
    if (answer.status >= 500) throw new Error(`${answer.status}: ${about}`);
    if (!isAllowed(request) && ![401, 403].includes(answer.status)) throw new Error(`let in: ${about}`);
    if (answer.status < 400) return;
    if (request.operation.isPage) return expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const problem = problemSchema.safeParse(JSON.parse(answer.text));
    const isSound =
      answer.headers.get("content-type") === "application/problem+json" &&
      problem.data?.status === answer.status &&
      problem.data.type === `urn:problem:${problem.data.code}` &&
      problem.data.detail.length > 10;
    if (!isSound) throw new Error(`no problem: ${about}`);
  }

  async function round(operations: readonly Operation[], count: number, seed: number) {
    await product.reset();
    await admin.connected();
    tokens = new Map(await Promise.all(names.map(async (name) => [name, await product.tokenFor(name)] as const)));
    const [first, second] = [await agent.open(), await agent.open({ notify: false })];
    const consent = await admin.asked();
    const known = {
      deviceId: [
        first.device.id,
        ...product.around.graph
          .devices()
          .slice(0, 30)
          .map(({ id }) => id),
      ],
      device: [first.device.id],
      requestedBy: [first.requestedBy],
      termsVersion: ["1"],
      to: [FAR, "2026-11-22", "0001-01-01", new Date().toISOString()],
      page: [
        "0000000000000000000-0000000000000000",
        "9999999999999999999-ffffffffffffffff",
        ...["devices 999999", `${FAR} ${"0".repeat(32)}`].map((page) => Buffer.from(page).toString("base64url")),
      ],
    };
    const ids = { id: [first.id, second.id, consent.id] };
    const arbitrary = fc.oneof(
      ...operations.map((operation) => ({
        weight: operation.id === "session-request" ? 4 : 1,
        arbitrary: requestsOf(operation, names, { ...known, ...ids }),
      })),
    );
    await product.request("GET", "/api/health");
    const requests = drawn(arbitrary, count, seed).filter(
      // It takes nothing that could be bad, and would end the round's connection.
      (request) => request.operation.id !== "disconnect" || !isAllowed(request),
    );

    const before = { calls: upstreamCalls(), sessions: product.around.teamviewer.sessions().length };
    const statuses = new Map<number, number>();
    const made = new Set<string>();
    const run = async (request: BadRequest) => {
      const answer = await send(request);
      check(request, answer);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (request.operation.id === "session-request" && answer.status === 201)
        made.add(answer.json<{ id: string }>().id);
    };
    await each(
      requests.filter((request) => !isAllowed(request)),
      run,
    );
    const sideEffects = upstreamCalls() - before.calls;
    await each(requests.filter(isAllowed), run);
    const { teamviewer } = product.around;
    expect(sideEffects).toBe(0);
    expect(teamviewer.sessions().length - before.sessions).toBe(made.size);
    return { tried: requests.length, statuses, made: made.size };
  }

  test(
    `${REQUESTS} of them: no 5xx, every refusal a problem, nothing slow, nothing done for those without the right`,
    async () => {
      const document = await product.request("GET", "/api/openapi.json");
      const operations = operationsOf(document.json());
      expect(operations.length).toBeGreaterThan(15);
      const statuses = new Map<number, number>();
      let [tried, made] = [0, 0];
      for (let at = 0; at < REQUESTS; at += REQUESTS_A_ROUND) {
        const done = await round(operations, Math.min(REQUESTS_A_ROUND, REQUESTS - at), SEED + at);
        tried += done.tried;
        made += done.made;
        for (const [status, count] of done.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
      }
      const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
      expect(statuses.get(201) ?? 0).toBeGreaterThan(0);
      figures.push(
        `${tried} requests (${counts.join(", ")}), 5xx 0, slowest ${Math.round(slowestMs)} ms, ${made} sessions made, side effects without right 0`,
      );
    },
    TIMEOUT_MS,
  );
});

describe("queue messages", () => {
  test(
    `${MESSAGES} of them: nothing is thrown, each is handled or in the poison queue, nobody is notified`,
    async () => {
      await product.reset();
      await admin.connected();
      const { id, expiresAt } = await agent.open({ notify: false });
      const real = { v: 1, sessionId: id, number: 1, attempt: 1, notAfter: expiresAt };
      const names = fc.constantFrom("v", "sessionId", "number", "attempt", "notAfter", "extra");
      const message = fc.oneof(
        hostileValue,
        fc.tuple(names, hostileValue).map(([name, value]): unknown => ({ ...real, [name]: value })),
        fc.tuple(names, hostileValue).map(([name, value]) => JSON.stringify({ ...real, [name]: value })),
        names.map((name): unknown => Object.fromEntries(Object.entries(real).filter(([each]) => each !== name))),
        fc.string({ unit: "binary", maxLength: 2000, size: "max" }),
        fc.constantFrom("x".repeat(48 * 1024), "\u0000".repeat(40 * 1024)),
        fc.nat(1_000_000).map((number): unknown => ({ ...real, number: number + 2 })),
      );
      const sent = product.around.graph.notifications().length;
      let thrown = 0;
      const messages = drawn(message, MESSAGES);
      await each(messages, async (each) => {
        await product.deliver("notify", each).catch(() => {
          thrown += 1;
        });
      });
      expect(thrown).toBe(0);
      const poisoned = await agent.queueLength("notifications-poison");
      expect(poisoned).toBeGreaterThan(MESSAGES / 2);
      for (const each of messages.slice(0, 100)) await product.deliver("notify-poison", each);
      expect(product.around.graph.notifications().length).toBe(sent);
      expect((await agent.look(id)).notification.state).toBe("none");
      figures.push(`${MESSAGES} queue messages, thrown 0, ${poisoned} in poison, ${MESSAGES - poisoned} handled`);
    },
    TIMEOUT_MS,
  );
});

describe("forged tokens of the answer page, cookies, states and tickets", () => {
  test(
    `${FLIPS} of them: none is accepted, no token call is made, and the real ones still work`,
    async () => {
      await product.reset();
      await admin.connected();
      const device = agent.device();
      const session = await agent.open({ deviceId: device.id });
      await agent.deliverAll();
      const link = agent.linkOf(device.id);
      const token = link.slice("/h/".length);
      const pending = await admin.asked();
      const ticket = new URL(pending.startUrl).searchParams.get("ticket") ?? "";
      const started = await admin.opened(await admin.asked());
      const other = await admin.opened(await admin.asked());
      const [name = "", cookie = ""] = started.cookie.split(/=(.*)/s);
      const cameBack = (state: string, value: string) => {
        const query = new URLSearchParams({ state, code: "anything" });
        return product.request("GET", `/api/connector/callback?${query}`, { headers: { cookie: `${name}=${value}` } });
      };
      const form = { "content-type": "application/x-www-form-urlencoded" };
      const kinds: { texts: fc.Arbitrary<string>; refused: number[]; use: (text: string) => Promise<Answer> }[] = [
        {
          texts: flipsOf(token),
          refused: [404],
          use: (text) => product.request("GET", `/h/${encodeURIComponent(text) || "-"}`),
        },
        {
          texts: flipsOf(token),
          refused: [404],
          use: (text) =>
            product.request("POST", `/h/${encodeURIComponent(text) || "-"}`, { body: "answer=decline", headers: form }),
        },
        {
          texts: flipsOf(ticket),
          refused: [409],
          use: (text) => product.request("GET", `/api/connector/start?${new URLSearchParams({ ticket: text })}`),
        },
        { texts: flipsOf(cookie), refused: [400], use: (text) => cameBack(started.state, text) },
        { texts: flipsOf(started.state), refused: [400], use: (text) => cameBack(text, cookie) },
      ];
      const exchanges = tokenCalls(product, "authorization_code").length;
      const accepted: string[] = [];
      for (const [index, { texts, refused, use }] of kinds.entries()) {
        await each(drawn(texts, Math.ceil(FLIPS / kinds.length), SEED + index), async (text) => {
          const { status } = await use(text);
          if (!refused.includes(status)) accepted.push(`${index}: ${status} ${text}`);
        });
      }
      expect(accepted).toEqual([]);
      expect((await cameBack(started.state, other.cookie.slice(name.length + 1))).status).toBe(400);
      expect(tokenCalls(product, "authorization_code")).toHaveLength(exchanges);
      expect((await agent.look(session.id)).state).toBe("open");

      const back = await admin.consented(started);
      must(await admin.cameBack(back, started.cookie), 200);
      expect((await admin.cameBack(back, started.cookie)).status).toBe(400);
      must(await product.request("GET", pending.startUrl), 302);
      expect((await product.request("GET", pending.startUrl)).status).toBe(409);
      must(await product.request("GET", link), 200);
      expect(liveGrants(product)).toHaveLength(2);
      figures.push(`${FLIPS} forged tokens, tickets, cookies and states, accepted 0, token calls 0`);
    },
    TIMEOUT_MS,
  );
});

describe("values in searches and filters", () => {
  test(
    `${FILTERS} of them: Graph gets the text as one literal, no foreign row comes back`,
    async () => {
      await product.reset();
      await admin.connected();
      const { requestedBy } = await agent.open({ notify: false });
      const reader = await product.tokenFor("Everything robot");
      const { graph } = product.around;
      const today = product.clock.now().toISOString().slice(0, 10);
      const quoted = fc
        .tuple(hostileText, fc.constantFrom("'", "''", "' or '1' eq '1", "\\'", "%27", "’"))
        .map((parts) => parts.join(""));
      const text = fc.oneof(hostileText, quoted).map((value) => value.toWellFormed());
      let literals = 0;
      await each(
        drawn(text, FILTERS / 2),
        async (value) => {
          const wanted = value.trim();
          const answer = await product.request("GET", `/api/devices?${new URLSearchParams({ search: value })}`, {
            token: reader,
          });
          if (wanted.length > 200) return expect(answer.status).toBe(400);
          expect(answer.status).toBe(200);
        },
        4,
      );
      for (const { query, status } of graph.journal) {
        const literal = /^contains\(deviceName,'((?:[^']|'')*)'\)$/s.exec(query.$filter ?? "");
        if (!query.$filter?.startsWith("contains(")) continue;
        expect(literal).not.toBeNull();
        expect(status).toBe(200);
        literals += 1;
      }
      expect(literals).toBeGreaterThan(FILTERS / 8);
      await each(
        drawn(text, FILTERS / 2, SEED + 1),
        async (value) => {
          const name = ["actor", "session", "device", "action"][value.length % 4] ?? "";
          const answer = await product.request(
            "GET",
            `/api/audit?${new URLSearchParams({ [name]: value, from: today })}`,
            {
              token: reader,
            },
          );
          expect([200, 400]).toContain(answer.status);
          if (answer.status === 200 && value !== "") expect(answer.json<{ value: unknown[] }>().value).toEqual([]);
        },
        4,
      );
      const mine = await product.request("GET", `/api/audit?actor=${requestedBy}`, { token: reader });
      expect(mine.json<{ value: unknown[] }>().value.length).toBeGreaterThan(0);
      figures.push(`${FILTERS} searches and filters, injected 0 of ${literals}, foreign audit rows 0`);
    },
    TIMEOUT_MS,
  );
});
