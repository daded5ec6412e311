import type { Scheduler } from "fast-check";
import { isFinal, sessionSchema } from "../../../lib/sessions/session.ts";
import { startMemoryApp } from "../../memory/app.ts";
import { makeMemorySeal } from "../../memory/seal.ts";
import type { Step } from "../../memory/world.ts";

const MAX_PAUSES = 1000;

/**
 * The product in memory with a scheduler between it and its surroundings: while `isOn`, what comes next is the scheduler's
 * choice before each call that leaves and again before its answer is seen. Time stands still meanwhile.
 */
export function startScheduledApp(scheduler: Scheduler) {
  const order = { isOn: false };
  /** Sessions whose final state was left. */
  const revived: string[] = [];
  const finals = new Map<string, string>();
  const seen = new Map<string, string>();
  const point = async (label: string) => {
    // The two years of audit tables that the hourly timer drops are in nobody's way.
    if (order.isOn && !label.includes(".drop ")) await scheduler.schedule(Promise.resolve(), label);
  };
  const step: Step = async (label, work) => {
    await point(`${label} leaves`);
    try {
      return await work();
    } finally {
      lookAtSessions();
      await point(`${label} is back`);
    }
  };

  let pauses = 0;
  const pace = {
    elapsedMs: () => 0,
    // Whoever waits for a lease looks again when somebody may have given one back.
    async pause() {
      pauses += 1;
      if (pauses > MAX_PAUSES) throw new Error("a lease is never given back");
      await point("waits for a lease");
    },
    every(_ms: number, work: () => void) {
      let isStopped = false;
      if (order.isOn) void scheduler.schedule(Promise.resolve(), "a lease is renewed").then(() => isStopped || work());
      return () => {
        isStopped = true;
      };
    },
  };

  const app = startMemoryApp({ step, pace, seal: makeMemorySeal });

  function lookAtSessions() {
    for (const { rowKey, etag, session: text } of app.world.tables.rows("sessions")) {
      if (typeof text !== "string" || seen.get(rowKey) === etag) continue;
      seen.set(rowKey, etag);
      const session = sessionSchema.parse(JSON.parse(text));
      const final = finals.get(rowKey);
      if (final !== undefined && final !== session.state) revived.push(`${final} became ${session.state}`);
      if (isFinal(session)) finals.set(rowKey, session.state);
    }
  }

  return { ...app, order, revived };
}
