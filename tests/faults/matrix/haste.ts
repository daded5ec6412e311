import { setTimeout as delay } from "node:timers/promises";

/** Pauses between the SDKs' tries are shorter by this; they only spare a real service. */
const PAUSE_FACTOR = 20;
const QUIET_MS = 250;
const LOOK_MS = 25;

/**
 * Runs `work` without its waiting: pauses are short, and deadlines end as soon as nobody has asked anything for a while
 * (`asked` counts) but one call is left without an answer. What waits and for how long is tested elsewhere, in real time.
 */
export async function inHaste<T>(work: () => Promise<T>, asked: () => number, isHanging: boolean): Promise<T> {
  const real = { timeout: AbortSignal.timeout, setTimeout: globalThis.setTimeout };
  const deadlines = new Set<AbortController>();
  AbortSignal.timeout = (ms) => {
    if (!isHanging) return real.timeout.call(AbortSignal, ms);
    const controller = new AbortController();
    deadlines.add(controller);
    return controller.signal;
  };
  const hurried = (callback: (...rest: unknown[]) => void, ms = 0, ...rest: unknown[]) =>
    real.setTimeout(callback, ms >= 100 ? ms / PAUSE_FACTOR : ms, ...rest);
  globalThis.setTimeout = Object.assign(hurried, real.setTimeout);
  let isOver = false;
  const watch = async () => {
    let seen = { count: -1, sinceMs: 0 };
    while (!isOver) {
      const count = asked();
      if (count !== seen.count) seen = { count, sinceMs: performance.now() };
      if (performance.now() - seen.sinceMs >= QUIET_MS) {
        for (const deadline of deadlines) deadline.abort(new DOMException("The deadline is over", "TimeoutError"));
        deadlines.clear();
      }
      await delay(LOOK_MS);
    }
  };
  const watching = isHanging ? watch() : Promise.resolve();
  try {
    return await work();
  } finally {
    isOver = true;
    await watching;
    AbortSignal.timeout = real.timeout;
    globalThis.setTimeout = real.setTimeout;
  }
}
