import { describe, expect, test } from "@jest/globals";
import { type Channel, channels } from "../../../lib/devices/device.ts";
import type { NotificationMessage, SendResult } from "../../../lib/notifications/ports.ts";
import { notifyKeyOf } from "../../../lib/sessions/id.ts";
import type { Session } from "../../../lib/sessions/session.ts";
import { aHelpdesk, at, DEVICE, inShort, MINUTE_MS, SECOND_MS, START, system } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const { id: ID } = aSession();
const message: NotificationMessage = { v: 1, sessionId: ID, number: 1, attempt: 1, notAfter: at(60 * MINUTE_MS) };
const keyOf = (channel: Channel) => notifyKeyOf(message, channel);
const label = { companyPortal: "portal.send", teams: "teams.send", email: "email.send" } as const;
const refused = (reason: string): SendResult => ({ state: "failed", reason });
const busy: SendResult = { state: "later", afterSeconds: 30 };

/** Ana's session waits for its first notification, on a phone that all three channels lead to. */
function queued(changes: Partial<Session> = {}) {
  const desk = aHelpdesk({ channelsOn: channels });
  desk.sessions.begin(aSession({ code: "s1", language: "en", ...changes }));
  const deliver = (change: Partial<NotificationMessage> = {}) => desk.notify({ ...message, ...change }, "call-1");
  return {
    ...desk,
    deliver,
    notification: () => desk.sessions.get(ID)?.notification,
    answering: (channel: Channel, result: SendResult) => desk.journal.instead(label[channel], async () => result),
    counts: () => [desk.sent.length, desk.activities.length, desk.mails.length],
    states: () => channels.map((channel) => desk.ledger.reservation(DEVICE, keyOf(channel))?.state),
    calls: () => Object.values(label).map((each) => desk.journal.countOf(each)),
  };
}

describe("Of several channels", () => {
  test("the first that takes the notification ends it: one call, and nothing is said of the others", async () => {
    const { deliver, notification, counts, states, audited } = queued();
    await deliver();
    expect(counts()).toEqual([1, 0, 0]);
    expect(notification()).toEqual({ state: "sent", channel: "companyPortal", at: at(0) });
    expect(states()).toEqual(["done", undefined, undefined]);
    expect(inShort(audited)).toEqual(["notification.send intent", "notification.send outcome success"]);
  });

  test("one that refuses leads to the next; each try has its intent and outcome, and stands in the session", async () => {
    const { deliver, notification, counts, states, audited, answering, journal, advance } = queued();
    answering("companyPortal", refused("graph-permission-missing"));
    answering("teams", refused("teams-app-not-installed"));
    journal.before("email.send", () => advance(SECOND_MS));
    await deliver();
    expect(counts()).toEqual([0, 0, 1]);
    expect(notification()).toEqual({
      state: "sent",
      channel: "email",
      at: at(SECOND_MS),
      tried: [
        { channel: "companyPortal", state: "failed", reason: "graph-permission-missing", at: at(0) },
        { channel: "teams", state: "failed", reason: "teams-app-not-installed", at: at(0) },
        { channel: "email", state: "sent", at: at(SECOND_MS) },
      ],
    });
    expect(states()).toEqual(["failed", "failed", "done"]);
    expect(inShort(audited)).toEqual([
      "notification.send intent",
      "notification.send outcome failed graph-permission-missing",
      "notification.teams intent",
      "notification.teams outcome failed teams-app-not-installed",
      "notification.email intent",
      "notification.email outcome success",
    ]);
    for (const entry of audited)
      expect(entry).toMatchObject({ actor: system, deviceId: DEVICE, sessionId: ID, correlationId: "call-1" });
  });

  test("while the next is tried the session says so, with what the one before said", async () => {
    const { deliver, notification, answering, journal } = queued();
    answering("companyPortal", refused("refused-by-intune"));
    journal.before("teams.send", () =>
      expect(notification()).toEqual({
        state: "queued",
        channel: "teams",
        at: at(0),
        tried: [{ channel: "companyPortal", state: "failed", reason: "refused-by-intune", at: at(0) }],
      }),
    );
    await deliver();
    expect(notification()?.state).toBe("sent");
  });

  test("all that refuse make it failed, for the last one's reason", async () => {
    const { deliver, notification, answering, states } = queued();
    for (const channel of channels) answering(channel, refused(`${channel} says no`));
    await deliver();
    expect(notification()).toEqual({
      state: "failed",
      channel: "email",
      reason: "email says no",
      at: at(0),
      tried: channels.map((channel) => ({ channel, state: "failed", reason: `${channel} says no`, at: at(0) })),
    });
    expect(states()).toEqual(["failed", "failed", "failed"]);
  });

  test.each(channels)("one of which nobody can tell ends it; no other is tried, then or later (%s)", async (unsure) => {
    const { deliver, notification, answering, calls, audited } = queued();
    const before = channels.slice(0, channels.indexOf(unsure));
    for (const channel of before) answering(channel, refused("no"));
    answering(unsure, { state: "unknown", reason: "timeout" });
    await deliver();
    await deliver();
    expect(notification()).toMatchObject({ state: "unknown", channel: unsure, reason: "timeout" });
    expect(notification()?.tried?.map(({ state }) => state)).toEqual(
      before.length > 0 ? [...before.map(() => "failed"), "unknown"] : undefined,
    );
    expect(calls()).toEqual(channels.map((channel) => (channels.indexOf(channel) <= channels.indexOf(unsure) ? 1 : 0)));
    expect(inShort(audited).at(-1)).toMatch(/outcome unknown timeout$/);
  });

  test("one that is busy is waited for, and tried again before any other", async () => {
    const { deliver, notification, answering, queue, counts, states, calls, advance, ledger, journal } = queued();
    const others = Array.from({ length: 9 }, (_, index) => new Date(START - (index + 1) * SECOND_MS));
    ledger.setTimes(DEVICE, others);
    journal.instead("portal.send", async () => {
      advance(SECOND_MS);
      return refused("no");
    });
    answering("teams", busy);
    await deliver();
    expect(queue).toEqual([{ message: { ...message, attempt: 2 }, delaySeconds: 30 }]);
    expect([notification()?.state, notification()?.channel]).toEqual(["queued", "teams"]);
    expect(states()).toEqual(["failed", "later", undefined]);
    advance(30 * SECOND_MS);
    await deliver({ attempt: 2 });
    expect(counts()).toEqual([0, 1, 0]);
    expect(calls()).toEqual([1, 2, 0]);
    expect(notification()).toMatchObject({ state: "sent", channel: "teams" });
    expect(notification()?.tried?.map(({ channel }) => channel)).toEqual(["companyPortal", "teams"]);
    expect(ledger.times(DEVICE)).toEqual([...others, new Date(START + 31 * SECOND_MS)]);
  });

  test("only those that lead to the device are tried", async () => {
    const { deliver, device, counts, notification } = queued();
    device({ platform: "windows", operatingSystem: "Windows" });
    await deliver();
    expect(counts()).toEqual([0, 1, 0]);
    expect(notification()).toEqual({ state: "sent", channel: "teams", at: at(0) });
  });

  test("the e-mail goes to the address that Intune names at that moment", async () => {
    const { deliver, device, answering, mails, sessions } = queued();
    sessions.touch(ID, { reason: "The screen stays black" });
    device({ email: "ana.new@contoso.example" });
    for (const channel of ["companyPortal", "teams"] as const) answering(channel, refused("no"));
    await deliver();
    expect(mails).toEqual([
      { to: "ana.new@contoso.example", subject: expect.stringContaining("Contoso"), html: expect.any(String) },
    ]);
    for (const word of ["4831", `/h/${ID}`, "PHONE-ANA", "The screen stays black"])
      expect(mails[0]?.html).toContain(word);
  });

  test("those that refused have no place in the hour of the device: a notification has one", async () => {
    const { deliver, answering, ledger, advance, journal, counts } = queued();
    ledger.setTimes(
      DEVICE,
      Array.from({ length: 9 }, (_, index) => new Date(START - (index + 1) * SECOND_MS)),
    );
    for (const channel of ["companyPortal", "teams"] as const) {
      answering(channel, refused("no"));
      journal.after(label[channel], () => advance(SECOND_MS));
    }
    await deliver();
    expect(counts()).toEqual([0, 0, 1]);
    expect(ledger.times(DEVICE)).toHaveLength(10);
  });

  test("none is tried any more when the device's hour was used up by others meanwhile", async () => {
    const { deliver, answering, ledger, journal, notification, advance, calls } = queued();
    answering("companyPortal", refused("no"));
    journal.before("ledger.mark", () => {
      advance(SECOND_MS);
      ledger.useUp(DEVICE);
    });
    await deliver();
    expect(notification()).toEqual({
      state: "failed",
      reason: "too-many-notifications",
      at: at(SECOND_MS),
      tried: [{ channel: "companyPortal", state: "failed", reason: "no", at: at(0) }],
    });
    expect(calls()).toEqual([1, 0, 0]);
  });
});

describe("Between two channels", () => {
  const refusing = (act: (desk: ReturnType<typeof queued>) => void) => {
    const desk = queued();
    desk.answering("companyPortal", refused("no"));
    desk.journal.before("ledger.mark", () => act(desk));
    return desk;
  };

  test("the session may end: the next is not tried", async () => {
    const desk = queued();
    desk.answering("companyPortal", refused("no"));
    desk.journal.before("sessions.update", () => desk.sessions.touch(ID, { state: "closed" }));
    await desk.deliver();
    expect(desk.calls()).toEqual([1, 0, 0]);
    expect(desk.notification()).toMatchObject({ state: "expired", tried: [{ channel: "companyPortal" }] });
  });

  test("its time may run out: the next is not tried", async () => {
    const desk = refusing(({ advance }) => advance(60 * MINUTE_MS));
    await desk.deliver();
    expect(desk.calls()).toEqual([1, 0, 0]);
    expect(desk.notification()).toMatchObject({ state: "expired" });
  });

  test("the agent may ask again: the newer notification goes its own way, and this one's refusal is audited", async () => {
    const desk = queued();
    desk.answering("companyPortal", refused("no"));
    desk.journal.before("sessions.update", () => desk.sessions.touch(ID, { notificationCount: 2 }));
    await desk.deliver();
    expect(desk.calls()).toEqual([1, 0, 0]);
    expect(desk.notification()).toEqual(aSession().notification);
    expect(inShort(desk.audited).at(-1)).toBe("notification.send outcome failed no");
  });

  test("the channels that are left may go: it failed for the reason of the one that was tried", async () => {
    const desk = queued();
    desk.answering("companyPortal", refused("no"));
    desk.answering("teams", busy);
    await desk.deliver();
    desk.sessions.touch(ID, {
      notification: {
        state: "queued",
        channel: "teams",
        at: at(0),
        tried: [{ channel: "companyPortal", state: "failed", reason: "no", at: at(0) }],
      },
    });
    desk.ports.policy.channelsOn = ["companyPortal"];
    await desk.deliver({ attempt: 2 });
    expect(desk.notification()).toEqual({ state: "failed", channel: "companyPortal", reason: "no", at: at(0) });
    expect(desk.calls()).toEqual([1, 1, 0]);
  });
});

describe("A process may die at any call that leaves, with two channels of which the first refuses:", () => {
  const noApp = async () => refused("teams-app-not-installed");
  /** `arm` is what goes wrong before Teams refuses, each time it is asked. */
  const scene = (arm: (desk: ReturnType<typeof queued>) => void = () => undefined) => {
    const desk = queued();
    desk.device({ platform: "windows", operatingSystem: "Windows" });
    arm(desk);
    desk.journal.instead("teams.send", noApp, 99);
    return desk;
  };

  /** The process dies at the call number `index`; then the message comes three times more, and whatever was put back. */
  const dyingAt = async (flow: readonly string[], index: number, moment: "before" | "after") => {
    const call = flow[index] ?? "";
    const nth = flow.slice(0, index + 1).filter((each) => each === call).length;
    let seen = 0;
    const die = async (work: () => Promise<unknown>) => {
      seen += 1;
      const doing = call === "teams.send" ? noApp : work;
      if (seen === nth && moment === "before") throw new Error("died");
      const done = await doing();
      if (seen === nth) throw new Error("died");
      return done;
    };
    const desk = scene(({ journal }) => journal.instead(call, die, nth));
    await expect(desk.deliver()).rejects.toThrow();
    for (let copy = 0; copy < 3; copy += 1) await desk.newProcess().notify(message, `copy-${copy}`);
    for (const { message: again } of desk.queue.splice(0)) await desk.newProcess().notify(again, "put-back");
    const { state, channel } = desk.notification() ?? {};
    return {
      at: `${moment} ${call} ${nth}`,
      end: `${state} ${channel}`,
      asked: desk.calls(),
      mails: desk.mails.length,
    };
  };

  test("whatever was done, and whenever the message comes again, nobody is asked twice", async () => {
    const whole = scene();
    await whole.deliver();
    const flow = [...whole.journal.calls];
    expect(flow.filter((call) => call.endsWith(".send"))).toEqual(["teams.send", "email.send"]);
    const ends = new Set<string>();
    for (const index of flow.keys())
      for (const moment of ["before", "after"] as const) {
        const { at, end, asked, mails } = await dyingAt(flow, index, moment);
        expect({ at, isTwice: asked.some((count) => count > 1) }).toEqual({ at, isTwice: false });
        expect({ at, end }).toEqual({ at, end: expect.stringMatching(/^(sent email|unknown teams|unknown email)$/) });
        if (end === "sent email") expect({ at, mails }).toEqual({ at, mails: 1 });
        ends.add(end);
      }
    expect([...ends].sort()).toEqual(["sent email", "unknown email", "unknown teams"]);
  });

  test("after the refusal was written down, the next channel is gone on with", async () => {
    const desk = scene();
    desk.journal.fail("ledger.mark");
    await expect(desk.deliver()).rejects.toThrow("ledger.mark is away");
    expect(desk.states()).toEqual([undefined, "sending", undefined]);
    await desk.newProcess().notify(message, "again");
    expect(desk.notification()).toMatchObject({ state: "sent", channel: "email" });
    expect(desk.calls()).toEqual([0, 1, 1]);
  });

  test("before it was written down nobody can tell, and no other channel is tried", async () => {
    const desk = scene();
    for (const call of ["sessions.update", "audit.outcome", "ledger.mark"]) desk.journal.fail(call);
    await expect(desk.deliver()).rejects.toThrow("is away");
    await desk.newProcess().notify(message, "again");
    expect(desk.notification()).toEqual({ state: "unknown", channel: "teams", at: at(0), reason: "interrupted" });
    expect(inShort(desk.audited).at(-1)).toBe("notification.teams outcome unknown interrupted");
    expect(desk.calls()).toEqual([0, 1, 0]);
  });

  test("when only the audit tells of the refusal, that counts, and the next channel is gone on with", async () => {
    const desk = scene();
    for (const call of ["sessions.update", "ledger.mark"]) desk.journal.fail(call);
    await expect(desk.deliver()).rejects.toThrow("is away");
    await desk.newProcess().notify(message, "again");
    expect(desk.queue.map(({ message: again }) => again)).toEqual([message]);
    await desk.newProcess().notify(message, "once more");
    expect(desk.notification()).toMatchObject({ state: "sent", channel: "email", tried: [{ channel: "teams" }, {}] });
    expect(inShort(desk.audited).filter((line) => line.startsWith("notification.teams outcome"))).toHaveLength(1);
    expect(desk.calls()).toEqual([0, 1, 1]);
  });

  test("during the second, nobody can tell of that one; the first one's refusal stays", async () => {
    const desk = scene();
    desk.journal.fail("email.send");
    await expect(desk.deliver()).rejects.toThrow("email.send is away");
    await desk.newProcess().notify(message, "again");
    expect(desk.notification()).toMatchObject({
      state: "unknown",
      channel: "email",
      tried: [
        { channel: "teams", state: "failed" },
        { channel: "email", state: "unknown", reason: "interrupted" },
      ],
    });
  });

  test("a channel that was being tried is not forgotten when it is turned off meanwhile", async () => {
    const desk = scene();
    desk.journal.clear();
    desk.journal.fail("teams.send");
    await expect(desk.deliver()).rejects.toThrow("teams.send is away");
    desk.ports.policy.channelsOn = ["email"];
    await desk.newProcess().notify(message, "again");
    expect(desk.notification()).toMatchObject({ state: "unknown", channel: "teams", reason: "interrupted" });
    expect(desk.mails).toEqual([]);
  });
});

describe("A copy of the message", () => {
  test("that comes while the first channel is being tried calls it unknown; the refusal then leads on all the same", async () => {
    const { deliver, newProcess, journal, notification, counts, audited } = queued();
    journal.instead("portal.send", async () => {
      await newProcess().notify(message, "call-2");
      expect(notification()).toMatchObject({ state: "unknown", channel: "companyPortal" });
      return refused("no");
    });
    await deliver();
    expect(counts()).toEqual([0, 1, 0]);
    expect(notification()).toMatchObject({ state: "sent", channel: "teams" });
    expect(notification()?.tried?.map(({ channel, state }) => `${channel} ${state}`)).toEqual([
      "companyPortal failed",
      "teams sent",
    ]);
    expect(inShort(audited)).toContain("notification.send outcome unknown interrupted");
  });

  test("that saw the first channel being tried says nothing once the session tells what came of it", async () => {
    const { deliver, newProcess, journal, notification, audited } = queued();
    let goOn: () => void = () => undefined;
    const isTriedNext = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let copy: Promise<void> | undefined;
    journal.instead("portal.send", async () => {
      journal.after("ledger.look", () => isTriedNext);
      copy = newProcess().notify(message, "call-2");
      await new Promise((resolve) => setImmediate(resolve));
      return refused("no");
    });
    journal.before("teams.send", async () => {
      goOn();
      await copy;
      expect(notification()).toMatchObject({ state: "queued", channel: "teams" });
    });
    await deliver();
    expect(notification()).toMatchObject({ state: "sent", channel: "teams" });
    expect(inShort(audited).filter((line) => line.includes("interrupted"))).toEqual([]);
  });

  test("that read the session before the refusal stood in it, but the ledger after, does not try that channel again", async () => {
    const { deliver, newProcess, journal, answering, calls, counts, notification } = queued();
    answering("companyPortal", refused("no"));
    const early = { session: aSession({ code: "s1", language: "en" }), etag: "early" };
    let reserved = 0;
    const betweenChannels = async () => {
      reserved += 1;
      if (reserved < 2) return;
      journal.instead("sessions.find", async () => early);
      await newProcess().notify(message, "call-2");
    };
    journal.before("ledger.reserve", betweenChannels, 2);
    await deliver();
    expect(calls()).toEqual([1, 1, 0]);
    expect(notification()?.tried?.map(({ channel, state }) => `${channel} ${state}`)).toEqual([
      "companyPortal failed",
      "teams sent",
    ]);
    expect(counts()).toEqual([0, 1, 0]);
  });

  test.each(channels)(
    "at the same moment sends nothing twice, whichever channel takes it in the end (%s)",
    async (last) => {
      const { deliver, newProcess, counts, answering, queue, calls } = queued();
      for (const channel of channels.slice(0, channels.indexOf(last))) answering(channel, refused("no"));
      await Promise.all([deliver(), newProcess().notify(message, "call-2"), newProcess().notify(message, "call-3")]);
      for (const { message: again } of queue.splice(0)) await newProcess().notify(again, "put-back");
      expect(counts().reduce((sum, count) => sum + count, 0)).toBe(1);
      expect(calls().every((count) => count <= 1)).toBe(true);
    },
  );
});
