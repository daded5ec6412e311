import type { Figure } from "./figure.ts";
import { INSTANCE_GIGABYTES, LEAST_BILLED_SECONDS, prices } from "./prices.ts";
import type { CountedCalls } from "./storage-calls.ts";

const SESSIONS_A_MONTH = 1_000_000;
const MINUTES_A_MONTH = 30 * 24 * 60;
/** request, notify, the answer page twice, close; and three looks of an agent at the session. */
const EXECUTIONS_A_SESSION = 8;
/** Timers: two each minute. */
const EXECUTIONS_A_MINUTE = 2;

/** What a session uses; `seconds` of each of its executions. */
export type Used = CountedCalls & { vault: number; seconds: readonly number[] };

const nothing: Used = { table: 0, queue: 0, seal: 0, delete: 0, vault: 0, seconds: [] };

/**
 * A million sessions a month on Flex Consumption: executions, billed time, storage calls. The dearest case of billed time:
 * every execution runs alone on a smallest instance and is billed for the least time there is. Logs, and what Intune and
 * TeamViewer cost, are not in it.
 */
export function monthlyCost(perSession: CountedCalls, quietMinute: CountedCalls): Figure[] {
  const least = (count: number) => Array.from({ length: count }, () => LEAST_BILLED_SECONDS);
  const parts = partsOf(
    { ...nothing, ...perSession, seconds: least(EXECUTIONS_A_SESSION) },
    { ...nothing, ...quietMinute, seconds: least(EXECUTIONS_A_MINUTE) },
  );
  return Object.entries({ ...parts, all: sumOf(parts) }).map(([part, dollars]) => ({
    what: `1,000,000 sessions a month: ${part}`,
    unit: "USD",
    measured: dollars,
    goal: Number.POSITIVE_INFINITY,
  }));
}

/** What both do, side by side: a million sessions that are requested and notified, with as long as that took; no timers. */
export function costAgainstQuickstart(own: Used, quickstart: Used, how: string): Figure[] {
  const [ownParts, theirs] = [partsOf(own, nothing), partsOf(quickstart, nothing)];
  const figure = (part: string, measured: number, baseline: number): Figure => ({
    what: `1,000,000 sessions a month, requested and notified only, ${how}: ${part}`,
    unit: "USD",
    measured,
    goal: Number.POSITIVE_INFINITY,
    baseline: { what: "as quickstarts do it", measured: baseline },
  });
  return [
    figure("billed time at most", ownParts["billed time at most"], theirs["billed time at most"]),
    figure("storage and vault", storageOf(ownParts), storageOf(theirs)),
    figure("all", sumOf(ownParts), sumOf(theirs)),
  ];
}

type Parts = ReturnType<typeof partsOf>;

function partsOf(perSession: Used, perMinute: Used) {
  const inAll = (amountOf: (used: Used) => number) =>
    amountOf(perSession) * SESSIONS_A_MONTH + amountOf(perMinute) * MINUTES_A_MONTH;
  const executions = inAll(({ seconds }) => seconds.length);
  const billedSeconds = inAll(({ seconds }) =>
    seconds.reduce((sum, each) => sum + Math.max(LEAST_BILLED_SECONDS, each), 0),
  );
  const { flex, tables, queues, blobs, vault } = prices;
  return {
    executions: ((executions - flex.freeExecutions) / 1_000_000) * flex.aMillionExecutions,
    "billed time at most": (billedSeconds * INSTANCE_GIGABYTES - flex.freeGigabyteSeconds) * flex.aGigabyteSecond,
    tables: (inAll(({ table }) => table) / 10_000) * tables.tenThousandCalls,
    // The host receives each message and strikes it off.
    queues: (inAll((used) => used.queue + 2 * used.delete) / 10_000) * queues.tenThousandCalls,
    seals: (inAll(({ seal }) => seal) / 10_000) * blobs.tenThousandWrites,
    vault: (inAll((used) => used.vault) / 10_000) * vault.tenThousandCalls,
  };
}

const sumOf = (parts: Parts) => Object.values(parts).reduce((sum, part) => sum + part, 0);
const storageOf = ({ tables, queues, seals, vault }: Parts) => tables + queues + seals + vault;
