import { describe, expect, test } from "@jest/globals";
import { type Attempt, attemptSchema, deliveryViewSchema, viewOfDelivery } from "../../../lib/webhooks/delivery.ts";

const at = "2026-11-22T10:00:00.000Z";
const nextAt = "2026-11-22T10:05:00.000Z";
const event = { id: "8638206180000000000-0123456789abcdef", type: "session.closed", at, sessionId: "s-1" } as const;
const attempt = (number: number, state: Attempt["state"], change: Partial<Attempt> = {}): Attempt => ({
  event,
  number,
  state,
  at,
  until: at,
  ...change,
});
const waiting = attempt(1, "waiting", { status: 500, durationMs: 0, problem: "status", nextAt });

describe("A delivery as administrators see it", () => {
  test("has every attempt with what it saw, and nothing of the event's data", () => {
    const withState = { ...waiting, event: { ...event, state: "closed", reason: "time-is-up", deviceId: "d-1" } };
    expect(viewOfDelivery([withState, attempt(2, "delivered", { status: 200, durationMs: 7 })])).toEqual({
      id: event.id,
      type: "session.closed",
      at,
      sessionId: "s-1",
      state: "delivered",
      attempts: [
        { number: 1, at, status: 500, durationMs: 0, problem: "status" },
        { number: 2, at, status: 200, durationMs: 7 },
      ],
    });
  });

  test("says when the next attempt is made, while one waits", () => {
    expect(viewOfDelivery([waiting])).toMatchObject({ state: "waiting", nextAt });
    expect(viewOfDelivery([waiting, attempt(2, "sending", { nextAt })])).not.toHaveProperty("nextAt");
    expect(viewOfDelivery([waiting])?.attempts[0]).not.toHaveProperty("nextAt");
  });

  test("of a connector's event has no session, and an attempt under way neither status nor duration nor problem", () => {
    const { sessionId: _, ...connector } = event;
    expect(viewOfDelivery([{ ...attempt(1, "sending"), event: connector }])).toStrictEqual({
      id: event.id,
      type: "session.closed",
      at,
      state: "sending",
      attempts: [{ number: 1, at }],
    });
  });

  test("that was taken once stays delivered, whatever becomes of one sent again", () => {
    const taken = attempt(1, "delivered");
    for (const state of ["waiting", "failed", "cancelled"] as const)
      expect(viewOfDelivery([taken, attempt(2, state, { nextAt })])).toMatchObject({ state: "delivered" });
    expect(viewOfDelivery([taken, attempt(2, "waiting", { nextAt })])).not.toHaveProperty("nextAt");
    expect(viewOfDelivery([taken, attempt(2, "sending")])).toMatchObject({ state: "sending" });
    expect(viewOfDelivery([waiting, attempt(2, "failed")])).toMatchObject({ state: "failed" });
  });

  test("fits the documented schema, which has nothing else", () => {
    const view = viewOfDelivery([waiting, attempt(2, "delivered", { status: 200, durationMs: 7 })]);
    expect(deliveryViewSchema.parse(view)).toEqual(view);
    expect(deliveryViewSchema.safeParse({ ...view, secret: "x" }).success).toBe(false);
    expect(deliveryViewSchema.safeParse({ ...view, attempts: [{ number: 1, at, until: at }] }).success).toBe(false);
  });

  test("is none without an attempt", () => {
    expect(viewOfDelivery([])).toBeUndefined();
  });
});

test("an attempt is read from storage as it was written, in each of its states", () => {
  for (const state of ["sending", "waiting", "delivered", "failed", "cancelled"] as const) {
    const stored = { ...waiting, state };
    expect(attemptSchema.parse(JSON.parse(JSON.stringify(stored)))).toEqual(stored);
  }
  expect(attemptSchema.safeParse({ ...waiting, state: "open" }).success).toBe(false);
});
