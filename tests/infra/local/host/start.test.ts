import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { build } from "esbuild";
import { type Files, removeApp, runApp, startApp, until, writeApp } from "./app-process.ts";

const hello = (name: string) =>
  `app.http("${name}", { methods: ["GET"], authLevel: "anonymous", handler: () => ({ body: "${name}" }) });`;
const ESM = 'import { app } from "@azure/functions";\n';
const CJS = 'const { app } = require("@azure/functions");\n';

describe("The host starts an app", () => {
  test("that is CommonJS", async () => {
    await expectFunctions({ "package.json": { main: "main.js" }, "main.js": CJS + hello("one") }, ["one"]);
  });

  test("that is an ES module with top-level await", async () => {
    const main = `${ESM}await Promise.resolve();\n${hello("one")}`;
    await expectFunctions({ "package.json": { main: "./main.js", type: "module" }, "main.js": main }, ["one"]);
  });

  test("whose main is a glob", async () => {
    const files = {
      "package.json": { main: "dist/{index.js,functions/*.js}" },
      "dist/index.js": "",
      "dist/functions/a.js": CJS + hello("one"),
      "dist/functions/b.js": CJS + hello("two"),
    };
    await expectFunctions(files, ["one", "two"]);
  });

  test("that esbuild made one ES module of, in which the library asks through createRequire", async () => {
    const directory = writeApp({ "source.mjs": ESM + hello("one") });
    try {
      const { outputFiles } = await build({
        entryPoints: [join(directory, "source.mjs")],
        bundle: true,
        write: false,
        platform: "node",
        format: "esm",
        external: ["@azure/functions-core"],
        banner: { js: 'import{createRequire as r}from"node:module";const require=r(import.meta.url);' },
      });
      await expectFunctions({ "main.mjs": outputFiles[0]?.text ?? "" }, ["one"]);
    } finally {
      removeApp(directory);
    }
  });

  test("and says in one line where it listens", async () => {
    const app = await startApp({ files: { "main.mjs": ESM + hello("one") } });
    expect(app.output()).toBe(`Functions host listening on ${app.url}, 1 functions\n`);
    await app.stop();
  });

  test("under the route prefix of host.json, or api", async () => {
    const app = await startApp({ files: { "main.mjs": ESM + hello("one"), "host.json": { version: "2.0" } } });
    expect((await fetch(`${app.url}/api/one`)).status).toBe(200);
    expect((await fetch(`${app.url}/one`)).status).toBe(404);
    await app.stop();
  });
});

describe("The host ends with exit code 1 and one message", () => {
  test.concurrent.each<[string, Files, RegExp]>([
    [
      "when the entry point throws",
      { "main.mjs": 'throw new Error("no settings");' },
      /main\.mjs .*failed[\s\S]*no settings/,
    ],
    [
      "when the entry point throws after it has registered functions",
      { "main.mjs": `${ESM}${hello("one")}\nthrow new Error("too late");` },
      /too late/,
    ],
    ["when the entry point does not exist", { "package.json": { main: "gone.js" } }, /"gone\.js", and no file/],
    ["when package.json has no main", { "package.json": {} }, /has no "main"/],
    ["when no function is registered", { "main.mjs": "" }, /0 functions: .*"main\.mjs"/],
    ["when host.json is missing a brace", { "main.mjs": ESM + hello("one"), "host.json": "{" }, /host\.json/],
    [
      "when host.json has a value that cannot be",
      { "main.mjs": ESM + hello("one"), "host.json": { extensions: { queues: { batchSize: 33 } } } },
      /batchSize must be a whole number from 1 to 32/,
    ],
    [
      "when two functions have one name",
      { "main.mjs": ESM + hello("one") + hello("ONE") },
      /"ONE" is registered twice/,
    ],
    [
      "when a route cannot be read",
      { "main.mjs": `${ESM}app.http("one", { route: "{", handler: () => ({}) });` },
      /Function "one" has the route "\{"/,
    ],
    [
      "when a schedule cannot be read",
      { "main.mjs": `${ESM}app.timer("one", { schedule: "%WHEN%", handler: () => {} });` },
      /schedule of function "one"[\s\S]*app setting WHEN/,
    ],
    [
      "when a queue's connection is not set",
      { "main.mjs": `${ESM}app.storageQueue("one", { queueName: "q", connection: "Elsewhere", handler: () => {} });` },
      /queue of function "one"[\s\S]*app setting Elsewhere/,
    ],
    [
      "when a function has a trigger that this host does not know",
      { "main.mjs": `${ESM}app.storageBlob("one", { path: "p", connection: "c", handler: () => {} });` },
      /Function "one" has the input binding "blobTrigger"/,
    ],
    [
      "when an appStart hook throws",
      { "main.mjs": `${ESM}${hello("one")}\napp.hook.appStart(() => { throw new Error("hook failed"); });` },
      /hook failed/,
    ],
    [
      "when the app wants HTTP streaming",
      { "main.mjs": `${ESM}${hello("one")}\napp.setup({ enableHttpStream: true });` },
      /enableHttpStream/,
    ],
  ])("%s", async (_, files, expected) => {
    const { code, output } = await runApp({ files });
    expect(output).toMatch(expected);
    expect(output.match(/^Functions host: /gm)).toHaveLength(1);
    expect(code).toBe(1);
  });

  test("when the port is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => other.once("listening", done));
    const { port } = other.address() as AddressInfo;
    const { code, output } = await runApp({
      files: { "main.mjs": ESM + hello("one") },
      args: ["--port", String(port)],
    });
    other.close();
    expect(output).toBe(`Functions host: Port ${port} is in use; choose another with --port.\n`);
    expect(code).toBe(1);
  });
});

describe("At SIGTERM", () => {
  test("requests that run get their answer, new ones are refused, then the app's hooks run, and the exit code is 0", async () => {
    const main = `${ESM}
      app.http("slow", { methods: ["GET"], authLevel: "anonymous", handler: async (_, context) => {
        context.log("begun");
        await new Promise((done) => setTimeout(done, 500));
        return { body: "done" };
      } });
      app.hook.appTerminate(async () => { await null; console.log("terminated"); });`;
    const app = await startApp({ files: { "main.mjs": main } });
    const running = fetch(`${app.url}/slow`).then((response) => response.text());
    await until(() => app.output().includes("begun"));
    app.signal("SIGTERM");
    await expect(
      until(() =>
        fetch(`${app.url}/slow`).then(
          () => false,
          () => true,
        ),
      ),
    ).resolves.toBe(true);
    expect(await running).toBe("done");
    expect(await app.exited).toBe(0);
    expect(app.output()).toMatch(/terminated\n$/);
  });

  test("idle connections do not hold up the end", async () => {
    const app = await startApp({ files: { "main.mjs": ESM + hello("one") } });
    await (await fetch(`${app.url}/one`)).text();
    const startedAt = Date.now();
    expect(await app.stop()).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(1500);
  });
});

async function expectFunctions(files: Files, names: string[]) {
  const app = await startApp({ files });
  const bodies = await Promise.all(names.map(async (name) => (await fetch(`${app.url}/${name}`)).text()));
  await app.stop();
  expect(bodies).toEqual(names);
  expect(app.functions).toBe(names.length);
}
