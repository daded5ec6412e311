import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeLease, type Pace } from "../../../../lib/adapters/azure/lease.ts";
import type { Row, Table } from "../../../../lib/adapters/azure/table.ts";
import { type MemoryTables, makeMemoryTables } from "../../../memory/table.ts";

const POLL_MS = 500;
/** What the stopwatch shows at first: it began before anybody wanted a lease. */
const STARTED_MS = 1_234_567;

let tables: MemoryTables;
let table: Table;
let made = 0;

beforeEach(() => {
  tables = makeMemoryTables();
  table = tables.open("connections");
  made = 0;
});

const newId = () => {
  made += 1;
  return `id-${made}`;
};

/** Time that only waiting moves; `onPause` is what others do meanwhile. */
function aPace(onPause: (elapsedMs: number) => unknown = () => undefined) {
  let ms = STARTED_MS;
  const renewals = new Set<() => void>();
  const everyMs: number[] = [];
  const pace: Pace = {
    elapsedMs: () => ms,
    async pause(pausedMs) {
      ms += pausedMs;
      await onPause(ms - STARTED_MS);
    },
    every(periodMs, work) {
      everyMs.push(periodMs);
      renewals.add(work);
      return () => renewals.delete(work);
    },
  };
  return { pace, everyMs, renewals, elapsedMs: () => ms - STARTED_MS };
}

const row = () => tables.rows("connections").find(({ rowKey }) => rowKey === "refresh");
const lease = (pace: Pace, of: Table = table) => makeLease({ table: of, newId, pace });
/** The row of somebody who holds the lease. */
const held = (owner = "somebody", beat = "") =>
  table.change([{ kind: "upsert", row: { partitionKey: "lease", rowKey: "refresh", owner, beat } }]);
const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe("A lease that nobody holds", () => {
  test("is taken at once, held in one row while the work lasts, and given back with its answer", async () => {
    const { pace, elapsedMs } = aPace();
    let during: Row | undefined;
    const answer = await lease(pace).hold("refresh", async () => {
      during = row();
      return "answer";
    });
    expect(answer).toBe("answer");
    expect(during).toMatchObject({ partitionKey: "lease", rowKey: "refresh", owner: "id-1", beat: "id-2" });
    expect(row()).toMatchObject({ partitionKey: "lease", rowKey: "refresh", owner: "" });
    expect(elapsedMs()).toBe(0);
  });

  test("is taken at once again, and by its name alone", async () => {
    const { pace, elapsedMs } = aPace();
    await lease(pace).hold("refresh", async () => undefined);
    await lease(pace).hold("refresh", () => lease(pace).hold("another", async () => undefined));
    expect(elapsedMs()).toBe(0);
    expect(tables.rows("connections").map(({ rowKey }) => rowKey)).toEqual(["another", "refresh"]);
  });

  test("is given back when the work fails, and the failure told", async () => {
    const { pace, renewals } = aPace();
    const failing = lease(pace).hold("refresh", async () => {
      throw new Error("the work failed");
    });
    await expect(failing).rejects.toThrow("the work failed");
    expect(row()?.owner).toBe("");
    expect(renewals.size).toBe(0);
  });
});

describe("A lease that somebody holds", () => {
  test("is waited for by a look every half a second, and taken when it is given back", async () => {
    await held();
    const { pace, elapsedMs } = aPace((ms) => (ms === 3 * POLL_MS ? held("") : undefined));
    await lease(pace).hold("refresh", async () => undefined);
    expect(elapsedMs()).toBe(3 * POLL_MS);
  });

  test("is taken from a holder that gave no sign for thirty seconds", async () => {
    await held();
    const { pace, elapsedMs } = aPace();
    await lease(pace).hold("refresh", async () => expect(row()?.owner).toBe("id-1"));
    expect(elapsedMs()).toBe(30_000);
  });

  test("counts those seconds from the last sign", async () => {
    await held();
    const { pace, elapsedMs } = aPace((ms) => (ms === 20_000 ? held("somebody", "beat") : undefined));
    await lease(pace).hold("refresh", async () => undefined);
    expect(elapsedMs()).toBe(50_000);
  });

  test("is never taken from a holder that gives signs: after a hundred seconds the waiter is told to come back", async () => {
    await held();
    const { pace, elapsedMs } = aPace((ms) => (ms % 5_000 === 0 ? held("somebody", `${ms}`) : undefined));
    let isDone = false;
    const waiting = lease(pace).hold("refresh", async () => {
      isDone = true;
    });
    await expect(waiting).rejects.toMatchObject({
      code: "upstream-unavailable",
      retryAfterSeconds: 30,
      message: expect.stringMatching(/another process.* Try again/),
    });
    expect(isDone).toBe(false);
    expect(elapsedMs()).toBe(100_000);
    expect(row()?.owner).toBe("somebody");
  });

  test("goes to one of two that find it free at the same moment", async () => {
    await held("");
    const order: string[] = [];
    const one = aPace();
    const two = aPace(() => settled());
    const hold = (pace: Pace, name: string) =>
      lease(pace).hold("refresh", async () => {
        order.push(`${name} begins`);
        await settled();
        order.push(`${name} ends`);
      });
    await Promise.all([hold(one.pace, "one"), hold(two.pace, "two")]);
    expect(order).toEqual(["one begins", "one ends", "two begins", "two ends"]);
  });
});

describe("The holder of a lease", () => {
  test("gives a sign every five seconds for as long as the work lasts, and none after", async () => {
    const { pace, everyMs, renewals } = aPace();
    const beats: unknown[] = [];
    await lease(pace).hold("refresh", async () => {
      for (let sign = 0; sign < 3; sign += 1) {
        beats.push(row()?.beat);
        for (const renew of renewals) renew();
        await settled();
        expect(row()?.owner).toBe("id-1");
      }
    });
    expect(everyMs).toEqual([5_000]);
    expect(new Set(beats).size).toBe(3);
    expect(renewals.size).toBe(0);
    expect(row()?.owner).toBe("");
  });

  test("gives the lease back after a sign that was still on its way", async () => {
    const { pace, renewals } = aPace();
    await lease(pace).hold("refresh", async () => {
      for (const renew of renewals) renew();
    });
    expect(row()?.owner).toBe("");
  });

  test("goes on after signs that failed, or whose answers got lost", async () => {
    const { pace, renewals } = aPace();
    let failure: "before" | "after" | "silent" | undefined;
    const hindered: Table = {
      ...table,
      async read(...key) {
        if (failure === "silent") throw new Error("no answer");
        return table.read(...key);
      },
      async change(changes) {
        if (failure === "before" || failure === "silent") throw new Error("no answer");
        const tags = await table.change(changes);
        return failure === "after" ? undefined : tags;
      },
    };
    await lease(pace, hindered).hold("refresh", async () => {
      for (const next of ["before", "after", "silent", undefined, "after", undefined] as const) {
        failure = next;
        const beat = row()?.beat;
        for (const renew of renewals) renew();
        await settled();
        expect(row()?.beat === beat).toBe(next === "before" || next === "silent");
      }
    });
    expect(row()?.owner).toBe("");
  });

  test("that lost it meanwhile does not give away what is somebody else's", async () => {
    const { pace, renewals } = aPace();
    await lease(pace).hold("refresh", async () => {
      await held("somebody else");
      for (const renew of renewals) renew();
      await settled();
    });
    expect(row()?.owner).toBe("somebody else");
  });

  test("has its answer even when the lease cannot be given back", async () => {
    const { pace } = aPace();
    let isDown = false;
    const failing: Table = {
      ...table,
      change: async (changes) => {
        if (isDown) throw new Error("no answer");
        return table.change(changes);
      },
    };
    const answer = await lease(pace, failing).hold("refresh", async () => {
      isDown = true;
      return "answer";
    });
    expect(answer).toBe("answer");
    expect(row()?.owner).toBe("id-1");
  });

  test("knows that it is the holder when the answer that said so got lost", async () => {
    const { pace, elapsedMs } = aPace();
    let isLost = true;
    const losing: Table = {
      ...table,
      change: async (changes) => {
        const tags = await table.change(changes);
        if (!isLost) return tags;
        isLost = false;
        return undefined;
      },
    };
    expect(await lease(pace, losing).hold("refresh", async () => row()?.owner)).toBe("id-1");
    expect(elapsedMs()).toBe(POLL_MS);
    expect(row()?.owner).toBe("");
  });
});
