import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { bundle } from "../bundle.ts";
import type { Outcome, Round } from "./caller.ts";

/** Processes of the product that live through many rounds, each with a memory of its own. */
export async function startCallers(count: number, settings: Record<string, string>, folder: string) {
  const script = await bundle(join(import.meta.dirname, "caller.ts"), folder);
  const env = { PATH: process.env.PATH ?? "", NODE_COMPILE_CACHE: folder, ...settings };
  const children = Array.from({ length: count }, () =>
    fork(script, { env, execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] }),
  );
  const answer = async (child: ChildProcess): Promise<unknown> => {
    const isOver = new AbortController();
    const died = once(child, "exit", { signal: isOver.signal }).then(() => Promise.reject(new Error("a process died")));
    const [message] = await Promise.race([once(child, "message"), died]);
    isOver.abort();
    died.catch(() => undefined);
    return message;
  };
  await Promise.all(children.map(answer));

  return {
    /** All of them at once. */
    run: (round: Round): Promise<Outcome[]> =>
      Promise.all(
        children.map(async (child) => {
          const outcome = answer(child);
          child.send(round);
          return (await outcome) as Outcome;
        }),
      ),
    async close() {
      for (const child of children) {
        const closed = once(child, "close");
        child.kill("SIGKILL");
        await closed;
      }
    },
  };
}
