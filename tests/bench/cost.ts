import type { Figure } from "./figure.ts";
import { INSTANCE_GIGABYTES, LEAST_BILLED_SECONDS, prices } from "./prices.ts";
import type { CountedCalls } from "./storage-calls.ts";

const SESSIONS_A_MONTH = 1_000_000;
const MINUTES_A_MONTH = 30 * 24 * 60;
/** request, notify, the answer page twice, close; and three looks of an agent at the session. */
const EXECUTIONS_A_SESSION = 8;
/** Timers: two each minute. */
const EXECUTIONS_A_MINUTE = 2;

/**
 * A million sessions a month on Flex Consumption: executions, billed time, storage calls. The dearest case of billed time:
 * every execution runs alone on a smallest instance and is billed for the least time there is. Logs, and what Intune and
 * TeamViewer cost, are not in it.
 */
export function monthlyCost(perSession: CountedCalls, quietMinute: CountedCalls): Figure[] {
  const executions = EXECUTIONS_A_SESSION * SESSIONS_A_MONTH + EXECUTIONS_A_MINUTE * MINUTES_A_MONTH;
  const gigabyteSeconds = executions * LEAST_BILLED_SECONDS * INSTANCE_GIGABYTES;
  const inAll = (name: keyof CountedCalls) => perSession[name] * SESSIONS_A_MONTH + quietMinute[name] * MINUTES_A_MONTH;
  const { flex, tables, queues, blobs } = prices;
  const parts = {
    executions: ((executions - flex.freeExecutions) / 1_000_000) * flex.aMillionExecutions,
    "billed time at most": (gigabyteSeconds - flex.freeGigabyteSeconds) * flex.aGigabyteSecond,
    tables: (inAll("table") / 10_000) * tables.tenThousandCalls,
    // The host receives each message and strikes it off.
    queues: ((inAll("queue") + 2 * inAll("delete")) / 10_000) * queues.tenThousandCalls,
    seals: (inAll("seal") / 10_000) * blobs.tenThousandWrites,
  };
  const all = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return Object.entries({ ...parts, all }).map(([part, dollars]) => ({
    what: `1,000,000 sessions a month: ${part}`,
    unit: "USD",
    measured: dollars,
    goal: Number.POSITIVE_INFINITY,
  }));
}
