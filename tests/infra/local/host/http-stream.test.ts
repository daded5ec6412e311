import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type AppProcess, startApp } from "./app-process.ts";

/** An app that answers while it works, and says how far it is. */
const MAIN = `
import { app } from "@azure/functions";
import { ReadableStream } from "node:stream/web";
app.setup({ enableHttpStream: true });
const http = (name, route, methods, handler) => app.http(name, { route, methods, authLevel: "anonymous", handler });
http("ticks", "ticks", ["GET"], () => ({ body: ReadableStream.from((async function* () {
  for (let tick = 1; tick <= 3; tick += 1) {
    yield Buffer.from(tick + "\\n");
    await new Promise((done) => setTimeout(done, 150));
  }
})()) }));
http("throws", "throws", ["GET"], () => { throw new Error("no"); });
http("echo", "echo/{id}/{*rest}", ["GET", "POST"], async (request) => ({
  status: 201,
  jsonBody: { url: request.url, params: request.params, body: await request.text(), two: request.headers.get("x-two") },
  headers: { "x-own": "1" },
  cookies: [{ name: "a", value: "1" }, { name: "b", value: "2", httpOnly: true }],
}));
http("empty", "empty", ["GET"], () => ({ status: 204 }));
`;

let app: AppProcess;
beforeAll(async () => {
  app = await startApp({ files: { "main.mjs": MAIN } });
});
afterAll(() => app.stop());

describe("An app with HTTP streaming", () => {
  test("answers while it still works", async () => {
    const answer = await new Promise<IncomingMessage>((resolve) => httpRequest(`${app.url}/ticks`, resolve).end());
    const at: number[] = [];
    for await (const _ of answer) at.push(performance.now());
    expect(at).toHaveLength(3);
    expect((at[2] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(200);
  });

  test("is given address, parameters, headers and body, and keeps its own headers and cookies", async () => {
    const url = `${app.url}/echo/7/a/b?x=1&x=2`;
    const answer = await fetch(url, {
      method: "POST",
      body: "hello",
      headers: [
        ["x-two", "a"],
        ["x-two", "b"],
      ],
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ url, params: { id: "7", rest: "a/b" }, body: "hello", two: "a, b" });
    expect(answer.headers.get("x-own")).toBe("1");
    expect(answer.headers.get("x-ms-invocation-id")).toBeNull();
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2; HttpOnly"]);
  });

  test("answers without a body, not at all, or with its failure, as ever", async () => {
    expect((await fetch(`${app.url}/empty`)).status).toBe(204);
    const failed = await fetch(`${app.url}/throws`);
    expect([failed.status, await failed.text()]).toEqual([500, ""]);
    expect((await fetch(`${app.url}/elsewhere`)).status).toBe(404);
  });

  test("serves the next caller when one goes away in the middle", async () => {
    await new Promise<void>((resolve) => {
      const ask = httpRequest(`${app.url}/ticks`, (answer) => {
        answer.once("data", () => {
          ask.destroy();
          resolve();
        });
      });
      ask.on("error", () => undefined).end();
    });
    expect(await (await fetch(`${app.url}/ticks`)).text()).toBe("1\n2\n3\n");
  });
});
