import { describe, expect, test } from "@jest/globals";
import { askedSession, openedSession } from "../../../lib/sessions/opened.ts";
import { sessionSchema } from "../../../lib/sessions/session.ts";
import { aDevice } from "../devices/a-device.ts";
import { aRemoteSession, aSession } from "./a-session.ts";

const NOW = new Date("2026-11-22T10:00:02.000Z");
const AT = NOW.toISOString();
const MINUTE_MS = 60_000;
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * MINUTE_MS);
const HOUR = { times: [minutesAgo(61), minutesAgo(5)], etag: "t-1" };
const INTENT = { id: "8638204056107999996-46984131ca3065db", at: AT };
const ASKING = { now: NOW, correlationId: "c-1", hour: HOUR, intent: INTENT };
const { code: _code, endCustomerUrl: _url, userId: _user, ...rest } = aSession();
const draft = { ...rest, state: "requested" as const, notification: { state: "none" as const }, notificationCount: 0 };
const device = aDevice({ platform: "ios" });
const remote = aRemoteSession();

describe("Once TeamViewer has made its part", () => {
  test("the session is open with the device's names, TeamViewer's code and the end customer's link", () => {
    const { session } = openedSession(draft, { device, channels: ["companyPortal"] }, remote, true, ASKING);
    expect(session).toMatchObject({
      state: "open",
      device: { id: device.id, name: "PC-001", platform: "ios", userName: "Paula Person" },
      userId: device.userId,
      code: remote.code,
      endCustomerUrl: remote.endCustomerUrl,
    });
    expect(sessionSchema.safeParse(session).success).toBe(true);
  });

  test("the supporter's link is not kept anywhere in it", () => {
    const opened = openedSession(draft, { device, channels: ["companyPortal"] }, remote, true, ASKING);
    expect(JSON.stringify(opened)).not.toContain("secret-of-the-supporter");
    expect(JSON.stringify(opened)).toContain(remote.endCustomerUrl);
  });

  test("its user is asked with one message that holds ids and no link, and is not asked after the session is over", () => {
    const { session, message } = openedSession(draft, { device, channels: ["companyPortal"] }, remote, true, ASKING);
    expect(session.notification).toEqual({ state: "queued", channel: "companyPortal", at: AT });
    const { expiresAt: notAfter, id: sessionId } = draft;
    const ids = { sessionId, deviceId: device.id, correlationId: "c-1" };
    expect(message).toEqual({ v: 1, number: 1, attempt: 1, notAfter, ...ids, seen: expect.anything() });
  });

  test("the message tells the channel and what was seen of the device's last hour, and no more", () => {
    const { message } = openedSession(draft, { device, channels: ["teams", "email"] }, remote, true, ASKING);
    expect(message?.seen).toEqual({
      channel: "teams",
      times: [minutesAgo(5).toISOString()],
      etag: "t-1",
      intent: INTENT,
    });
    const quiet = { ...ASKING, hour: { times: [], etag: undefined } };
    const first = openedSession(draft, { device, channels: ["email"] }, remote, true, quiet);
    expect(first.message?.seen).toEqual({ channel: "email", times: [], intent: INTENT });
  });

  test("nobody is asked when the agent does not want it", () => {
    const { session, message } = openedSession(draft, { device, channels: ["companyPortal"] }, remote, false, ASKING);
    expect([session.notification, session.notificationCount, message]).toEqual([{ state: "none" }, 0, undefined]);
  });

  test("a device of nobody has no user in it", () => {
    const nobodys = { device: aDevice({ userId: undefined, userName: undefined }), channels: [] };
    const { session, message } = openedSession(draft, nobodys, remote, true, ASKING);
    expect(session).not.toHaveProperty("userId");
    expect(session.device.userName).toBe("");
    expect(session.notification).toEqual({ state: "unsupported", at: AT, reason: "no-user" });
    expect(message).toBeUndefined();
  });
});

describe("Asking", () => {
  test("again counts on, so that each notification has a number of its own", () => {
    const { session, message } = askedSession(aSession({ notificationCount: 3 }), ["companyPortal"], ASKING);
    expect([session.notificationCount, message?.number, message?.attempt]).toEqual([4, 4, 1]);
  });

  test("where no channel leads is plainly unsupported and counts nothing", () => {
    const { session, message } = askedSession(aSession({ notificationCount: 3 }), [], ASKING);
    expect(session.notification).toEqual({ state: "unsupported", at: AT, reason: "platform-not-supported" });
    expect([session.notificationCount, message]).toEqual([3, undefined]);
  });

  test("leaves the session that was given as it was", () => {
    const before = aSession();
    askedSession(before, ["companyPortal"], ASKING);
    expect(before).toEqual(aSession());
  });
});
