import { describe, expect, test } from "@jest/globals";
import { readDeliveryMessage } from "../../../lib/webhooks/ports.ts";

const event = {
  id: "8638206180000000000-0123456789abcdef",
  type: "session.closed",
  at: "2026-11-22T10:00:00.000Z",
  state: "closed",
  sessionId: "0123456789abcdef0123456789abcdef",
  deviceId: "d0000000-0000-4000-8000-000000000001",
  reason: "time-is-up",
};
const message = {
  v: 1,
  webhookId: "0d000000-0000-4000-8000-000000000001",
  attempt: 1,
  putBacks: 0,
  event,
};

describe("A message of the queue of webhooks", () => {
  test("is read as an object and as text: the host hands over both", () => {
    expect(readDeliveryMessage(message)).toEqual(message);
    expect(readDeliveryMessage(JSON.stringify(message))).toEqual(message);
  });

  test.each<[string, Record<string, unknown>]>([
    ["the last attempt", { attempt: 1000 }],
    ["the most put-backs", { putBacks: 1_000_000 }],
    ["the longest texts", { event: { ...event, state: "x".repeat(40), reason: "x".repeat(200) } }],
    ["the longest ids", { event: { ...event, sessionId: "x".repeat(64), deviceId: "x".repeat(64) } }],
    ["a challenge", { event: { ...event, type: "webhook.test", challenge: "x".repeat(100) } }],
    ["only what each event has", { event: { id: event.id, type: event.type, at: event.at } }],
  ])("may have %s", (_title, changes) => {
    expect(readDeliveryMessage({ ...message, ...changes })).toEqual({ ...message, ...changes });
  });

  test.each<[string, Record<string, unknown>]>([
    ["of another version", { v: 2 }],
    ["with a field too many", { url: "https://hooks.example" }],
    ["for what is no endpoint's id", { webhookId: "../x" }],
    ["with the attempt 0", { attempt: 0 }],
    ["with the attempt 1001", { attempt: 1001 }],
    ["with half an attempt", { attempt: 1.5 }],
    ["put back less than never", { putBacks: -1 }],
    ["put back too often", { putBacks: 1_000_001 }],
    ["put back half a time", { putBacks: 0.5 }],
    ["without its event", { event: undefined }],
    ["with an event of another kind", { event: { ...event, type: "session.started" } }],
    ["with an event of no time", { event: { ...event, at: "now" } }],
    ["with an event that has a field too many", { event: { ...event, name: "Paula" } }],
    ["with an event whose id goes on", { event: { ...event, id: `${event.id}~1` } }],
    ["with an event whose id begins with something else", { event: { ...event, id: `x${event.id}` } }],
    ["with an event whose id is short", { event: { ...event, id: event.id.slice(1) } }],
    ["with an event whose state is long", { event: { ...event, state: "x".repeat(41) } }],
    ["with an event whose session is long", { event: { ...event, sessionId: "x".repeat(65) } }],
    ["with an event whose device is long", { event: { ...event, deviceId: "x".repeat(65) } }],
    ["with an event whose reason is long", { event: { ...event, reason: "x".repeat(201) } }],
    ["with an event whose challenge is long", { event: { ...event, challenge: "x".repeat(101) } }],
  ])("%s is none of ours", (_title, changes) => {
    expect(readDeliveryMessage({ ...message, ...changes })).toBeUndefined();
    expect(readDeliveryMessage(JSON.stringify({ ...message, ...changes }))).toBeUndefined();
  });

  test.each(["", "{", "null", "[]", '"text"', null, undefined, 7, [message]])(
    "that is %p is none of ours, and does not throw",
    (raw) => {
      expect(readDeliveryMessage(raw)).toBeUndefined();
    },
  );
});
