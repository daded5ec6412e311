import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeNotificationLedger } from "../../../../lib/adapters/azure/notification-ledger.ts";
import type { NotificationLedger } from "../../../../lib/notifications/ports.ts";
import { type MemoryTables, makeMemoryTables } from "../../../memory/table.ts";

const PHONE = "d0000000-0000-4000-8000-000000000001";
const BEFORE = new Date("2026-11-22T10:00:00.000Z");
const AT = new Date("2026-11-22T10:00:01.500Z");

let tables: MemoryTables;
let ledger: NotificationLedger;

beforeEach(() => {
  tables = makeMemoryTables();
  ledger = makeNotificationLedger(tables.open("notifications"));
});

const find = async (deviceId: string, key: string) => (await ledger.look(deviceId, [key])).reservations.get(key);

const reserve = async (notifyKey: string, changes: Partial<Parameters<NotificationLedger["reserve"]>[0]> = {}) =>
  ledger.reserve({ deviceId: PHONE, notifyKey, at: AT, budget: { times: [BEFORE], etag: undefined }, ...changes });

async function reserved(notifyKey: string) {
  const reservation = await reserve(notifyKey);
  if (!reservation) throw new Error("not reserved");
  return reservation;
}

describe("The rows of the notification ledger", () => {
  test("are read with the hour in one look, of the keys that are asked for alone", async () => {
    const reservation = await reserved("key");
    const { etag } = await ledger.sentTimes(PHONE);
    await reserve("another", { budget: { times: [BEFORE, AT], etag } });
    const { budget, reservations } = await ledger.look(PHONE, ["key", "unknown"]);
    expect(budget).toEqual(await ledger.sentTimes(PHONE));
    expect([...reservations]).toEqual([["key", reservation]]);
  });

  test("are none for a device that was never notified", async () => {
    expect(await ledger.sentTimes(PHONE)).toEqual({ times: [], etag: undefined });
    expect(await find(PHONE, "key")).toBeUndefined();
  });

  test("are one for the hour and one for each notification, in the device's partition, with times in UTC", async () => {
    await reserve("key");
    expect(tables.rows("notifications")).toMatchObject([
      { partitionKey: PHONE, rowKey: "budget", times: JSON.stringify([BEFORE, AT]) },
      { partitionKey: PHONE, rowKey: "key", state: "sending", at: "2026-11-22T10:00:01.500Z" },
    ]);
  });

  test("tell the tags that the next change has to name", async () => {
    const reservation = await reserved("key");
    const [budget, row] = tables.rows("notifications");
    expect(reservation).toEqual({ state: "sending", etag: row?.etag, at: AT });
    expect(await find(PHONE, "key")).toEqual(reservation);
    expect(await ledger.sentTimes(PHONE)).toEqual({ times: [BEFORE, AT], etag: budget?.etag });
  });

  test("end as done or wait for later, at the time they were reserved for", async () => {
    const reservation = await reserved("key");
    await ledger.mark(PHONE, "key", reservation, "later");
    const waiting = await find(PHONE, "key");
    expect(waiting).toMatchObject({ state: "later", at: AT });
    // Who still holds the older tag changes nothing.
    await ledger.mark(PHONE, "key", reservation, "done");
    expect(await find(PHONE, "key")).toEqual(waiting);
    if (waiting) await ledger.mark(PHONE, "key", waiting, "done");
    expect(await find(PHONE, "key")).toMatchObject({ state: "done", at: AT });
  });

  test("of one notification are one for each channel, of which one may have failed and the next be under way", async () => {
    await ledger.mark(PHONE, "key", await reserved("key"), "failed");
    const { etag } = await ledger.sentTimes(PHONE);
    await reserve("next", { budget: { times: [BEFORE], etag } });
    expect(await find(PHONE, "key")).toMatchObject({ state: "failed", at: AT });
    expect(await find(PHONE, "next")).toMatchObject({ state: "sending" });
    expect((await ledger.sentTimes(PHONE)).times).toEqual([BEFORE, AT]);
  });

  test("are reserved anew from the waiting one, with the hour's newest times", async () => {
    await ledger.mark(PHONE, "key", await reserved("key"), "later");
    const previous = await find(PHONE, "key");
    const { etag } = await ledger.sentTimes(PHONE);
    if (!previous) throw new Error("not found");
    const later = new Date("2026-11-22T10:00:31.000Z");
    const again = await reserve("key", { at: later, budget: { times: [], etag }, previous });
    expect(again).toMatchObject({ state: "sending", at: later });
    expect((await ledger.sentTimes(PHONE)).times).toEqual([later]);
  });

  test("stay as they were when the hour was changed by somebody else", async () => {
    await reserve("first");
    const { etag } = await ledger.sentTimes(PHONE);
    await reserve("second", { budget: { times: [], etag } });
    const before = tables.rows("notifications");
    expect(await reserve("third", { budget: { times: [], etag } })).toBeUndefined();
    expect(await reserve("fourth")).toBeUndefined();
    expect(tables.rows("notifications")).toEqual(before);
  });

  test("of forgotten notifications go, all that are named; the hour stays", async () => {
    await reserve("one");
    const { etag } = await ledger.sentTimes(PHONE);
    await reserve("two", { budget: { times: [], etag } });
    await ledger.forget(PHONE, ["one", "never there", "two"]);
    expect(tables.rows("notifications").map(({ rowKey }) => rowKey)).toEqual(["budget"]);
  });
});
