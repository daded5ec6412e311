import { describe, expect, test } from "@jest/globals";
import { type AuditEntry, actions } from "../../../lib/audit/entry.ts";
import { cloudEventOf, eventOfEntry, eventTypes } from "../../../lib/webhooks/event.ts";
import { wants } from "../../../lib/webhooks/webhook.ts";
import { aWebhook } from "./a-webhook.ts";

const entry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  id: "8638206180000000000-0123456789abcdef",
  at: "2026-11-22T10:00:00.000Z",
  actor: { id: "a0000000-0000-4000-8000-000000000001", kind: "person" },
  action: "session.request",
  phase: "outcome",
  result: "success",
  deviceId: "d0000000-0000-4000-8000-000000000001",
  sessionId: "0123456789abcdef0123456789abcdef",
  correlationId: "c-1",
  ...change,
});
const results = ["success", "refused", "failed", "unknown", "replayed"] as const;

describe("An event", () => {
  test("follows from these outcomes and from nothing else", () => {
    const told = actions.flatMap((action) =>
      results.flatMap((result) => {
        const event = eventOfEntry(entry({ action, result }));
        return event ? [`${action} ${result} -> ${event.type} ${event.state}`] : [];
      }),
    );
    expect(told.sort()).toEqual([
      "connector.confirm success -> connector.connected connected",
      "connector.disconnect success -> connector.disconnected notConnected",
      "connector.needs-consent failed -> connector.needs-consent needsConsent",
      "notification.email success -> session.notified sent",
      "notification.send success -> session.notified sent",
      "notification.teams success -> session.notified sent",
      "session.accept success -> session.accepted accepted",
      "session.close success -> session.closed closed",
      "session.decline success -> session.declined declined",
      "session.expire success -> session.expired expired",
      "session.fail failed -> session.failed failed",
      "session.join success -> session.joined inProgress",
      "session.report success -> session.reported reported",
      "session.request success -> session.requested open",
    ]);
    expect(new Set(told.map((line) => line.split(" -> ")[1]?.split(" ")[0]))).toEqual(new Set(eventTypes));
  });

  test("follows from no intent, and from no account cancelled before it was confirmed", () => {
    expect(eventOfEntry(entry({ phase: "intent" }))).toBeUndefined();
    expect(eventOfEntry(entry({ action: "connector.disconnect", reason: "not-confirmed" }))).toBeUndefined();
  });

  test("has the id of its audit entry, so that the same one told twice is known as the same", () => {
    expect(eventOfEntry(entry())).toEqual({
      id: entry().id,
      type: "session.requested",
      state: "open",
      at: entry().at,
      sessionId: entry().sessionId,
      deviceId: entry().deviceId,
    });
  });

  test("says why a session ended, and nothing of who or of a connector's terms", () => {
    expect(eventOfEntry(entry({ action: "session.close", reason: "time-is-up" }))?.reason).toBe("time-is-up");
    const {
      sessionId: _,
      deviceId: __,
      ...connector
    } = entry({ action: "connector.confirm", reason: "terms version 1" });
    expect(JSON.stringify(eventOfEntry(connector))).not.toMatch(/terms|person|a0000000/);
  });

  test("goes out as a CloudEvent of version 1.0 with the attributes that the specification requires", () => {
    const event = eventOfEntry(entry());
    expect(JSON.parse(cloudEventOf(event ?? fail(), "https://help.example"))).toEqual({
      specversion: "1.0",
      id: entry().id,
      source: "https://help.example",
      type: "session.requested",
      time: entry().at,
      subject: entry().sessionId,
      datacontenttype: "application/json",
      data: { sessionId: entry().sessionId, deviceId: entry().deviceId, state: "open" },
    });
  });
});

describe("An endpoint wants", () => {
  const event = eventOfEntry(entry()) ?? fail();

  test.each([
    ["what it subscribed to", {}, true],
    ["nothing else", { events: ["session.closed"] }, false],
    ["nothing while it is pending", { status: "pending" }, false],
    ["nothing while it is paused", { status: "paused" }, false],
    ["nothing once it is deleted", { status: "deleted" }, false],
    ["nothing from before it was active", { activeSince: "2026-11-22T10:00:00.001Z" }, false],
    ["what happened the moment it became active", { activeSince: event.at }, true],
  ] as const)("%s", (_title, change, expected) => {
    expect(wants(aWebhook(change as Parameters<typeof aWebhook>[0]), event)).toBe(expected);
  });
});

function fail(): never {
  throw new Error("no event");
}
