import { describe, expect, test } from "@jest/globals";
import * as z from "zod";
import type { Principal } from "../../../lib/access/principal.ts";
import { AppError } from "../../../lib/errors.ts";
import { type Endpoint, endpoint, handlerOf, type ServingApp } from "../../../lib/http/endpoint.ts";
import { pageHandler } from "../../../lib/http/page-handler.ts";
import { anInvocation, aRequest } from "./a-request.ts";

const agent: Principal = { id: "bruno", kind: "person", clientId: "portal", roles: ["RemoteAssistance.Request"] };
const app: ServingApp = {
  admit: () => undefined,
  requireIntuneRight: async () => undefined,
  allowedOrigins: ["https://portal.example"],
  authenticate: async (authorization) => {
    if (authorization === "Bearer bruno") return agent;
    throw new AppError("unauthenticated", "Send a token.");
  },
};

const params = z.strictObject({ id: z.string() });
const query = z.strictObject({ top: z.coerce.number().default(50) });
const body = z.strictObject({ deviceId: z.string() });
type Definition = Endpoint<ServingApp, z.infer<typeof params>, z.infer<typeof query>, z.infer<typeof body>>;

/** An endpoint that takes everything and answers what it was given. */
const echo: Definition = endpoint({
  summary: "Echo",
  roles: ["RemoteAssistance.Request"],
  params,
  query,
  body,
  idempotencyKey: "required",
  answers: { 200: z.unknown() },
  handle: async (asked) => ({ status: 200, jsonBody: asked, headers: { "x-own": "1" } }),
});

const good = {
  method: "POST",
  path: "/api/x/7?top=5",
  headers: { authorization: "Bearer bruno", "content-type": "application/json", "idempotency-key": "k" },
  params: { id: "7" },
  body: '{"deviceId":"d1"}',
};

async function call(changes: Partial<typeof good> = {}, definition: Partial<Definition> = {}) {
  const { context, lines } = anInvocation();
  const handler = handlerOf({ ...echo, ...definition }, () => app);
  const answer = await handler(aRequest({ ...good, ...changes }), context);
  const { status, headers, jsonBody, body } = answer as {
    status: number;
    headers: Record<string, string>;
    jsonBody?: unknown;
    body?: string;
  };
  return { status, headers, jsonBody, problem: body ? JSON.parse(body) : undefined, lines };
}
const without = (name: string) => Object.fromEntries(Object.entries(good.headers).filter(([key]) => key !== name));

test("an endpoint is given who asks and what was checked, and its answer keeps its own headers", async () => {
  const { status, headers, jsonBody } = await call();
  expect([status, jsonBody]).toEqual([
    200,
    {
      principal: agent,
      params: { id: "7" },
      query: { top: 5 },
      body: { deviceId: "d1" },
      idempotencyKey: "k",
      correlationId: "call-1",
    },
  ]);
  expect(headers).toMatchObject({ "x-own": "1", "cache-control": "no-store" });
});

describe("The order of its questions", () => {
  const wrong = { path: "/api/x/7?unknown=1", body: "{", headers: { "content-type": "text/plain" } };

  test("is: who? Nobody without a token learns what is wrong with a request", async () => {
    const { status, headers, problem } = await call(wrong as Partial<typeof good>);
    expect([status, problem.code, headers["www-authenticate"]]).toEqual([401, "unauthenticated", "Bearer"]);
  });

  test("then: may they? Nobody without the role does, either", async () => {
    const headers = { ...wrong.headers, authorization: "Bearer bruno" };
    const asked = { ...wrong, headers } as Partial<typeof good>;
    expect((await call(asked, { roles: ["RemoteAssistance.Update"] })).problem.code).toBe("forbidden");
    expect((await call(asked)).problem.code).toBe("invalid-request");
  });

  test("then: may they now? Before anything of the request is looked at", async () => {
    const full = { ...app, admit: () => failTooMany() };
    const failTooMany = () => {
      throw new AppError("too-many-requests", "Wait.", { retryAfterSeconds: 7 });
    };
    const headers = { ...wrong.headers, authorization: "Bearer bruno" };
    const answer = await handlerOf(echo, () => full)(aRequest({ ...good, ...wrong, headers }), anInvocation().context);
    expect(answer).toMatchObject({ status: 429, headers: { "retry-after": "7", "cache-control": "no-store" } });
  });

  test("then: what? And nothing is done before all of it is right", async () => {
    let count = 0;
    const handle = async () => {
      count += 1;
      return { status: 200 };
    };
    for (const changes of [
      { path: "/api/x/7?top=1&top=2" },
      { params: { id: "%" } },
      { body: "{}" },
      { headers: without("idempotency-key") as typeof good.headers },
      { headers: { ...good.headers, "idempotency-key": "a b" } },
    ])
      expect((await call(changes, { handle })).problem.code).toBe("invalid-request");
    expect(count).toBe(0);
    await call({}, { handle });
    expect(count).toBe(1);
  });
});

test("only what starts a session is counted by its key", async () => {
  const admitted: unknown[] = [];
  const counting: ServingApp = { ...app, admit: (principal, startKey) => void admitted.push([principal.id, startKey]) };
  await handlerOf({ ...echo, startsSession: true }, () => counting)(aRequest(good), anInvocation().context);
  await handlerOf(echo, () => counting)(aRequest(good), anInvocation().context);
  expect(admitted).toEqual([
    ["bruno", "k"],
    ["bruno", undefined],
  ]);
});

test("who leaves out a key that is required is told which header to send", async () => {
  const { problem } = await call({ headers: without("idempotency-key") as typeof good.headers });
  expect(problem.detail).toMatch(/Idempotency-Key/);
});

test("a key that is optional may be left out, and one that nobody asked for is not looked at", async () => {
  const headers = without("idempotency-key") as typeof good.headers;
  expect((await call({ headers }, { idempotencyKey: "optional" })).status).toBe(200);
  const { idempotencyKey: _, ...keyless } = echo;
  const handler = handlerOf(keyless, () => app);
  const request = aRequest({ ...good, headers: { ...good.headers, "idempotency-key": "a b" } });
  expect(await handler(request, anInvocation().context)).toMatchObject({ status: 200 });
});

describe("What goes wrong", () => {
  const failing = (error: unknown) =>
    call({}, { handle: () => Promise.reject(error instanceof Error ? error : Object.assign(new Error(), { error })) });

  test("on purpose is answered as it is, with every security header", async () => {
    const { status, headers, problem } = await failing(new AppError("licence-limit", "Close a session."));
    expect([status, problem.detail, problem.instance]).toEqual([409, "Close a session.", "call-1"]);
    expect(headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
  });

  test("by a bug is an internal-error that says nothing of it, neither to the caller nor to the log", async () => {
    const { status, problem, lines } = await failing(new TypeError("Bearer eyJhbGciOi of ana@contoso.example"));
    expect([status, problem.code]).toEqual([500, "internal-error"]);
    expect(lines).toHaveLength(1);
    expect(`${JSON.stringify(problem)}${lines[0]?.text}`).not.toMatch(/eyJ|contoso|at file|\.ts:/);
    expect(JSON.parse(lines[0]?.text ?? "")).toMatchObject({
      event: "failed",
      code: "internal-error",
      cause: expect.stringMatching(/^TypeError/),
      correlationId: "call-1",
    });
    expect(lines[0]?.level).toBe("error");
  });

  test.each([
    ["forbidden", "warning"],
    ["upstream-timeout", "error"],
  ] as const)("%s is logged as a %s, with the kind of its cause and none of its words", async (code, level) => {
    const cause = Object.assign(new RangeError("secret"), { code: "ECONNRESET", statusCode: 502 });
    const { lines } = await failing(new AppError(code, "Try again.", { cause }));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.level).toBe(level);
    expect(JSON.parse(lines[0]?.text ?? "")).toEqual({
      event: "refused",
      code,
      cause: expect.stringMatching(/^RangeError ECONNRESET 502/),
      correlationId: "call-1",
    });
    expect(lines[0]?.text).not.toContain("secret");
  });
});

describe("A function that answers a browser", () => {
  const answered = async (answer: () => Promise<{ status: number; headers?: Record<string, string> }>) => {
    const { context, lines } = anInvocation();
    const { headers, ...rest } = (await pageHandler(() => ({ ...app, languageFor: () => "en" }), answer)(
      aRequest(),
      context,
    )) as {
      status: number;
      headers: Record<string, string>;
      body?: string;
    };
    return { headers, lines, ...rest };
  };

  test("keeps its own headers over the usual ones", async () => {
    const { headers } = await answered(async () => ({ status: 302, headers: { location: "/x" } }));
    expect(headers).toMatchObject({ location: "/x", "referrer-policy": "no-referrer" });
  });

  test("turns an error into a page that says what to do and when, and by which id to find it", async () => {
    const error = new AppError("upstream-unavailable", "Wait <a minute>.", { retryAfterSeconds: 60 });
    const { status, headers, body } = await answered(() => Promise.reject(error));
    expect([status, headers["retry-after"], headers["content-type"]]).toEqual([503, "60", "text/html; charset=utf-8"]);
    expect(body).toContain("Wait &lt;a minute&gt;.");
    expect(body).toContain("call-1");
  });

  test("says nothing of a bug", async () => {
    const { status, body, lines } = await answered(() => Promise.reject(new Error("secret")));
    expect(status).toBe(500);
    expect(`${body}${lines[0]?.text}`).not.toContain("secret");
  });
});
