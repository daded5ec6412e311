import type { SealProgress } from "./ports.ts";

type Deps = { progress: Pick<SealProgress, "read">; now: () => Date };

/** How many minutes ago the audit ended that the last seal holds; undefined while nothing was ever sealed. */
export function makeSealAge({ progress, now }: Deps) {
  return async (): Promise<number | undefined> => {
    const last = await progress.read();
    return last && Math.floor((now().getTime() - last.to.getTime()) / 60_000);
  };
}
