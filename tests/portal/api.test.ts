import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { claimsIn, makeApi, pathWith } from "../../portal/api.ts";
import { Problem } from "../../portal/problem.ts";

type Answer = { status: number; headers?: Record<string, string>; body?: string };
type Asked = { method: string | undefined; url: string | undefined; headers: IncomingMessage["headers"]; body: string };

let server: Server;
let url: string;
let answers: Answer[];
let asked: Asked[];
let claims: string[];

beforeAll(async () => {
  server = createServer(answerNext);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => {
  answers = [];
  asked = [];
  claims = [];
});

async function answerNext(incoming: IncomingMessage, outgoing: ServerResponse) {
  let body = "";
  for await (const chunk of incoming) body += String(chunk);
  asked.push({ method: incoming.method, url: incoming.url, headers: incoming.headers, body });
  const { status, headers = {}, body: text = "{}" } = answers.shift() ?? { status: 500 };
  outgoing.writeHead(status, headers).end(status === 204 ? undefined : text);
}

const api = (renew = async () => "second") =>
  makeApi({ accessToken: async () => "first", renew }, (challenge) => claims.push(challenge));

const problemOf = async (work: Promise<unknown>): Promise<Problem> => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof Problem) return thrown;
  throw new Error(`expected a problem, got ${String(thrown)}`);
};

describe("A call", () => {
  test("carries the token, JSON and the Idempotency-Key, and answers what the connector says", async () => {
    answers = [{ status: 201, body: '{"id":"1"}' }];
    const session = await api().call(`${url}/api/sessions`, { method: "POST", body: { a: 1 }, idempotencyKey: "k" });
    expect(session).toEqual({ id: "1" });
    expect(asked).toMatchObject([
      {
        method: "POST",
        url: "/api/sessions",
        body: '{"a":1}',
        headers: { authorization: "Bearer first", "content-type": "application/json", "idempotency-key": "k" },
      },
    ]);
  });

  test("without a body says nothing of one", async () => {
    answers = [{ status: 204 }];
    expect(await api().call(`${url}/x`, { method: "DELETE" })).toBeUndefined();
    expect(asked[0]?.headers).not.toHaveProperty("content-type");
    expect(asked[0]?.headers).not.toHaveProperty("idempotency-key");
  });

  test("that is refused for its token is made once more with a new one", async () => {
    answers = [{ status: 401 }, { status: 200, body: '{"is":"fine"}' }];
    expect(await api().call(`${url}/x`)).toEqual({ is: "fine" });
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer first", "Bearer second"]);
  });

  test("that is refused twice means that the sign-in is over", async () => {
    answers = [{ status: 401 }, { status: 401 }];
    expect(await problemOf(api().call(`${url}/x`))).toMatchObject({ code: "signed-out" });
    expect(asked).toHaveLength(2);
  });

  test("whose token Entra has to ask more for sends the person there", async () => {
    const challenge = Buffer.from('{"access_token":{"acrs":{"value":"c1"}}}').toString("base64");
    answers = [
      { status: 401, headers: { "www-authenticate": `Bearer realm="", claims="${challenge}"` } },
      { status: 401 },
    ];
    await problemOf(api().call(`${url}/x`));
    expect(claims).toEqual(['{"access_token":{"acrs":{"value":"c1"}}}']);
  });

  test("tells a problem with its code, detail, reasons and how long to wait", async () => {
    const reasons = [{ code: "hololens", text: "No." }];
    answers = [
      {
        status: 422,
        headers: { "retry-after": "30", "content-type": "application/problem+json" },
        body: JSON.stringify({ code: "device-not-eligible", detail: "It cannot.", reasons }),
      },
    ];
    const problem = await problemOf(api().call(`${url}/x`));
    expect(problem).toMatchObject({ code: "device-not-eligible", message: "It cannot.", status: 422, reasons });
    expect(problem.retryAfterSeconds).toBe(30);
  });

  test("answered by a gateway's page instead of a problem is a service that does not answer", async () => {
    answers = [{ status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad gateway</h1>" }];
    expect(await problemOf(api().call(`${url}/x`))).toMatchObject({ code: "upstream-unavailable", reasons: [] });
  });

  test("that reaches nobody is offline", async () => {
    expect(await problemOf(api().call("http://127.0.0.1:1/x"))).toMatchObject({ code: "offline", status: 0 });
  });

  test("is not led elsewhere", async () => {
    answers = [{ status: 302, headers: { location: "/elsewhere" } }];
    await problemOf(api().call(`${url}/x`));
    expect(asked).toHaveLength(1);
  });
});

test("only what says something stands in a query", () => {
  expect(pathWith("/api/devices", { search: "a&b", platform: "", top: undefined })).toBe("/api/devices?search=a%26b");
  expect(pathWith("/api/devices", {})).toBe("/api/devices");
});

test.each([null, "Bearer", 'Bearer claims=""', 'Bearer xclaims="e30="'])("%j holds no claims challenge", (header) => {
  expect(claimsIn(header)).toBeUndefined();
});
