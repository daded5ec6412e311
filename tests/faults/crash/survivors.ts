import type { AppProcess, TestApp } from "../../app.ts";
import { connecting } from "../../connect.ts";
import { requesting } from "../../requesting.ts";
import type { Scene } from "./flow.ts";

/** Who goes on first after a process died. */
export type Order = "the retry first" | "the timers first";

export type Survivors = ReturnType<typeof makeSurvivors>;

const MINUTE_MS = 60_000;
/** The lease of a dead process is given up after 20 s of the waiter's stopwatch: here it runs so much faster. */
const STOPWATCH_FACTOR = 60;

/** Everybody who lives on after a process died: the next process, the timers, the administrator, the agent, the user. */
export function makeSurvivors(product: TestApp) {
  let current: AppProcess = product.process();
  const process = () => current;
  const living: TestApp = {
    ...product,
    process,
    request: (...asked) => current.request(...asked),
    runTimer: (name) => current.runTimer(name),
    deliver: (name, message) => current.deliver(name, message),
  };
  const agent = requesting(living);

  /** Timers may fail: the host logs it and they come again. */
  const tick = (name: string) => current.runTimer(name).catch(() => undefined);

  /** So many minutes in which the timer runs and the host delivers what waits in the queue, twice. */
  async function minutes(count: number) {
    for (let minute = 0; minute < count; minute += 1) {
      product.clock.advance(MINUTE_MS);
      await tick("follow-sessions");
      for (const { message } of await agent.messages()) {
        await current.deliver("notify", message);
        await current.deliver("notify", message);
      }
    }
  }

  return {
    product: living,
    agent,
    browser: connecting(living, process),
    restart: () => {
      current = product.newProcess();
    },
    tick,
    minutes,
    /** Whoever tries again does, and the timers run, in this order or the other. */
    async goOn({ retry, isUrgent }: Scene, order: Order) {
      const isRetriedFirst = order === "the retry first" || isUrgent;
      if (isRetriedFirst) await retry?.();
      await minutes(3);
      if (isRetriedFirst) return;
      await retry?.();
      await minutes(2);
    },
    /** Runs `work` with a stopwatch that hurries. */
    async hurried<T>(work: () => Promise<T>): Promise<T> {
      const real = performance.now.bind(performance);
      const startMs = real();
      performance.now = () => startMs + (real() - startMs) * STOPWATCH_FACTOR;
      try {
        return await work();
      } finally {
        performance.now = real;
      }
    },
  };
}
