import type { DequeuedMessageItem } from "@azure/storage-queue";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type DeliveryOptions, deliver, type Queue } from "../../../../infra/local/host/queue-delivery.ts";
import { pollingDelays } from "../../../../infra/local/host/queue-listener.ts";
import { toInvocation } from "../../../../infra/local/host/queue-message.ts";

const SECOND_MS = 1000;
const LEASE_MS = 600 * SECOND_MS;

let calls: string[];
let renewalError: Error | undefined;

beforeEach(() => {
  jest.useFakeTimers({ now: new Date("2026-11-22T10:00:00Z") });
  calls = [];
  renewalError = undefined;
});

afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

/** Stands for the storage service: it gives a new pop receipt at each update, as the service does. */
function fakeQueue(name: string): Queue {
  let receipts = 1;
  const answer = async (call: string, result: object = {}) => {
    calls.push(`${name} ${call}`);
    return result;
  };
  return {
    name,
    createIfNotExists: () => answer("create"),
    sendMessage: (text: string) => answer(`send ${text}`),
    deleteMessage: (_id: string, receipt: string) => answer(`delete ${receipt}`),
    updateMessage: async (_id: string, receipt: string, _text: unknown, seconds: number) => {
      if (renewalError) throw renewalError;
      receipts += 1;
      return answer(`hide ${receipt} ${seconds}`, { popReceipt: `r${receipts}` });
    },
  } as unknown as Queue;
}

function message(dequeueCount: number): DequeuedMessageItem {
  const at = new Date("2026-11-22T10:00:00Z");
  const times = { insertedOn: at, expiresOn: at, nextVisibleOn: at };
  return { messageId: "m", popReceipt: "r1", messageText: "dGV4dA==", dequeueCount, ...times };
}

const succeed = async () => {};
const fail = async () => {
  throw new Error("no");
};
const workFor = (ms: number) => () => new Promise((done) => setTimeout(done, ms));

function start(dequeueCount: number, work: DeliveryOptions["work"], more: Partial<DeliveryOptions> = {}) {
  return deliver(message(dequeueCount), {
    functionName: "notify",
    queue: fakeQueue("q"),
    poisonQueue: fakeQueue("q-poison"),
    maxDequeueCount: 3,
    retryAfterMs: 30 * SECOND_MS,
    leaseMs: LEASE_MS,
    work,
    onPoison: (name) => calls.push(`wake ${name}`),
    log: () => {},
    ...more,
  });
}

describe("A queue message", () => {
  test("is deleted when the function succeeds", async () => {
    await start(1, succeed);
    expect(calls).toEqual(["q delete r1"]);
  });

  test("is hidden for the visibility timeout when the function fails", async () => {
    await start(2, fail);
    expect(calls).toEqual(["q hide r1 30"]);
  });

  test("goes to the poison queue when its last try fails", async () => {
    await start(3, fail);
    expect(calls).toEqual(["q-poison create", "q-poison send dGV4dA==", "wake q-poison", "q delete r1"]);
  });

  test("goes to the poison queue untried when it was received more often than allowed", async () => {
    const work = jest.fn(succeed);
    await start(4, work);
    expect(work).not.toHaveBeenCalled();
    expect(calls).toContain("q-poison send dGV4dA==");
  });

  test("stays hidden when it fails in a queue that is a poison queue itself", async () => {
    await start(9, succeed, { poisonQueue: undefined });
    await start(1, fail, { poisonQueue: undefined });
    await start(3, fail, { poisonQueue: undefined });
    expect(calls).toEqual([]);
  });

  test("is kept hidden at half time as long as the function works, and deleted with the newest pop receipt", async () => {
    const delivered = start(1, workFor(1000 * SECOND_MS));
    await jest.advanceTimersByTimeAsync(1000 * SECOND_MS);
    await delivered;
    expect(calls).toEqual(["q hide r1 600", "q hide r2 600", "q hide r3 600", "q delete r4"]);
  });

  test("is renewed sooner after a renewal failed", async () => {
    renewalError = new Error("storage is away");
    const delivered = start(1, workFor(500 * SECOND_MS));
    await jest.advanceTimersByTimeAsync(310 * SECOND_MS);
    renewalError = undefined;
    await jest.advanceTimersByTimeAsync(190 * SECOND_MS);
    await delivered;
    expect(calls).toEqual(["q hide r1 600", "q delete r2"]);
  });

  test("is not renewed any more when somebody else has it", async () => {
    renewalError = Object.assign(new Error("mismatch"), { code: "PopReceiptMismatch" });
    const delivered = start(1, workFor(900 * SECOND_MS));
    await jest.advanceTimersByTimeAsync(310 * SECOND_MS);
    renewalError = undefined;
    await jest.advanceTimersByTimeAsync(590 * SECOND_MS);
    await delivered;
    expect(calls).toEqual(["q delete r1"]);
  });
});

describe("What a function gets of a message", () => {
  const encode = (text: string) => Buffer.from(text).toString("base64");
  const received = (messageText: string) => ({ ...message(2), messageText });

  test("is its text, with id, counts and times beside it", () => {
    expect(toInvocation(received(encode("hello")), "base64", undefined)).toEqual({
      trigger: { string: "hello" },
      triggerMetadata: {
        QueueTrigger: { string: "hello" },
        DequeueCount: { json: "2" },
        Id: { string: "m" },
        PopReceipt: { string: "r1" },
        InsertionTime: { json: '"2026-11-22T10:00:00+00:00"' },
        ExpirationTime: { json: '"2026-11-22T10:00:00+00:00"' },
        NextVisibleTime: { json: '"2026-11-22T10:00:00+00:00"' },
      },
    });
  });

  test("includes the members of a JSON text, which hide the message's own", () => {
    const { triggerMetadata } = toInvocation(received('{"id":"mine","n":5,"list":[1],"none":null}'), "none", undefined);
    expect(triggerMetadata).toMatchObject({ Id: { string: "mine" }, n: { json: "5" } });
    expect(Object.keys(triggerMetadata ?? {})).not.toEqual(expect.arrayContaining(["id"]));
    expect(Object.keys(triggerMetadata ?? {})).not.toEqual(expect.arrayContaining(["list"]));
  });

  test("is bytes when the binding says so", () => {
    const { trigger } = toInvocation(received(Buffer.from([0, 255]).toString("base64")), "base64", "binary");
    expect([...(trigger.bytes ?? [])]).toEqual([0, 255]);
  });

  test("is nothing when the text is not base64 though host.json says so", () => {
    expect(() => toInvocation(received('{"not":"base64"}'), "base64", undefined)).toThrow(/base64/);
  });
});

test("An empty queue is asked ever less often, up to the maximum, and often again after a message", () => {
  const nextMs = pollingDelays(2000, () => 0.5);
  expect([1, 2, 3, 4, 5, 6, 7].map(() => nextMs(false))).toEqual([100, 200, 300, 500, 900, 1700, 2000]);
  expect([nextMs(false), nextMs(true), nextMs(false)]).toEqual([2000, 100, 200]);
});
