import { type ChildProcess, fork } from "node:child_process";
import { type FSWatcher, watch as watchDirectory } from "node:fs";
import { buildHost } from "./build-host.ts";

type Options = {
  /** The arguments of main.ts: `--app`, `--port` and so on. */
  args: string[];
  /** The app settings; PATH and the like belong in it too. */
  env: NodeJS.ProcessEnv;
  /** Directories; a change in one builds anew and restarts. */
  watch?: string[];
  /** Run before each restart; when it fails, the running host stays. */
  build?: () => Promise<void>;
  /** Gets what the host writes; left out, it goes to this process's own output. */
  onOutput?: (text: string) => void;
  /** Told of restarts and of failures that this function survives. */
  onEvent?: (text: string) => void;
};

/** A running host in a process of its own. */
export type SupervisedHost = {
  url: string;
  functions: number;
  /** The id of the process that runs now. */
  processId: number;
  restart: () => Promise<void>;
  stop: () => Promise<void>;
};

type Ready = { ready: true; url: string; functions: number };

// A young generation of medium size: a smaller one costs computing, and V8 otherwise keeps room for several times as much.
const NODE_ARGUMENTS = ["--max-semi-space-size=8", "--max-old-space-size=128"];
// One arena that gives back what it does not need: glibc otherwise keeps the holes that long answers leave.
const ALLOCATION = { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "131072", MALLOC_MMAP_THRESHOLD_: "65536" };
const SETTLE_MS = 150;
const RESPAWN_MS = 1000;
const KILL_AFTER_MS = 15_000;

/**
 * Runs the host in a child process; resolves when it is ready, rejects when it cannot start. A change makes a new
 * process, because ES modules are loaded once in a process. A host that dies is started again, as Azure restarts a worker.
 */
export async function superviseHost({
  args,
  env,
  watch = [],
  build,
  onOutput,
  onEvent,
}: Options): Promise<SupervisedHost> {
  const main = await buildHost();
  let child: ChildProcess;
  let isStopped = false;
  let work: Promise<void> = Promise.resolve();
  const tell = onEvent ?? ((text: string) => process.stderr.write(`${text}\n`));

  const start = async (): Promise<Ready> => {
    const started = spawnHost(main, host.args, env, onOutput);
    child = started.child;
    const ready = await started.ready;
    started.child.once("exit", (code, signal) => {
      if (child !== started.child || isStopped || isExpected.has(started.child)) return;
      tell(`The functions host ended (${signal ?? code}); starting it again.`);
      setTimeout(() => enqueue(replace), RESPAWN_MS);
    });
    return ready;
  };
  const isExpected = new WeakSet<ChildProcess>();
  const end = async () => {
    isExpected.add(child);
    await endProcess(child);
  };
  const replace = async () => {
    await end();
    const { functions } = await start();
    host.functions = functions;
    tell(`The functions host has started again, ${functions} functions.`);
  };
  /** One thing at a time; a failure leaves the host as it is until the next change. */
  const enqueue = (step: () => Promise<void>) => {
    work = work.then(async () => {
      if (isStopped) return;
      await step().catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));
    });
    return work;
  };
  const rebuild = async () => {
    await build?.();
    await replace();
  };

  const host = { args, functions: 0 };
  const ready = await start();
  host.functions = ready.functions;
  // The port stays when it was chosen freely.
  host.args = [...args, "--port", new URL(ready.url).port];
  const watchers = watchAll(watch, () => void enqueue(rebuild));
  return {
    url: ready.url,
    get functions() {
      return host.functions;
    },
    get processId() {
      return child.pid ?? 0;
    },
    restart: () => enqueue(replace),
    stop: async () => {
      isStopped = true;
      for (const watcher of watchers) watcher.close();
      await work;
      await end();
    },
  };
}

function spawnHost(main: string, args: string[], env: NodeJS.ProcessEnv, onOutput: Options["onOutput"]) {
  const output = onOutput ? "pipe" : "inherit";
  const child = fork(main, args, {
    env: { ...ALLOCATION, ...env },
    stdio: ["ignore", output, output, "ipc"],
    execArgv: NODE_ARGUMENTS,
  });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", onOutput ?? (() => {}));
  const ready = new Promise<Ready>((resolve, reject) => {
    child.once("message", (message) => resolve(message as Ready));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The functions host could not start (exit code ${code}).`)));
  });
  return { child, ready };
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  await ended;
  clearTimeout(killer);
}

/** Calls `onChange` once after a burst of changes. */
function watchAll(directories: string[], onChange: () => void): FSWatcher[] {
  let timer: NodeJS.Timeout | undefined;
  const settle = () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLE_MS);
  };
  return directories.map((directory) => watchDirectory(directory, { recursive: true }, settle));
}
