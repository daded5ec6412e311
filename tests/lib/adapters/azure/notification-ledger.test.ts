import { randomUUID } from "node:crypto";
import { ManagedIdentityCredential } from "@azure/identity";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../../infra/local/azurite.ts";
import { makeNotificationLedger } from "../../../../lib/adapters/azure/notification-ledger.ts";
import { makeTables } from "../../../../lib/adapters/azure/table.ts";
import type { NotificationLedger } from "../../../../lib/notifications/ports.ts";
import { startStorageProxy } from "../../../storage-proxy.ts";

const PHONE = "d0000000-0000-4000-8000-000000000001";
const BEFORE = new Date("2026-11-22T10:00:00Z");
const AT = new Date("2026-11-22T10:00:01Z");
const TIMES = [BEFORE, AT];

let azurite: Azurite;
let ledger: NotificationLedger;
let made = 0;

beforeAll(async () => {
  azurite = await startAzurite();
});

beforeEach(() => {
  made += 1;
  const tables = makeTables(
    { connectionString: azurite.connectionString },
    new ManagedIdentityCredential(),
    randomUUID,
  );
  ledger = makeNotificationLedger(tables(`notifications${made}`));
});

afterAll(() => azurite.close());

const find = async (deviceId: string, key: string) => (await ledger.look(deviceId, [key])).reservations.get(key);

const reserve = (notifyKey: string, etag?: string) =>
  ledger.reserve({ deviceId: PHONE, notifyKey, at: AT, budget: { times: [BEFORE], etag } });

describe("The ledger of notifications", () => {
  test("knows nothing of a device that was never notified", async () => {
    expect(await ledger.sentTimes(PHONE)).toEqual({ times: [], etag: undefined });
    expect(await find(PHONE, "key")).toBeUndefined();
  });

  test("keeps a reservation together with the times of the hour", async () => {
    const reserved = await reserve("key");
    expect(reserved).toEqual({ state: "sending", etag: expect.stringMatching(/.+/), at: AT });
    expect(await find(PHONE, "key")).toEqual(reserved);
    expect(await ledger.sentTimes(PHONE)).toEqual({ times: TIMES, etag: expect.stringMatching(/.+/) });
  });

  test("gives one key to one of many who want it at the same moment", async () => {
    const reserved = await Promise.all(Array.from({ length: 10 }, () => reserve("key")));
    expect(reserved.filter((each) => each !== undefined)).toHaveLength(1);
  });

  test("gives a taken key to nobody, whatever they know of the budget", async () => {
    const first = await reserve("key");
    if (!first) throw new Error("not reserved");
    await ledger.mark(PHONE, "key", first, "later");
    const { etag } = await ledger.sentTimes(PHONE);
    expect(await reserve("key", etag)).toBeUndefined();
    const budget = { times: [BEFORE], etag };
    expect(
      await ledger.reserve({ deviceId: PHONE, notifyKey: "key", at: AT, budget, previous: first }),
    ).toBeUndefined();
    expect(await find(PHONE, "key")).toMatchObject({ state: "later" });
  });

  test("lets one notification into the budget at a time, and keeps no key of the others", async () => {
    const keys = Array.from({ length: 10 }, (_, index) => `key${index}`);
    await reserve("first");
    const { etag } = await ledger.sentTimes(PHONE);
    const reserved = await Promise.all(keys.map((key) => reserve(key, etag)));
    expect(reserved.filter((each) => each !== undefined)).toHaveLength(1);
    const known = await Promise.all(keys.map((key) => find(PHONE, key)));
    expect(known.filter((each) => each !== undefined)).toHaveLength(1);
  });

  test("gives a key that waits to one of many, and a finished one to nobody who saw it waiting", async () => {
    const first = await reserve("key");
    if (!first) throw new Error("not reserved");
    await ledger.mark(PHONE, "key", first, "later");
    const previous = await find(PHONE, "key");
    expect(previous).toMatchObject({ state: "later", at: AT });
    if (!previous) throw new Error("not found");
    const { etag } = await ledger.sentTimes(PHONE);
    const again = () =>
      ledger.reserve({ deviceId: PHONE, notifyKey: "key", at: AT, budget: { times: [BEFORE], etag }, previous });
    const reserved = await Promise.all([again(), again(), again()]);
    expect(reserved.filter((each) => each !== undefined)).toHaveLength(1);
    expect(await find(PHONE, "key")).toMatchObject({ state: "sending" });
  });

  test("gives a key to whoever took it, also when the service's answer got lost", async () => {
    await reserve("other key");
    const { etag } = await ledger.sentTimes(PHONE);
    const proxy = await startStorageProxy(azurite);
    try {
      proxy.fail({ about: /\$batch/, behaviour: "reset-after" });
      const tables = makeTables(
        { connectionString: proxy.connectionString },
        new ManagedIdentityCredential(),
        randomUUID,
      );
      const behindProxy = makeNotificationLedger(tables(`notifications${made}`));
      const reserved = await behindProxy.reserve({
        deviceId: PHONE,
        notifyKey: "key",
        at: AT,
        budget: { times: [BEFORE], etag },
      });
      expect(reserved).toEqual(await find(PHONE, "key"));
      expect(reserved).toMatchObject({ state: "sending" });
    } finally {
      await proxy.close();
    }
  });

  test("keeps devices apart, and forgets keys without forgetting the hour", async () => {
    await reserve("key");
    const other = "d0000000-0000-4000-8000-000000000002";
    expect(await find(other, "key")).toBeUndefined();
    await ledger.forget(PHONE, ["key", "never there"]);
    expect(await find(PHONE, "key")).toBeUndefined();
    expect((await ledger.sentTimes(PHONE)).times).toEqual(TIMES);
  });
});
