import { describe, expect, test } from "@jest/globals";
import type { NotificationMessage, SendResult } from "../../../lib/notifications/ports.ts";
import { notifyKeyOf } from "../../../lib/sessions/id.ts";
import type { Session } from "../../../lib/sessions/session.ts";
import { aHelpdesk, at, DEVICE, inShort, MINUTE_MS, SECOND_MS, START, system } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const { id: ID } = aSession();
const KEY = notifyKeyOf({ sessionId: ID, number: 1 }, "companyPortal");
const SENT = "notification.send outcome success";
const INTENT = "notification.send intent";
const begun = { id: "8638204056107999996-46984131ca3065db", at: at(0) };
const message: NotificationMessage = { v: 1, sessionId: ID, number: 1, attempt: 1, notAfter: at(60 * MINUTE_MS) };

/** Ana's session waits for its first notification. */
function queued(changes: Partial<Session> = {}) {
  const desk = aHelpdesk();
  desk.sessions.begin(aSession({ code: "s1", language: "fr", ...changes }));
  const deliver = (change: Partial<NotificationMessage> = {}) => desk.notify({ ...message, ...change }, "call-1");
  const notification = () => desk.sessions.get(ID)?.notification;
  const nothingSent = () => {
    expect(desk.sent).toEqual([]);
    expect(desk.ledger.times(DEVICE)).toEqual([]);
  };
  /** A place was taken and nothing sent: the key is in that state. */
  const nothingSentBut = (state: string) => {
    expect(desk.sent).toEqual([]);
    expect(desk.ledger.reservation(DEVICE, KEY)?.state).toBe(state);
  };
  const answering = (result: SendResult) => desk.journal.instead("portal.send", async () => result);
  return { ...desk, deliver, notification, nothingSent, nothingSentBut, answering };
}

describe("A notification", () => {
  test("tells the user of this device who asks, the match code and the link, and is kept as sent", async () => {
    const { deliver, notification, sent, advance } = queued();
    advance(SECOND_MS);
    await deliver();
    expect(sent).toEqual([
      {
        deviceId: DEVICE,
        title: expect.stringMatching(/assistance/),
        text: expect.stringMatching(new RegExp(`Contoso.*4831.* https://assist.contoso.example/h/${ID}$`)),
      },
    ]);
    expect(notification()).toEqual({ state: "sent", channel: "companyPortal", at: at(SECOND_MS) });
  });

  test("is audited before and after, by this product itself, with ids alone", async () => {
    const { deliver, audited, journal, sessions } = queued();
    journal.before("portal.send", () => expect(inShort(audited)).toEqual([INTENT]));
    await deliver();
    expect(inShort(audited)).toEqual([INTENT, SENT]);
    for (const entry of audited)
      expect(entry).toMatchObject({ actor: system, deviceId: DEVICE, sessionId: ID, correlationId: "call-1" });
    expect(sessions.owed.map(({ owed }) => owed)).toEqual([{ kind: "audit", entry: audited[1] }]);
    expect(JSON.stringify(audited)).not.toMatch(/4831|https/);
  });

  test("takes its key and its place in the hourly budget before the call leaves, and settles the key after", async () => {
    const { deliver, ledger, journal, advance } = queued();
    const before = [new Date(START - MINUTE_MS)];
    ledger.setTimes(DEVICE, before);
    advance(SECOND_MS);
    journal.before("portal.send", () => {
      expect(ledger.reservation(DEVICE, KEY)?.state).toBe("sending");
      expect(ledger.times(DEVICE)).toEqual([...before, new Date(START + SECOND_MS)]);
    });
    await deliver();
    expect(ledger.reservation(DEVICE, KEY)?.state).toBe("done");
  });

  test("of which storage does not take the key is not sent; the audit says so, and the message comes back", async () => {
    const { deliver, journal, nothingSent, notification, audited } = queued();
    journal.fail("ledger.reserve");
    await expect(deliver()).rejects.toThrow("ledger.reserve is away");
    nothingSent();
    expect(notification()?.state).toBe("queued");
    expect(inShort(audited)).toEqual([INTENT, "notification.send outcome failed storage"]);
  });

  test("is four calls deep: what need not wait for another goes out beside it", async () => {
    const { deliver, journal } = queued();
    await deliver({ deviceId: DEVICE });
    expect(journal.calls).toEqual([
      ...["devices.find", "ledger.look", "sessions.find"],
      ...["ledger.reserve", "audit.intent"],
      "portal.send",
      ...["sessions.update", "audit.outcome", "ledger.mark"],
    ]);
  });

  test("whose message tells what the request saw is three calls deep: its place is taken beside the reading", async () => {
    const { deliver, journal, ledger } = queued();
    ledger.setTimes(DEVICE, [new Date(START - MINUTE_MS)]);
    const { times, etag } = await ledger.port.sentTimes(DEVICE);
    const seen = {
      channel: "companyPortal" as const,
      times: times.map((time) => time.toISOString()),
      etag: etag ?? "",
      intent: begun,
    };
    await deliver({ deviceId: DEVICE, seen });
    expect(journal.calls).toEqual([
      ...["devices.find", "ledger.look", "sessions.find", "ledger.reserve", "audit.intent"],
      "portal.send",
      ...["sessions.update", "audit.outcome", "ledger.mark"],
    ]);
    expect(ledger.times(DEVICE)).toEqual([...times, new Date(START)]);
  });

  test("whose message names another device than the session does goes to the session's", async () => {
    const { deliver, sent } = queued();
    await deliver({ deviceId: "d0000000-0000-4000-8000-000000000002" });
    expect(sent.map(({ deviceId }) => deviceId)).toEqual([DEVICE]);
  });

  test("that was accepted meanwhile, or joined, is still sent", async () => {
    for (const state of ["accepted", "inProgress"] as const) {
      const { deliver, sent } = queued({ state });
      await deliver();
      expect(sent).toHaveLength(1);
    }
  });

  test("needs an audit: without one nothing is sent, and the message comes back", async () => {
    const { deliver, journal, sent, ledger, notification } = queued();
    journal.fail("audit.intent");
    await expect(deliver()).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect([sent, notification()?.state]).toEqual([[], "queued"]);
    await deliver();
    expect([sent.length, notification()?.state, ledger.times(DEVICE).length]).toEqual([1, "sent", 1]);
  });
});

describe("A place that was taken with what the request saw", () => {
  const seen = { channel: "companyPortal" as const, times: [], intent: begun };
  const ahead = { deviceId: DEVICE, seen };
  const given = (reason?: string) => ["notification.send outcome", reason ? `refused ${reason}` : "replayed"].join(" ");

  test("is not there for a message that comes again: what is known of it is read first", async () => {
    const { notify, journal, sent } = queued();
    await notify({ ...message, ...ahead }, "call-1", false);
    expect(journal.calls.indexOf("sessions.find")).toBeLessThan(journal.calls.indexOf("ledger.reserve"));
    expect(journal.countOf("audit.intent")).toBe(1);
    expect(sent).toHaveLength(1);
  });

  test("is given back, and the audit says so, where the notification is no longer under way", async () => {
    const { deliver, nothingSentBut, audited, sessions, notification } = queued();
    sessions.put({ ...aSession({ code: "s1" }), notification: { state: "sent" }, notificationCount: 1 });
    await deliver(ahead);
    nothingSentBut("later");
    expect(inShort(audited)).toEqual([INTENT, given()]);
    expect(notification()?.state).toBe("sent");
  });

  test("is given back where the session is over, and the notification has expired", async () => {
    const { deliver, nothingSentBut, audited, notification } = queued({ state: "declined" });
    await deliver(ahead);
    nothingSentBut("later");
    expect(inShort(audited)).toEqual([INTENT, given("expired")]);
    expect(notification()?.state).toBe("expired");
  });

  test("is given back where somebody else uses the device now", async () => {
    const { deliver, nothingSentBut, audited, device, notification } = queued();
    device({ userId: "somebody-else" });
    await deliver(ahead);
    nothingSentBut("later");
    expect(inShort(audited)).toEqual([INTENT, given("user-changed")]);
    expect(notification()).toMatchObject({ state: "failed", reason: "user-changed" });
  });

  test("of another device than the session's is given back, and the session's is asked", async () => {
    const { deliver, notify, sent, ledger, audited } = queued();
    const other = "d0000000-0000-4000-8000-000000000002";
    await deliver({ deviceId: other, seen });
    await notify({ ...message, deviceId: other }, "call-1");
    expect(sent.map(({ deviceId }) => deviceId)).toEqual([DEVICE]);
    expect([ledger.reservation(other, KEY)?.state, ledger.reservation(DEVICE, KEY)?.state]).toEqual(["later", "done"]);
    expect(inShort(audited)).toEqual([INTENT, given(), INTENT, SENT]);
  });

  test("for a channel that the device no longer has is given back", async () => {
    const { deliver, notify, queue, sent, audited } = queued();
    await deliver({ deviceId: DEVICE, seen: { ...seen, channel: "teams" } });
    expect([sent, queue]).toEqual([[], [{ message: { ...message, deviceId: DEVICE }, delaySeconds: undefined }]]);
    await notify({ ...message, deviceId: DEVICE }, "call-1");
    expect(sent).toHaveLength(1);
    expect(inShort(audited)).toEqual([
      "notification.teams intent",
      "notification.teams outcome replayed",
      INTENT,
      SENT,
    ]);
  });

  test("is given back where the reading fails; the message comes again and takes the same place", async () => {
    for (const call of ["sessions.find", "devices.find", "ledger.look"]) {
      const { deliver, notify, journal, nothingSentBut, audited, sent, ledger } = queued();
      journal.fail(call);
      await expect(deliver(ahead)).rejects.toThrow(`${call} is away`);
      nothingSentBut("later");
      expect(inShort(audited)).toEqual([INTENT, "notification.send outcome failed later"]);
      await notify({ ...message, ...ahead }, "call-1", false);
      expect([sent.length, ledger.times(DEVICE).length]).toEqual([1, 1]);
      expect(ledger.reservation(DEVICE, KEY)?.state).toBe("done");
    }
  });

  test("is none where the hour has changed since: it is taken with what is read now, under the same intent", async () => {
    const { deliver, ledger, audited, sent } = queued();
    ledger.setTimes(DEVICE, [new Date(START - MINUTE_MS)]);
    await deliver(ahead);
    expect([sent.length, ledger.times(DEVICE).length]).toEqual([1, 2]);
    expect(inShort(audited)).toEqual([INTENT, SENT]);
  });

  test("is none where the hour has filled since: the intent is refused, and nothing is sent", async () => {
    const { deliver, ledger, audited, sent, notification } = queued();
    ledger.useUp(DEVICE);
    await deliver(ahead);
    expect(sent).toEqual([]);
    expect(inShort(audited)).toEqual([INTENT, given("too-many-notifications")]);
    expect(notification()).toMatchObject({ state: "failed", reason: "too-many-notifications" });
  });

  test("is none where another copy had it: nothing is sent twice, and nothing more is told", async () => {
    const { deliver, sent, audited, ledger, notification } = queued();
    await deliver(ahead);
    await deliver(ahead);
    expect(sent).toHaveLength(1);
    expect(inShort(audited)).toEqual([INTENT, SENT]);
    expect([notification()?.state, ledger.reservation(DEVICE, KEY)?.state]).toEqual(["sent", "done"]);
  });

  test("of a message whose copy came to nothing is taken anew, with an intent of its own", async () => {
    const { deliver, journal, sent, audited } = queued();
    journal.fail("ledger.reserve");
    await expect(deliver(ahead)).rejects.toThrow("ledger.reserve is away");
    await deliver(ahead);
    expect(sent).toHaveLength(1);
    expect(inShort(audited)).toEqual([INTENT, "notification.send outcome failed storage", INTENT, SENT]);
  });

  test("is taken by one of two copies at once, and the other sends nothing", async () => {
    const { deliver, sent, audited, queue } = queued();
    await Promise.all([deliver(ahead), deliver(ahead)]);
    expect(sent).toHaveLength(1);
    const count = (entry: string) => inShort(audited).filter((each) => each === entry).length;
    expect(count(SENT)).toBe(1);
    expect(count(SENT) + count(given())).toBeLessThanOrEqual(count(INTENT));
    expect(queue.every(({ message: again }) => again.seen === undefined)).toBe(true);
  });

  test("is not asked for where the hour was full, long after the request, or after the end of the session", async () => {
    const full = { seen: { ...seen, times: Array<string>(10).fill(at(-MINUTE_MS)) } };
    const old = { seen: { ...seen, intent: { ...begun, at: at(-61 * SECOND_MS) } } };
    for (const change of [full, old, { notAfter: at(-1) }]) {
      const { deliver, journal } = queued();
      await deliver({ ...ahead, ...change });
      expect(journal.calls.slice(0, 3).filter((call) => call.startsWith("ledger.reserve"))).toEqual([]);
    }
  });

  test("stays out of what is queued again", async () => {
    const { deliver, answering, queue } = queued();
    answering({ state: "later", afterSeconds: 30 });
    await deliver(ahead);
    expect(queue.map(({ message: { seen: again } }) => again)).toEqual([undefined]);
  });
});

describe("The language is", () => {
  const { language: _none, ...plain } = aSession({ language: "en" });
  const titleIn = async (desk: ReturnType<typeof queued>) => {
    await desk.deliver();
    return desk.sent[0]?.title;
  };
  const french = /assistance à distance/;

  test("the one that the agent chose; then the user's profile is not asked", async () => {
    const desk = queued({ language: "fr" });
    desk.journal.instead("devices.languageOf", async () => "en");
    expect(await titleIn(desk)).toMatch(french);
    expect(desk.journal.countOf("devices.languageOf")).toBe(0);
  });

  test("else the one of the user's profile", async () => {
    const desk = queued();
    desk.sessions.put(plain);
    desk.journal.instead("devices.languageOf", async () => "fr-CH");
    expect(await titleIn(desk)).toMatch(french);
  });

  test("else the company's", async () => {
    const desk = queued();
    desk.sessions.put(plain);
    expect(await titleIn(desk)).toMatch(/Remote help/);
    expect(desk.journal.countOf("devices.languageOf")).toBe(1);
  });

  test("the company's when nobody is known to use the device; nobody's profile is asked", async () => {
    const desk = queued();
    const { userId: _nobody, ...session } = plain;
    desk.sessions.put(session);
    desk.device({ userId: undefined });
    await desk.deliver();
    expect(desk.journal.countOf("devices.languageOf")).toBe(0);
  });
});

describe("A message is left alone", () => {
  const leftAlone = async (desk: ReturnType<typeof queued>, change: Partial<NotificationMessage> = {}) => {
    const before = desk.sessions.all();
    await desk.deliver(change);
    desk.nothingSent();
    expect([desk.sessions.all(), desk.audited]).toEqual([before, []]);
    expect(desk.journal.calls).toEqual(["sessions.find"]);
  };

  test("when its session is gone", async () => {
    const desk = queued();
    desk.sessions.delete(ID);
    await leftAlone(desk);
  });

  test("when the agent asked again since: the newer message counts", async () => {
    await leftAlone(queued({ notificationCount: 2 }));
    await leftAlone(queued(), { number: 2 });
  });

  test.each(["none", "sent", "unsupported", "failed", "unknown", "expired"] as const)(
    "when its notification has ended (%s)",
    (state) => leftAlone(queued({ notification: { state } })),
  );
});

describe("Nothing is sent, and the session says why,", () => {
  const ended = async (desk: ReturnType<typeof queued>, end: Session["notification"]) => {
    await desk.deliver();
    desk.nothingSent();
    expect(desk.notification()).toEqual(end);
    expect([desk.audited, desk.sessions.owed]).toEqual([[], []]);
    expect(desk.ledger.states()).toEqual([]);
  };

  test.each(["declined", "closed", "expired", "failed"] as const)("when the session is over (%s)", (state) =>
    ended(queued({ state }), { state: "expired", at: at(0) }),
  );

  test("when the message comes too late, to the millisecond", async () => {
    const late = queued();
    late.advance(60 * MINUTE_MS);
    await ended(late, { state: "expired", at: at(60 * MINUTE_MS) });
    const just = queued();
    just.advance(60 * MINUTE_MS - 1);
    await just.deliver();
    expect(just.sent).toHaveLength(1);
  });

  test("when the device is gone, or somebody else's by now", async () => {
    const gone = queued();
    gone.inventory.clear();
    await ended(gone, { state: "failed", at: at(0), reason: "user-changed" });
    const changed = queued();
    changed.device({ userId: "somebody-else" });
    await ended(changed, { state: "failed", at: at(0), reason: "user-changed" });
  });

  test("when the device can no longer be notified", async () => {
    const desk = queued();
    desk.device({ platform: "windows", operatingSystem: "Windows" });
    await ended(desk, { state: "unsupported", at: at(0), reason: "platform-not-supported" });
  });

  test("when the device was notified ten times within the hour", async () => {
    const desk = queued();
    desk.ledger.useUp(DEVICE);
    await desk.deliver();
    expect(desk.sent).toEqual([]);
    expect(desk.notification()).toEqual({ state: "failed", at: at(0), reason: "too-many-notifications" });
    expect(desk.ledger.times(DEVICE)).toHaveLength(10);
    expect(desk.audited).toEqual([]);
  });
});

test("times of more than an hour ago are dropped from the budget", async () => {
  const { deliver, ledger, sent } = queued();
  const hourAgo = Array.from({ length: 10 }, () => new Date(START - 60 * MINUTE_MS));
  ledger.setTimes(DEVICE, [...hourAgo, new Date(START - MINUTE_MS)]);
  await deliver();
  expect(sent).toHaveLength(1);
  expect(ledger.times(DEVICE)).toEqual([new Date(START - MINUTE_MS), new Date(START)]);
});

describe("Company Portal", () => {
  test.each(["failed", "unknown"] as const)(
    "did not take it (%s): the session and the audit say so, and it is not sent again",
    async (state) => {
      const { deliver, answering, notification, audited, ledger, sent } = queued();
      answering({ state, reason: "throttled" });
      await deliver();
      expect(notification()).toEqual({ state, channel: "companyPortal", at: at(0), reason: "throttled" });
      expect(inShort(audited)).toEqual([INTENT, `notification.send outcome ${state} throttled`]);
      expect(ledger.reservation(DEVICE, KEY)?.state).toBe(state === "failed" ? "failed" : "done");
      await deliver();
      expect(sent).toEqual([]);
    },
  );

  test("says later: the message comes back after as long as it says, in a next attempt, and then is sent", async () => {
    const { deliver, answering, notification, queue, audited, ledger, sent, advance } = queued();
    answering({ state: "later", afterSeconds: 90 });
    await deliver();
    expect(queue).toEqual([{ message: { ...message, attempt: 2 }, delaySeconds: 90 }]);
    expect(notification()?.state).toBe("queued");
    expect(inShort(audited)).toEqual([INTENT, "notification.send outcome failed later"]);
    expect(ledger.reservation(DEVICE, KEY)?.state).toBe("later");
    advance(90 * SECOND_MS);
    await deliver({ attempt: 2 });
    expect([sent.length, notification()?.state]).toEqual([1, "sent"]);
    expect(ledger.times(DEVICE)).toEqual([new Date(START + 90 * SECOND_MS)]);
  });

  test.each([
    [1, 0, 10],
    [2, 0, 20],
    [6, 0, 320],
    [7, 0, 320],
    [99, 0, 320],
    [1, 599, 599],
    [1, 9999, 600],
  ])(
    "says later at attempt %i with %i seconds: it comes back after %i",
    async (attempt, afterSeconds, delaySeconds) => {
      const { deliver, answering, queue } = queued();
      answering({ state: "later", afterSeconds });
      await deliver({ attempt });
      expect(queue).toEqual([{ message: { ...message, attempt: attempt + 1 }, delaySeconds }]);
    },
  );

  test("said later ten times within the hour: tries that sent nothing do not use up the budget", async () => {
    const { deliver, answering, ledger, advance, sent } = queued();
    ledger.setTimes(
      DEVICE,
      Array.from({ length: 9 }, (_, index) => new Date(START - (index + 1) * SECOND_MS)),
    );
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      answering({ state: "later", afterSeconds: 60 });
      await deliver({ attempt });
      expect(ledger.times(DEVICE)).toHaveLength(10);
      advance(MINUTE_MS);
    }
    await deliver({ attempt: 4 });
    expect(sent).toHaveLength(1);
    expect(ledger.times(DEVICE)).toHaveLength(10);
  });
});

describe("At most once:", () => {
  test("a copy of the message that comes while the first is being sent is not sent", async () => {
    const { deliver, newProcess, journal, sent, notification, audited } = queued();
    journal.before("portal.send", () => newProcess().notify(message, "call-2"));
    await deliver();
    expect(sent).toHaveLength(1);
    expect(notification()).toEqual({ state: "sent", channel: "companyPortal", at: at(0) });
    expect(inShort(audited)).toEqual([INTENT, "notification.send outcome unknown interrupted", SENT]);
  });

  test("after a crash while it was being sent nobody can tell: unknown, audited once, never sent by itself", async () => {
    const { deliver, ledger, notification, sent, audited, journal, sessions } = queued();
    ledger.reserve(DEVICE, KEY, "sending", new Date(START));
    await deliver();
    const unknown = { state: "unknown", channel: "companyPortal", at: at(0), reason: "interrupted" };
    expect(notification()).toEqual(unknown);
    expect(inShort(audited)).toEqual(["notification.send outcome unknown interrupted"]);
    expect(sessions.owed.map(({ owed }) => owed)).toEqual([{ kind: "audit", entry: audited[0] }]);
    await deliver();
    expect([sent, journal.countOf("ledger.reserve"), audited.length]).toEqual([[], 0, 1]);
  });

  test("two copies that find the crash at once audit it once", async () => {
    const { deliver, newProcess, ledger, audited } = queued();
    ledger.reserve(DEVICE, KEY, "sending", new Date(START));
    await Promise.all([deliver(), newProcess().notify(message, "call-2")]);
    expect(inShort(audited)).toEqual(["notification.send outcome unknown interrupted"]);
  });

  test("a copy that comes after the end was sent, but before the session says so, sends nothing", async () => {
    const { deliver, ledger, sent } = queued();
    ledger.reserve(DEVICE, KEY, "done", new Date(START));
    await deliver();
    expect(sent).toEqual([]);
  });

  test("whoever finds the key or the budget taken looks again in five seconds", async () => {
    const { deliver, journal, ledger, queue, sent, audited, notification } = queued();
    journal.before("ledger.reserve", () => ledger.setTimes(DEVICE, [new Date(START)]));
    await deliver();
    expect(queue).toEqual([{ message, delaySeconds: 5 }]);
    expect(inShort(audited)).toEqual([INTENT, "notification.send outcome replayed"]);
    expect([sent, notification()?.state]).toEqual([[], "queued"]);
  });

  test("of two copies at once one is sent", async () => {
    const { deliver, newProcess, sent, queue } = queued();
    await Promise.all([deliver(), newProcess().notify(message, "call-2")]);
    expect(sent).toHaveLength(1);
    expect(queue).toEqual([{ message, delaySeconds: 5 }]);
  });

  test("of an outcome that came when the agent had asked again, the audit tells; the newer notification stays as it is", async () => {
    const { deliver, journal, sessions, notification, audited } = queued();
    journal.before("portal.send", () => sessions.touch(ID, { notificationCount: 2 }));
    await deliver();
    expect(notification()).toEqual(aSession().notification);
    expect(inShort(audited)).toEqual([INTENT, SENT]);
  });

  test.each(["sent", "failed"] as const)("an end that stands already (%s) is not overwritten", async (state) => {
    const { deliver, journal, sessions, notification } = queued();
    journal.before("portal.send", () => sessions.touch(ID, { notification: { state, reason: "earlier" } }));
    await deliver();
    expect(notification()).toEqual({ state, reason: "earlier" });
  });

  test("what is unknown to one copy is not made unknown again by another", async () => {
    const { deliver, answering, sessions, journal, notification } = queued();
    journal.before("sessions.update", () =>
      sessions.touch(ID, { notification: { state: "unknown", reason: "interrupted" } }),
    );
    answering({ state: "unknown", reason: "timeout" });
    await deliver();
    expect(notification()).toEqual({ state: "unknown", reason: "interrupted" });
  });
});
