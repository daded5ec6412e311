import type { GetTokenOptions, TokenCredential } from "@azure/identity";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { GraphError } from "@microsoft/microsoft-graph-client";
import {
  makeGraphClient,
  retryAfterOf,
  translateGraphError,
  transportKindOf,
} from "../../../../lib/adapters/graph/client.ts";
import { type Outbound, OutboundError, type OutboundRequest } from "../../../../lib/adapters/outbound.ts";
import { AppError } from "../../../../lib/errors.ts";
import { type AGraph, credential, refusal, startAGraph } from "./a-graph.ts";

let graph: AGraph;

beforeAll(async () => {
  graph = await startAGraph();
});
beforeEach(() => graph.reset());
afterAll(() => graph.close());

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: unknown) => error,
  );

/** An outbound that only writes down what it was asked. */
function writingDown() {
  const calls: { url: string; request: OutboundRequest }[] = [];
  const outbound: Outbound = async (url, request) => {
    calls.push({ url, request });
    return { status: 200, headers: new Headers(), text: "{}" };
  };
  return { calls, outbound };
}

describe("A call of Graph", () => {
  test("goes to the configured address with the identity's token and an id of its own", async () => {
    graph.answerWith({ status: 200, json: { id: "u1" } });
    expect(await graph.client().api("/users/u1").version("beta").query({ $select: "id" }).get()).toEqual({ id: "u1" });
    expect(graph.journal).toEqual([
      expect.objectContaining({
        method: "GET",
        path: "/beta/users/u1",
        query: { $select: "id" },
        body: "",
        headers: expect.objectContaining({ authorization: "Bearer a-token", "client-request-id": "request-1" }),
      }),
    ]);
  });

  test("that is answered with nothing is answered, whatever type the nothing is said to have", async () => {
    const nothing = (status: number) => ({ status, headers: { "content-type": "application/json" } });
    graph.answerWith(nothing(202));
    expect(await graph.client().api("/users/u1/sendMail").post({})).toBeNull();
    graph.answerWith(nothing(503));
    expect(await failure(graph.client().api("/users/u1/sendMail").post({}))).toMatchObject({ statusCode: 503 });
  });

  test("takes version 1.0 unless it says otherwise", async () => {
    await graph.client().api("/users/u1").get();
    expect(graph.journal[0]?.path).toBe("/v1.0/users/u1");
  });

  test("with a body sends it as JSON, with the headers that the caller set", async () => {
    await graph.client().api("/things").header("x-own", "1").post({ name: "é" });
    expect(graph.journal).toMatchObject([
      {
        method: "POST",
        path: "/v1.0/things",
        body: '{"name":"é"}',
        headers: { "x-own": "1", "content-type": expect.stringContaining("application/json") },
      },
    ]);
  });

  test.each([204, 205])("that is answered with %i and no body has succeeded", async (status) => {
    graph.answerWith({ status });
    await expect(graph.client().api("/things").post({})).resolves.not.toThrow();
    expect(graph.journal).toHaveLength(1);
  });

  test.each([304, 400, 404, 429, 500, 503])("that is answered with %i is not repeated", async (status) => {
    graph.answerWith(status === 304 ? { status } : refusal(status, "no", { "retry-after": "7" }));
    const error = (await failure(graph.client().api("/things").get())) as GraphError;
    expect(error).toBeInstanceOf(GraphError);
    expect(error.statusCode).toBe(status);
    if (status !== 304) expect(error.headers?.get("retry-after")).toBe("7");
    expect(graph.journal).toHaveLength(1);
  });

  test("may last ten seconds", async () => {
    const { calls, outbound } = writingDown();
    await makeGraphClient({ graphUrl: "https://graph.microsoft.com", credential, outbound, newId: () => "1" })
      .api("/users")
      .get();
    expect(calls[0]?.request).toMatchObject({ method: "GET", timeoutMs: 10_000, body: undefined });
  });

  test.each([
    ["https://graph.microsoft.com", "https://graph.microsoft.com"],
    ["https://graph.microsoft.us", "https://graph.microsoft.us"],
    ["https://dod-graph.microsoft.us", "https://dod-graph.microsoft.us"],
    ["https://microsoftgraph.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"],
    ["http://127.0.0.1:9000", "https://graph.microsoft.com"],
    ["https://evil.example", "https://graph.microsoft.com"],
  ])("to %s carries a token for %s", async (graphUrl, audience) => {
    const scopes: (string | string[])[] = [];
    const { calls, outbound } = writingDown();
    const asking: TokenCredential = {
      getToken: async (scope: string | string[], options?: GetTokenOptions) => {
        scopes.push(scope);
        return credential.getToken(scope, options);
      },
    };
    await makeGraphClient({ graphUrl, credential: asking, outbound, newId: () => "1" })
      .api("/users?$top=1")
      .get();
    expect(scopes).toEqual([`${audience}/.default`]);
    expect(calls.map(({ url }) => url)).toEqual([`${graphUrl}/v1.0/users?$top=1`]);
  });

  test.each<[string, TokenCredential]>([
    ["gives none", { getToken: async () => null }],
    [
      "fails",
      {
        getToken: async () => {
          throw new Error("no identity here: secret-detail");
        },
      },
    ],
  ])("without a token, because the identity %s, is never sent, and says so without details", async (_how, without) => {
    const { calls, outbound } = writingDown();
    const client = makeGraphClient({ graphUrl: graph.url, credential: without, outbound, newId: () => "1" });
    const error = (await failure(client.api("/users").get())) as GraphError;
    expect(calls).toEqual([]);
    expect(transportKindOf(error)).toBe("not-sent");
    expect(error.message).toMatch(/managed identity/);
    expect(error.message).not.toMatch(/secret-detail/);
    expect(translateGraphError(error)).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30 });
  });
});

describe("A failed call of Graph means to our callers", () => {
  const answered = async (status: number, message?: string, headers?: Record<string, string>) => {
    graph.answerWith(refusal(status, message, headers));
    return translateGraphError(await failure(graph.client().api("/things").get()));
  };

  test.each([
    [400, "upstream-invalid", undefined],
    [401, "upstream-unavailable", 30],
    [403, "upstream-invalid", undefined],
    [404, "upstream-invalid", undefined],
    [409, "upstream-invalid", undefined],
    [428, "upstream-invalid", undefined],
    [429, "upstream-unavailable", 30],
    [499, "upstream-invalid", undefined],
    [500, "upstream-unavailable", 30],
    [503, "upstream-unavailable", 30],
  ])("after %i: %s, to be tried again after %p s", async (status, code, retryAfterSeconds) => {
    const error = await answered(status);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code, retryAfterSeconds, cause: expect.any(GraphError) });
    if (code === "upstream-unavailable") expect(error.message).toMatch(/Try again/);
  });

  test("that they wait as long as Graph says, within a second and ten minutes", async () => {
    const waits = [];
    for (const header of ["7", "0", "600", "601", "999999999"])
      waits.push((await answered(429, "busy", { "retry-after": header })).retryAfterSeconds);
    expect(waits).toEqual([7, 1, 600, 600, 600]);
  });

  test.each(["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "1.5", "7s", "s7", "9999999999", ""])(
    "nothing by a Retry-After of %j",
    async (header) => {
      const error = await answered(503, "busy", { "retry-after": header });
      expect(error.retryAfterSeconds).toBe(30);
      expect(retryAfterOf(error.cause)).toBeUndefined();
    },
  );

  test("what permission is missing, when Intune names it", async () => {
    const named = "must have one of the following scopes: DeviceManagementManagedDevices.Read.All, Device.Read - Op 1";
    expect((await answered(403, named)).message).toMatch(
      /DeviceManagementManagedDevices\.Read\.All, Device\.Read\)\. Grant/,
    );
    expect((await answered(403, "following scopes: User.Read")).message).toMatch(/User\.Read/);
  });

  test.each(["no", "following scopes: ", "following scopes: nothing", "scopes: User.Read", "following scopes: 1.2"])(
    "that a permission is missing, and nothing of Graph's own text otherwise: %j",
    async (message) => {
      const text = (await answered(403, message)).message;
      expect(text).toMatch(/refuses this app\. Grant its identity the permission/);
      expect(text).not.toMatch(/wants|User\.Read|nothing|1\.2/);
    },
  );

  test.each([
    ["timeout", "upstream-timeout", undefined, /in time.* Try again/],
    ["not-sent", "upstream-unavailable", 30, /Try again/],
    ["cut", "upstream-unavailable", 30, /Try again/],
    ["too-large", "upstream-unavailable", 30, /Try again/],
    ["redirected", "upstream-unavailable", 30, /Try again/],
  ] as const)("when the transport ends as %s: %s", async (kind, code, retryAfterSeconds, text) => {
    const outbound: Outbound = async () => {
      throw new OutboundError(kind, "it broke");
    };
    const client = makeGraphClient({ graphUrl: graph.url, credential, outbound, newId: () => "1" });
    const error = await failure(client.api("/things").get());
    expect(transportKindOf(error)).toBe(kind);
    expect(translateGraphError(error)).toMatchObject({ code, retryAfterSeconds, cause: error });
    expect(translateGraphError(error).message).toMatch(text);
  });

  test("something that cannot be used, when it is none of these", async () => {
    expect(translateGraphError(new Error("other"))).toMatchObject({
      code: "upstream-invalid",
      message: expect.stringMatching(/cannot be used/),
    });
    expect(translateGraphError("text")).toMatchObject({ code: "upstream-invalid", cause: "text" });
    graph.answerWith({ status: 200, headers: { "content-type": "application/json" }, body: "<html>" });
    expect(translateGraphError(await failure(graph.client().api("/things").get()))).toMatchObject({
      code: "upstream-invalid",
    });
  });

  test("the same as before, when somebody has said it already", () => {
    const error = new AppError("device-not-found", "gone");
    expect(translateGraphError(error)).toBe(error);
  });

  test("no transport's fault, when Graph answered with an error of the same name", () => {
    const answeredSo = new GraphError(400, "no");
    answeredSo.code = "Outbound:timeout";
    expect(transportKindOf(answeredSo)).toBeUndefined();
    expect(transportKindOf(new OutboundError("timeout", "late"))).toBeUndefined();
  });
});
