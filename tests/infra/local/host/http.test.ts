import { createHash } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type AppProcess, startApp, until } from "./app-process.ts";

const MAIN = `
import { createHash } from "node:crypto";
import { app } from "@azure/functions";
const http = (name, options) => app.http(name, { authLevel: "anonymous", ...options });
http("root", { route: "/", methods: ["GET"], handler: () => ({ body: "root" }) });
http("unrouted", { route: "", methods: ["GET"], handler: () => ({ body: "by name" }) });
http("literal", { route: "items/new", methods: ["GET"], handler: () => ({ body: "literal" }) });
http("number", { route: "items/{id:int}", methods: ["GET"], handler: (r) => ({ body: "number " + r.params.id }) });
http("any", { route: "items/{id}", methods: ["GET"], handler: (r) => ({ body: "any " + r.params.id }) });
http("write", { route: "items/{id}", methods: ["PUT"], handler: () => ({ body: "write" }) });
http("rest", { route: "files/{*path}", methods: ["GET"], handler: (r) => ({ jsonBody: r.params }) });
http("echo", { methods: ["POST"], handler: async (r) => {
  const bytes = Buffer.from(await r.arrayBuffer());
  return { jsonBody: { sha: createHash("sha256").update(bytes).digest("hex"), length: bytes.length, type: r.headers.get("content-type") } };
} });
http("seen", { methods: ["GET", "HEAD"], handler: (r) => ({ jsonBody: {
  method: r.method, url: r.url, query: [...r.query], cookie: r.headers.get("cookie"), x: r.headers.get("x-many") } }) });
http("throws", { methods: ["GET"], handler: () => { throw new Error("a secret of the handler"); } });
http("nothing", { methods: ["GET"], handler: () => undefined });
http("text-only", { methods: ["GET"], handler: () => "not an object" });
http("bytes", { methods: ["GET"], handler: () => ({ body: new Uint8Array([0, 255, 1]), headers: { "content-type": "application/x-own" } }) });
http("stream", { methods: ["GET"], handler: () => ({ body: new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode("a")); c.enqueue(new TextEncoder().encode("b")); c.close(); } }) }) });
http("iterable", { methods: ["GET"], handler: () => ({ body: (async function* () { yield new TextEncoder().encode("c"); yield new TextEncoder().encode("d"); })() }) });
http("cookies", { methods: ["GET"], handler: () => ({ status: 302, headers: { location: "/x" }, cookies: [
  { name: "__Host-a", value: "1=2;", secure: true, httpOnly: true, sameSite: "Lax", maxAge: 60 },
  { name: "b", value: "2", path: "/p", expires: new Date("2030-01-01T00:00:00Z") } ] }) });
http("off", { methods: ["GET"], handler: () => ({ body: "off" }) });
app.http("for-function", { methods: ["GET"], authLevel: "function", handler: () => ({ body: "in" }) });
app.http("for-admin", { methods: ["GET"], authLevel: "admin", handler: () => ({ body: "in" }) });
app.timer("by-hand", { schedule: "0 0 0 1 1 *", handler: (timer, context) => context.log("ran by hand", timer.isPastDue) });
app.hook.preInvocation((context) => { context.hookData.before = true; });
app.hook.postInvocation((context) => {
  if (context.invocationContext.functionName === "root" && context.hookData.before) context.result.headers = { "x-hook": "both" };
});
`;

let app: AppProcess;

beforeAll(async () => {
  app = await startApp({
    files: { "main.mjs": MAIN },
    env: { "AzureWebJobs.off.Disabled": "true", FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "3000000" },
  });
});

afterAll(async () => {
  expect(await app.stop()).toBe(0);
});

const get = (path: string, init: RequestInit = {}) => fetch(app.url + path, { redirect: "manual", ...init });
const text = async (path: string) => (await get(path)).text();

describe("A request", () => {
  test.each([
    ["/", "root"],
    ["/unrouted", "by name"],
    ["/items/new", "literal"],
    ["/ITEMS/New", "literal"],
    ["/items/7", "number 7"],
    ["/items/seven", "any seven"],
    ["/items/a%2Fb", "any a%2Fb"],
    ["/files/a/b.txt", '{"path":"a/b.txt"}'],
    ["/files", "{}"],
  ])("for %s reaches the function with the most precise route", async (path, expected) => {
    expect(await text(path)).toBe(expected);
  });

  test.each([
    ["GET", "/unknown"],
    ["POST", "/items/new"],
    ["OPTIONS", "/items/new"],
    ["HEAD", "/items/new"],
    ["GET", "/off"],
    ["GET", "/api/seen"],
  ])("%s %s finds no function: 404 without a body", async (method, path) => {
    const response = await get(path, { method });
    expect(response.status).toBe(404);
    expect(await response.text()).toBe("");
  });

  test("chooses among functions of one route by its method", async () => {
    const response = await get("/items/new", { method: "PUT" });
    expect(await response.text()).toBe("write");
  });

  test("passes through the app's hooks", async () => {
    expect((await get("/")).headers.get("x-hook")).toBe("both");
  });

  test("arrives with its URL, its headers and repeated query keys joined", async () => {
    const headers = { cookie: "a=1; b=2", "x-many": "1" };
    const seen = await (await get("/seen?a=1&a=2&b=%2F", { headers })).json();
    expect(seen).toEqual({
      method: "GET",
      url: `${app.url}/seen?a=1&a=2&b=%2F`,
      query: [
        ["a", "1,2"],
        ["b", "/"],
      ],
      cookie: "a=1; b=2",
      x: "1",
    });
  });

  test("by HEAD gets the headers and no body", async () => {
    const response = await get("/seen", { method: "HEAD" });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(50);
    expect(await response.text()).toBe("");
  });

  test.each([0, 1, 2_999_999])("with a body of %s bytes brings exactly these bytes", async (length) => {
    const body = Buffer.alloc(
      length,
      Uint8Array.from({ length: 251 }, (_, index) => 255 - index),
    );
    const headers = { "content-type": "application/json; charset=latin1" };
    const seen = await (await get("/echo", { method: "POST", body, headers })).json();
    const sha = createHash("sha256").update(body).digest("hex");
    expect(seen).toEqual({ sha, length, type: headers["content-type"] });
  });

  test("with a body over the limit is refused: 413", async () => {
    const response = await get("/echo", { method: "POST", body: Buffer.alloc(3_000_001) });
    expect(response.status).toBe(413);
    expect(await response.text()).toBe("");
  });

  test("with a chunked body over the limit is refused: 413", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request(`${app.url}/echo`, { method: "POST" }, (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode);
      });
      outgoing.on("error", reject);
      for (let sent = 0; sent < 4; sent += 1) outgoing.write(Buffer.alloc(1_000_000));
      outgoing.end();
    });
    expect(status).toBe(413);
  });
});

describe("An answer", () => {
  test("of a function that throws is 500 and tells nothing; the log does", async () => {
    const response = await get("/throws");
    expect(response.status).toBe(500);
    expect(await response.text()).toBe("");
    expect(app.output()).toMatch(/error throws: failed .*a secret of the handler/);
  });

  test("of a function that gives nothing is 204", async () => {
    const response = await get("/nothing");
    expect(response.status).toBe(204);
    expect(response.headers.has("content-length")).toBe(false);
  });

  test("of a function that gives no object is 500", async () => {
    expect((await get("/text-only")).status).toBe(500);
  });

  test("may be bytes", async () => {
    const response = await get("/bytes");
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255, 1]);
    expect(response.headers.get("content-type")).toBe("application/x-own");
  });

  test.each([
    ["/stream", "ab"],
    ["/iterable", "cd"],
  ])("may be a stream: %s", async (path, expected) => {
    expect(await text(path)).toBe(expected);
  });

  test("carries its cookies as ASP.NET writes them", async () => {
    const response = await get("/cookies");
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("/x");
    expect(response.headers.getSetCookie()).toEqual([
      "__Host-a=1%3D2%3B; max-age=60; path=/; secure; samesite=lax; httponly",
      "b=2; expires=Tue, 01 Jan 2030 00:00:00 GMT; path=/p",
    ]);
  });

  test("leaves the log quiet when all went well", () => {
    expect(app.output()).not.toMatch(/ (?:root|seen|echo): /);
  });
});

describe("A key", () => {
  const status = async (path: string, headers: Record<string, string> = {}) => (await get(path, { headers })).status;
  const key = (value: string) => ({ "x-functions-key": value });

  test("is needed for the level function: the function's, the host's or the master key", async () => {
    const { master, host, functions } = app.keys;
    expect(await status("/for-function")).toBe(401);
    expect(await status("/for-function", key("wrong"))).toBe(401);
    expect(await status("/for-function", key(functions["for-admin"] ?? ""))).toBe(401);
    for (const good of [functions["for-function"] ?? "", host, master]) {
      expect(await status("/for-function", key(good))).toBe(200);
      expect(await status(`/for-function?code=${good}`)).toBe(200);
    }
  });

  test("for the level admin is the master key only", async () => {
    const { master, host, functions } = app.keys;
    expect(await status("/for-admin", key(host))).toBe(401);
    expect(await status("/for-admin", key(functions["for-admin"] ?? ""))).toBe(401);
    expect(await status("/for-admin", key(master))).toBe(200);
  });

  test("in the header wins over the one in the URL", async () => {
    expect(await status(`/for-function?code=${app.keys.host}`, key("wrong"))).toBe(401);
    expect(await status("/for-function?code=wrong", key(app.keys.host))).toBe(200);
  });

  test("is in no line of the log", () => {
    for (const secret of [app.keys.master, app.keys.host]) expect(app.output()).not.toContain(secret);
  });
});

describe("The admin API", () => {
  const admin = (path: string, init: RequestInit = {}) =>
    get(`/admin${path}`, { headers: { "x-functions-key": app.keys.master }, ...init });

  test("is closed without the master key", async () => {
    expect((await get("/admin/host/status")).status).toBe(401);
    expect((await get("/admin/functions", { headers: { "x-functions-key": app.keys.host } })).status).toBe(401);
  });

  test("tells the host's state", async () => {
    expect((await admin("/host/ping")).status).toBe(200);
    expect(await (await admin("/host/status")).json()).toMatchObject({ state: "Running" });
    expect((await admin("/host/unknown")).status).toBe(404);
  });

  test("lists the functions, disabled ones too", async () => {
    const functions = (await (await admin("/functions")).json()) as { name: string; isDisabled: boolean }[];
    expect(functions).toHaveLength(app.functions);
    expect(functions.filter(({ isDisabled }) => isDisabled).map(({ name }) => name)).toEqual(["off"]);
    expect(await (await admin("/functions/BY-HAND")).json()).toMatchObject({
      name: "by-hand",
      config: { bindings: [{ type: "timerTrigger", schedule: "0 0 0 1 1 *" }] },
    });
    expect((await admin("/functions/unknown")).status).toBe(404);
  });

  test("starts a timer by hand", async () => {
    const response = await admin("/functions/by-hand", { method: "POST", body: '{"input":""}' });
    expect(response.status).toBe(202);
    await until(() => /information by-hand: ran by hand false/.test(app.output()));
  });

  test("refuses what it cannot start", async () => {
    expect((await admin("/functions/by-hand", { method: "POST", body: "no json" })).status).toBe(400);
    expect((await admin("/functions/root", { method: "POST", body: "{}" })).status).toBe(400);
    expect((await admin("/functions/unknown", { method: "POST", body: "{}" })).status).toBe(404);
  });
});
