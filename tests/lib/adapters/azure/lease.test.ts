import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ManagedIdentityCredential } from "@azure/identity";
import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../../infra/local/azurite.ts";
import { makeLease } from "../../../../lib/adapters/azure/lease.ts";
import { makeTables, type Table } from "../../../../lib/adapters/azure/table.ts";
import { type StorageProxy, startStorageProxy } from "../../../storage-proxy.ts";

const RENEWAL_MS = 5_000;
const LEASE_ROW = /^PUT .*lease/;

let azurite: Azurite;
let storage: StorageProxy;
let table: Table;

beforeAll(async () => {
  azurite = await startAzurite();
  storage = await startStorageProxy(azurite);
  table = tableAt(azurite.connectionString);
});
afterEach(() => {
  storage.clear();
  jest.useRealTimers();
});
afterAll(async () => {
  await storage.close();
  await azurite.close();
});

const tableAt = (connectionString: string) =>
  makeTables({ connectionString }, new ManagedIdentityCredential(), randomUUID)("connections");
/** The lease as one process has it. */
const process = (of: Table = table) => makeLease({ table: of, newId: randomUUID });
const rowOf = (name: string) => table.read("lease", name);

/** Time that tests move: renewals and the measuring of a dead holder. Waiting between looks stays real, half a second. */
const holdTime = () =>
  jest.useFakeTimers({
    doNotFake: [
      "Date",
      "hrtime",
      "nextTick",
      "queueMicrotask",
      "setTimeout",
      "clearTimeout",
      "setImmediate",
      "clearImmediate",
    ],
  });
const pass = async (ms: number) => {
  for (let passed = 0; passed < ms; passed += RENEWAL_MS) {
    jest.advanceTimersByTime(RENEWAL_MS);
    await delay(50);
  }
};

/** Holds `name` until told to end. */
function holder(name: string, lease = process()) {
  const [began, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
  const done = lease.hold(name, () => {
    began.resolve();
    return ended.promise;
  });
  return { began: began.promise, end: ended.resolve, done };
}

test("one works at a time, everybody gets a turn and their own result", async () => {
  let inside = 0;
  let most = 0;
  const work = async (number: number) => {
    inside += 1;
    most = Math.max(most, inside);
    await delay(20);
    inside -= 1;
    return number;
  };
  const results = await Promise.all([1, 2, 3, 4].map((number) => process().hold("turns", () => work(number))));
  expect(results).toEqual([1, 2, 3, 4]);
  expect(most).toBe(1);
});

test("leases of other names do not wait for each other", async () => {
  const one = holder("one");
  await one.began;
  expect(await process().hold("another", async () => "done")).toBe("done");
  one.end("over");
  expect(await one.done).toBe("over");
});

test("work that fails gives the lease back and its error to the caller", async () => {
  const failing = process().hold("failing", () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect((await rowOf("failing"))?.owner).toBe("");
  const startedMs = performance.now();
  await process().hold("failing", async () => undefined);
  expect(performance.now() - startedMs).toBeLessThan(400);
});

test("work that lasts is never interrupted: its lease is renewed for a minute and more", async () => {
  holdTime();
  const long = holder("long");
  await long.began;
  let isIn = false;
  const waiting = process().hold("long", async () => {
    isIn = true;
  });
  for (let time = 0; time < 3; time += 1) {
    await pass(25_000);
    await delay(600);
  }
  expect(isIn).toBe(false);
  long.end("over");
  await Promise.all([long.done, waiting]);
  expect(isIn).toBe(true);
}, 15_000);

test("a lease of a process that died is taken over after 30 seconds, not before, by one of those who wait", async () => {
  holdTime();
  await table.change([{ kind: "upsert", row: { partitionKey: "lease", rowKey: "dead", owner: "gone", beat: "1" } }]);
  let inside = 0;
  const waiting = [process(), process()].map((lease) => {
    return lease.hold("dead", async () => {
      inside += 1;
      await delay(700);
      return inside;
    });
  });
  await delay(100);
  jest.advanceTimersByTime(29_000);
  await delay(600);
  expect(inside).toBe(0);
  jest.advanceTimersByTime(1_000);
  await delay(600);
  expect(inside).toBe(1);
  expect(await Promise.all(waiting)).toEqual(expect.arrayContaining([1, 2]));
});

test("a renewal whose answer is lost does not cost the lease", async () => {
  holdTime();
  const long = holder("lost-answer", process(tableAt(storage.connectionString)));
  await long.began;
  storage.fail({ about: LEASE_ROW, behaviour: "reset-after" });
  await pass(RENEWAL_MS);
  // The SDK tries a broken call again.
  await delay(1_000);
  const before = (await rowOf("lost-answer"))?.beat;
  await pass(RENEWAL_MS);
  await delay(200);
  expect((await rowOf("lost-answer"))?.beat).not.toBe(before);
  long.end("over");
  await long.done;
  expect((await rowOf("lost-answer"))?.owner).toBe("");
});

test("taking a lease whose answer is lost takes it, without waiting for its death", async () => {
  await process().hold("taken", async () => undefined);
  storage.fail({ about: LEASE_ROW, behaviour: "reset-after" });
  const taken = process(tableAt(storage.connectionString)).hold("taken", async () => "done");
  const result = await Promise.race([taken, delay(4_000, "waits", { ref: false })]);
  expect(result).toBe("done");
}, 15_000);

test("who waits for 100 seconds is told to come back", async () => {
  holdTime();
  const long = holder("busy");
  await long.began;
  const waiting = process().hold("busy", async () => undefined);
  const refused = expect(waiting).rejects.toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30 });
  await pass(105_000);
  await refused;
  long.end("over");
  await long.done;
});

test("storage that cannot be reached is said, and no work is done", async () => {
  storage.fail({ about: /lease/, behaviour: 403, times: 0 });
  let isDone = false;
  const held = process(tableAt(storage.connectionString)).hold("closed", async () => {
    isDone = true;
  });
  await expect(held).rejects.toMatchObject({ code: "upstream-unavailable" });
  expect(isDone).toBe(false);
});
