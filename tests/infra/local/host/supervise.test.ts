import { writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type SupervisedHost, superviseHost } from "../../../../infra/local/host/supervise.ts";
import { removeApp, until, writeApp } from "./app-process.ts";

const app = (body: string) => `
  import { app } from "@azure/functions";
  app.http("one", { methods: ["GET"], authLevel: "anonymous", handler: () => ({ body: ${JSON.stringify(body)} }) });
  app.http("die", { methods: ["GET"], authLevel: "anonymous", handler: () => process.exit(3) });`;

let directory: string;
let output: string;
let events: string[];
let host: SupervisedHost | undefined;

beforeEach(() => {
  directory = writeApp({ "main.mjs": app("first") });
  output = "";
  events = [];
});

afterEach(async () => {
  await host?.stop();
  host = undefined;
  removeApp(directory);
});

function supervise(more: Partial<Parameters<typeof superviseHost>[0]> = {}) {
  return superviseHost({
    args: ["--app", directory, "--port", "0"],
    env: process.env,
    onOutput: (text) => {
      output += text;
    },
    onEvent: (text) => events.push(text),
    ...more,
  });
}

const body = () =>
  fetch(`${host?.url}/one`)
    .then((response) => response.text())
    .catch(() => undefined);

describe("The supervisor", () => {
  test("gives address and number of functions when the host is ready, and ends it", async () => {
    host = await supervise();
    expect(host.functions).toBe(2);
    expect(await body()).toBe("first");
    await host.stop();
    await expect(fetch(host.url)).rejects.toThrow();
  });

  test("fails when the host cannot start", async () => {
    writeFileSync(join(directory, "main.mjs"), "throw new Error('broken');");
    await expect(supervise()).rejects.toThrow(/could not start/);
    expect(output).toMatch(/broken/);
  });

  test("builds and restarts at the same address when a file changes; a failed build or start leaves it waiting", async () => {
    const source = join(directory, "source");
    await mkdir(source);
    let builds = 0;
    let next = app("second");
    const build = async () => {
      builds += 1;
      if (next === "") throw new Error("does not build");
      writeFileSync(join(directory, "main.mjs"), next);
    };
    host = await supervise({ watch: [source], build });
    const change = () => writeFileSync(join(source, "file.ts"), String(Math.random()));

    change();
    await until(async () => (await body()) === "second");
    expect(builds).toBe(1);

    next = "";
    change();
    await until(() => events.includes("does not build"));
    expect(await body()).toBe("second");

    next = "throw new Error('broken')";
    change();
    await until(() => events.some((event) => event.includes("could not start")));

    next = app("third");
    change();
    await until(async () => (await body()) === "third");
  }, 15_000);

  test("starts a host again that died", async () => {
    host = await supervise();
    await fetch(`${host.url}/die`).catch(() => {});
    await until(() => events.some((event) => event.includes("has started again")));
    expect(await body()).toBe("first");
    expect(events[0]).toBe("The functions host ended (3); starting it again.");
  }, 15_000);
});
