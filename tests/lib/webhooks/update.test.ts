import { describe, expect, test } from "@jest/globals";
import { changed } from "../../../lib/webhooks/update.ts";
import { aWebhook } from "./a-webhook.ts";

const now = new Date("2026-11-22T10:00:00.000Z");
const url = "https://other.example/in";

describe("A change of an endpoint", () => {
  test("of events and description leaves its state", () => {
    for (const status of ["pending", "active", "paused"] as const) {
      const events = ["session.closed", "session.closed"] as const;
      const next = changed(aWebhook({ status }), { events, description: "x" }, now);
      expect([next.status, next.events, next.description]).toEqual([status, ["session.closed"], "x"]);
    }
  });

  test("of the address needs consent anew, and a pause stays a pause", () => {
    expect(changed(aWebhook(), { url }, now)).toMatchObject({ url, status: "pending", problem: "not-proven" });
    expect(changed(aWebhook({ status: "paused" }), { url }, now)).toMatchObject({ url, status: "paused" });
    expect(changed(aWebhook(), { url: aWebhook().url }, now)).toEqual(aWebhook());
  });

  test("that resumes what a person paused tells of what happens from then on", () => {
    const resumed = changed(aWebhook({ status: "paused" }), { paused: false }, now);
    expect(resumed).toEqual(aWebhook({ activeSince: now.toISOString() }));
    expect(changed(aWebhook(), { paused: false }, now)).toEqual(aWebhook());
  });

  test.each([
    ["one that never agreed", aWebhook({ status: "pending" })],
    ["one that refused", aWebhook({ status: "pending", problem: "unreachable" })],
    ["one that is gone", aWebhook({ status: "paused", problem: "gone" })],
    ["one that failed", aWebhook({ status: "paused", problem: "failing" })],
    ["one that was given another address while it was paused", changed(aWebhook({ status: "paused" }), { url }, now)],
    ["one that was given another address", changed(aWebhook(), { url }, now)],
  ])("paused and resumed as often as you like does not make %s active", (_title, webhook) => {
    const paused = changed(webhook, { paused: true }, now);
    expect(paused.status).toBe("paused");
    const resumed = changed(changed(paused, { events: ["session.closed"] }, now), { paused: false }, now);
    expect(resumed.status).toBe("pending");
  });
});
