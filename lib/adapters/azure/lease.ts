import { setTimeout as delay } from "node:timers/promises";
import type { Lease } from "../../connector/ports.ts";
import { AppError } from "../../errors.ts";
import type { Table } from "./table.ts";

/** How waiting is done: a stopwatch that only moves on, a pause, and work that is repeated until it is stopped. */
export type Pace = {
  elapsedMs: () => number;
  pause: (ms: number) => Promise<void>;
  every: (ms: number, work: () => void) => () => void;
};

type Deps = { table: Table; newId: () => string; pace?: Pace };

const realPace: Pace = {
  elapsedMs: () => performance.now(),
  pause: (ms) => delay(ms),
  every(ms, work) {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
};

const PARTITION = "lease";
const RENEW_MS = 5_000;
const DEAD_AFTER_MS = 30_000;
const POLL_MS = 500;
const GIVE_UP_MS = 100_000;

/**
 * A lease by conditional updates of one row. The holder changes the row every few seconds; a row that did not change for
 * `DEAD_AFTER_MS`, measured by the waiter's own monotonic clock, belongs to a process that died. No two clocks are compared.
 */
export function makeLease({ table, newId, pace = realPace }: Deps): Lease {
  const rowOf = (name: string, owner: string) => ({ partitionKey: PARTITION, rowKey: name, owner, beat: newId() });
  const replace = async (name: string, owner: string, etag: string) =>
    (await table.change([{ kind: "replace", row: rowOf(name, owner), etag }]))?.get(name);

  async function acquire(name: string, owner: string): Promise<string> {
    const startedMs = pace.elapsedMs();
    let seen = { etag: "", sinceMs: startedMs };
    while (pace.elapsedMs() - startedMs < GIVE_UP_MS) {
      const row = await table.read(PARTITION, name);
      // Taken by us, but the answer that said so was lost.
      if (row?.owner === owner) return row.etag;
      if (row && row.etag !== seen.etag) seen = { etag: row.etag, sinceMs: pace.elapsedMs() };
      const isFree = !row || row.owner === "" || pace.elapsedMs() - seen.sinceMs >= DEAD_AFTER_MS;
      const insert = async () => (await table.change([{ kind: "insert", row: rowOf(name, owner) }]))?.get(name);
      const etag = isFree ? await (row ? replace(name, owner, row.etag) : insert()) : undefined;
      if (etag) return etag;
      await pace.pause(POLL_MS);
    }
    const text =
      "TeamViewer's tokens are being refreshed by another process that does not end. Try again in half a minute.";
    throw new AppError("upstream-unavailable", text, { retryAfterSeconds: 30 });
  }

  return {
    async hold(name, work) {
      const owner = newId();
      let etag = await acquire(name, owner);
      let renewal = Promise.resolve();
      const renew = async () => {
        const renewed = await replace(name, owner, etag).catch(() => undefined);
        // Refused: the answer of an earlier renewal was lost, or somebody else holds the lease by now.
        const row = renewed ? undefined : await table.read(PARTITION, name).catch(() => undefined);
        etag = renewed ?? (row?.owner === owner ? row.etag : etag);
      };
      const stopRenewing = pace.every(RENEW_MS, () => {
        renewal = renewal.then(renew);
      });
      try {
        return await work();
      } finally {
        stopRenewing();
        await renewal;
        // A lease that cannot be given back dies by itself.
        await replace(name, "", etag).catch(() => undefined);
      }
    },
  };
}
