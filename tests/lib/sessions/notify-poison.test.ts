import { expect, test } from "@jest/globals";
import type { NotificationMessage } from "../../../lib/notifications/ports.ts";
import { aHelpdesk, at, DEVICE, inShort, MINUTE_MS, system } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const { id: ID } = aSession();
const message: NotificationMessage = { v: 1, sessionId: ID, number: 1, attempt: 1, notAfter: at(60 * MINUTE_MS) };
const GIVEN_UP = "notification.send outcome failed given-up";

function queued(changes: Parameters<typeof aSession>[0] = {}) {
  const desk = aHelpdesk();
  desk.sessions.begin(aSession(changes));
  return { ...desk, notification: () => desk.sessions.get(ID)?.notification };
}

test("a message that failed too often ends its notification as failed, and the audit says so", async () => {
  const { notifyPoison, notification, audited, advance } = queued();
  advance(MINUTE_MS);
  await notifyPoison(message, "call-1");
  expect(notification()).toEqual({
    state: "failed",
    channel: "companyPortal",
    at: at(MINUTE_MS),
    reason: "given-up",
  });
  expect(inShort(audited)).toEqual([GIVEN_UP]);
  expect(audited[0]).toMatchObject({ actor: system, sessionId: ID, deviceId: DEVICE, correlationId: "call-1" });
});

test.each(["sent", "unknown", "expired"] as const)(
  "a notification that has ended (%s) stays as it is",
  async (state) => {
    const { notifyPoison, notification, audited } = queued({ notification: { state } });
    await notifyPoison(message, "call-1");
    expect(notification()).toEqual({ state });
    expect(inShort(audited)).toEqual([GIVEN_UP]);
  },
);

test("a notification that the agent asked for later stays as it is", async () => {
  const { notifyPoison, notification } = queued({ notificationCount: 2 });
  await notifyPoison(message, "call-1");
  expect(notification()).toEqual(aSession().notification);
});

test("what is no message of ours, or is about a session that is gone, is audited", async () => {
  const { notifyPoison, audited, sessions } = queued();
  await notifyPoison(undefined, "call-1");
  sessions.delete(ID);
  await notifyPoison(message, "call-2");
  const malformed = "notification.send outcome failed malformed-message";
  expect(inShort(audited)).toEqual([malformed, malformed]);
  expect(audited.map(({ sessionId }) => sessionId)).toEqual([undefined, ID]);
});
