import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { bundle } from "../bundle.ts";
import type { Act, Life, Lived } from "./mortal.ts";
import type { Death } from "./outbound-calls.ts";

/** How a process of the product ended: killed at the point it names, or with its work done. */
export type Ended = { killedAt: string } | { lived: Lived };

const READY_BEFORE = 2;
const PATIENCE_MS = 60_000;

/** Processes of the product, started ahead of their use, with the same settings. One file of everything starts soonest. */
export async function mortalProcesses(settings: Record<string, string>, folder: string) {
  const script = await bundle(join(import.meta.dirname, "mortal.ts"), folder);
  const waiting: ChildProcess[] = [];
  const start = () => {
    const env = { PATH: process.env.PATH ?? "", NODE_COMPILE_CACHE: folder, ...settings };
    const stdio = ["ignore", "pipe", "inherit", "ipc"] as const;
    const child = fork(script, { env, execArgv: [], stdio: [...stdio] });
    const failed = once(child, "exit").then(() => Promise.reject(new Error("a process did not start")));
    const ready = Promise.race([once(child, "message"), failed]);
    ready.catch(() => undefined);
    waiting.push(child);
    readiness.set(child, ready);
  };
  const readiness = new WeakMap<ChildProcess, Promise<unknown>>();

  return {
    /** Lets the next process do `act` at the product's time `now`, and die at `death` if it comes that far. */
    async run(act: Act, now: Date, death?: Death): Promise<Ended> {
      while (waiting.length <= READY_BEFORE) start();
      const child = waiting.shift();
      if (!child) throw new Error("no process");
      await readiness.get(child);
      let said = "";
      let lived: Lived | undefined;
      child.stdout?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
      child.on("message", (message) => {
        lived = message as Lived;
      });
      const life: Life = { nowMs: now.getTime(), act, death };
      child.send(life);
      const [code, signal] = (await once(child, "close", { signal: AbortSignal.timeout(PATIENCE_MS) })) as unknown[];
      if (lived) return { lived };
      if (signal === "SIGKILL" && said) return { killedAt: said };
      throw new Error(`a process ended with ${code} ${signal} ${said}`);
    },
    async close() {
      for (const child of waiting.splice(0)) {
        const closed = once(child, "close");
        child.kill("SIGKILL");
        await closed;
      }
    },
  };
}
