import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ask } from "../../infra/local/demo/browser.ts";
import { type Connected, run, startConnected } from "./connected.ts";

const TIMEOUT_MS = 180_000;
const root = join(import.meta.dirname, "../..");
const program = join(root, "examples/typed-client.ts");
const bin = (name: string) => join(root, "node_modules", name);

/** As a customer would set it up, as strict as can be. */
const project = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    module: "NodeNext",
    target: "ES2022",
    lib: ["ES2023", "DOM"],
    types: ["node"],
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  },
  include: ["*.ts"],
};

let directory: string;
let connected: Connected;

beforeAll(async () => {
  connected = await startConnected();
  directory = realpathSync(mkdtempSync(join(tmpdir(), "typed-client-")));
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  copyFileSync(program, join(directory, "typed-client.ts"));
  writeFileSync(join(directory, "package.json"), '{"type": "module"}');
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(project));
  const served = await ask(`${connected.variables.CONNECTOR_URL}/api/openapi.json`);
  writeFileSync(join(directory, "openapi.json"), served.text);
  const generator = bin("openapi-typescript/bin/cli.js");
  const made = await run(process.execPath, [generator, "openapi.json", "-o", "connector-api.d.ts"], {}, directory);
  if (made.code !== 0) throw new Error(`openapi-typescript: ${made.output}${made.errors}`);
}, TIMEOUT_MS);

afterAll(async () => {
  await connected?.stop();
  rmSync(directory, { recursive: true, force: true });
}, TIMEOUT_MS);

const checkTypes = () => run(process.execPath, [bin("typescript/bin/tsc"), "--noEmit"], {}, directory);

test(
  "types made from the document fit the program",
  async () => {
    expect(await checkTypes()).toEqual({ code: 0, output: "", errors: "" });
  },
  TIMEOUT_MS,
);

test(
  "the program does the main job",
  async () => {
    const ended = await run(process.execPath, ["typed-client.ts", "PHONE-ANA"], connected.variables, directory);
    expect(ended).toMatchObject({ code: 0 });
    const [opened, looked, closed, ...audit] = ended.output.trimEnd().split("\n");
    expect([opened, looked, closed]).toEqual([
      expect.stringMatching(/^open, match code \S+$/),
      expect.stringMatching(/^open, notification (queued|sent)$/),
      "closed",
    ]);
    expect(audit).toEqual(expect.arrayContaining(["session.close outcome success", "session.request outcome success"]));
  },
  TIMEOUT_MS,
);

test(
  "a path, a field, a header or a value that the API does not have is found before anything runs",
  async () => {
    const right = readFileSync(program, "utf8");
    const wrong: [string, string, string][] = [
      ['"/api/sessions/{id}/close"', '"/api/sessions/{id}/end"', "/api/sessions/{id}/end"],
      ["{ deviceId: device.id", "{ device: device.id", "'device' does not exist"],
      ["now.notification.state", "now.notification.status", "'status' does not exist"],
      ['"Idempotency-Key"', '"Idempotence-Key"', "Idempotence-Key"],
      ["{ search, top: 1 }", '{ search, top: "all" }', "'string' is not assignable to type 'number'"],
      ["query: { session:", "query: { sessionId:", "'sessionId' does not exist"],
    ];
    for (const [text, changed, message] of wrong) {
      expect(right).toContain(text);
      writeFileSync(join(directory, "typed-client.ts"), right.replace(text, changed));
      const { code, output } = await checkTypes();
      expect([changed, code === 0, output]).toEqual([changed, false, expect.stringContaining(message)]);
    }
  },
  TIMEOUT_MS,
);
