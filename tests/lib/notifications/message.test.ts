import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { notificationMessageSchema, readNotificationMessage } from "../../../lib/notifications/ports.ts";

const message = {
  v: 1,
  sessionId: "0123456789abcdef0123456789abcdef",
  number: 1,
  attempt: 1,
  notAfter: "2026-11-22T11:00:00.000Z",
};

const seen = {
  channel: "companyPortal",
  times: ["2026-11-22T09:59:00.000Z"],
  etag: "W/\"datetime'2026-11-22T09%3A59%3A00.0000000Z'\"",
  intent: { id: "8638204056107999996-46984131ca3065db", at: "2026-11-22T10:00:00.000Z" },
};

describe("A message of the queue", () => {
  test("is read as an object and as text: the host hands over both", () => {
    expect(readNotificationMessage(message)).toEqual(message);
    expect(readNotificationMessage(JSON.stringify(message))).toEqual(message);
  });

  test.each([
    ["the last number", { number: 1000 }],
    ["the last attempt", { attempt: 1000 }],
  ])("may have %s, a thousand", (_title, changes) => {
    expect(readNotificationMessage({ ...message, ...changes })).toEqual({ ...message, ...changes });
  });

  test("may tell what the request saw, with the tag as storage writes it", () => {
    expect(readNotificationMessage({ ...message, seen })).toEqual({ ...message, seen });
  });

  test.each<[string, Record<string, unknown>]>([
    ["of another version", { v: 2 }],
    ["of no version", { v: undefined }],
    ["with a field too many", { url: "https://get.teamviewer.com/s1" }],
    ["with a session id that is too short", { sessionId: "0123456789abcdef" }],
    ["with a session id that begins with something else", { sessionId: `../${message.sessionId}` }],
    ["with a session id that goes on", { sessionId: `${message.sessionId}0` }],
    ["with a session id in capitals", { sessionId: message.sessionId.toUpperCase() }],
    ["without a session", { sessionId: undefined }],
    ["with the number 0", { number: 0 }],
    ["with the number 1001", { number: 1001 }],
    ["with half a number", { number: 1.5 }],
    ["with a number as text", { number: "1" }],
    ["with the attempt 0", { attempt: 0 }],
    ["with the attempt 1001", { attempt: 1001 }],
    ["with half an attempt", { attempt: 1.5 }],
    ["of which somebody saw a channel that is none", { seen: { ...seen, channel: "letter" } }],
    ["that tells of the hour what is no time", { seen: { ...seen, times: ["lately"] } }],
    ["whose intent has no id of the audit's", { seen: { ...seen, intent: { ...seen.intent, id: "../1" } } }],
    ["with no end", { notAfter: undefined }],
    ["with an end that is no time", { notAfter: "tomorrow" }],
  ])("%s is none of ours", (_title, changes) => {
    expect(readNotificationMessage({ ...message, ...changes })).toBeUndefined();
    expect(readNotificationMessage(JSON.stringify({ ...message, ...changes }))).toBeUndefined();
  });

  test.each(["", "{", "null", "[]", '"text"', null, undefined, 7, [message], new Uint8Array(3)])(
    "that is %p is none of ours, and does not throw",
    (raw) => {
      expect(readNotificationMessage(raw)).toBeUndefined();
    },
  );

  test("whatever arrives, it is one of ours or nothing", async () => {
    const values = fc.oneof(fc.anything(), fc.json(), fc.constantFrom(1, message.sessionId, message.notAfter));
    const changed = fc.dictionary(fc.constantFrom(...Object.keys(message)), values, { maxKeys: 2 });
    await fc.assert(
      fc.property(
        fc.oneof(
          values,
          changed.map((changes) => ({ ...message, ...changes })),
        ),
        (raw) => {
          const read = readNotificationMessage(raw);
          if (read) expect(notificationMessageSchema.parse(read)).toEqual(read);
        },
      ),
    );
  });
});
