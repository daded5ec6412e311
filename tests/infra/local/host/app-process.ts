import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll } from "@jest/globals";

const ROOT = resolve(import.meta.dirname, "../../../..");
const MAIN = join(ROOT, "infra/local/host/main.ts");

export type Files = Record<string, string | object>;

type Options = {
  /** Files of the app by name; objects are written as JSON. */
  files: Files;
  env?: Record<string, string>;
  args?: string[];
};

export type AppProcess = {
  url: string;
  functions: number;
  keys: { master: string; host: string; functions: Record<string, string> };
  output: () => string;
  /** Sends SIGTERM and gives the exit code. */
  stop: () => Promise<number | null>;
  signal: (name: NodeJS.Signals) => void;
  exited: Promise<number | null>;
};

const running = new Set<() => Promise<unknown>>();

// A test that fails before it stops its app must not leave the app running.
afterAll(async () => {
  await Promise.all([...running].map((stop) => stop()));
}, 15_000);

/** Writes an app into a folder that finds this project's packages. */
export function writeApp(files: Files): string {
  const directory = mkdtempSync(join(tmpdir(), "functions-app-"));
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"));
  const standard: Files = {
    "package.json": { main: "main.mjs" },
    "host.json": { version: "2.0", extensions: { http: { routePrefix: "" } } },
  };
  for (const [name, content] of Object.entries({ ...standard, ...files })) {
    const file = join(directory, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  }
  return directory;
}

export function removeApp(directory: string) {
  rmSync(directory, { recursive: true, force: true });
}

/** Starts the host as its own process; `undefined` when it ended before it was ready. */
export async function runApp({
  files,
  env = {},
  args = [],
}: Options): Promise<{ app?: AppProcess; output: string; code: number | null }> {
  const directory = writeApp(files);
  const keysFile = join(directory, "keys.json");
  const child = fork(MAIN, ["--app", directory, "--port", "0", "--keys", keysFile, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: [],
    cwd: "/",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<number | null>((done) => child.once("close", done));
  const stop = () => {
    child.kill("SIGTERM");
    return exited;
  };
  running.add(stop);
  void exited.then(() => {
    running.delete(stop);
    removeApp(directory);
  });
  const ready = await firstMessage(child, exited);
  if (!ready) return { output, code: await exited };
  const app: AppProcess = {
    ...ready,
    keys: JSON.parse(readFileSync(keysFile, "utf8")) as AppProcess["keys"],
    output: () => output,
    signal: (name) => child.kill(name),
    exited,
    stop,
  };
  return { app, output, code: null };
}

/** Starts an app that must come up. */
export async function startApp(options: Options): Promise<AppProcess> {
  const { app, output } = await runApp(options);
  if (!app) throw new Error(`The app did not start: ${output}`);
  return app;
}

function firstMessage(child: ChildProcess, exited: Promise<unknown>) {
  const message = new Promise<{ url: string; functions: number }>((done) =>
    child.once("message", (received) => done(received as { url: string; functions: number })),
  );
  return Promise.race([message, exited.then(() => undefined)]);
}

/** Waits until `read` gives something. */
export async function until<T>(
  read: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 8000,
): Promise<T> {
  const endsAt = Date.now() + timeoutMs;
  for (;;) {
    const found = await read();
    if (found) return found;
    if (Date.now() > endsAt) throw new Error("It did not happen in time.");
    await new Promise((done) => setTimeout(done, 25));
  }
}
