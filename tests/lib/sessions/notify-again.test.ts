import { describe, expect, test } from "@jest/globals";
import type { Session } from "../../../lib/sessions/session.ts";
import { aHelpdesk, at, bot, bruno, DEVICE, inShort, MINUTE_MS } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const { id: ID } = aSession();
const INTENT = "notification.request intent";
const DONE = "notification.request outcome success";

/** Ana was notified once, and does not answer. */
function waiting(changes: Partial<Session> = {}) {
  const desk = aHelpdesk();
  desk.sessions.begin(aSession({ notification: { state: "sent", channel: "companyPortal", at: at(0) }, ...changes }));
  desk.advance(MINUTE_MS);
  const again = (key?: string, by = bruno) => desk.notifyAgain(by, ID, key, "call-1");
  return { ...desk, again, session: () => desk.sessions.get(ID) };
}

describe("Asking the user again", () => {
  test.each(["open", "accepted"] as const)("puts another notification under way (%s)", async (state) => {
    const { again, session, queue } = waiting({ state });
    const asked = await again();
    expect(asked).toMatchObject({
      notification: { state: "queued", channel: "companyPortal", at: at(MINUTE_MS) },
      notificationCount: 2,
    });
    expect(session()).toEqual(asked);
    const message = {
      v: 1,
      sessionId: ID,
      number: 2,
      attempt: 1,
      deviceId: DEVICE,
      notAfter: aSession().expiresAt,
      seen: { channel: "companyPortal", times: [], intent: { id: expect.any(String), at: at(MINUTE_MS) } },
      correlationId: "call-1",
    };
    expect(queue).toEqual([{ message, delaySeconds: undefined }]);
    expect(asked).not.toHaveProperty("askKeys");
  });

  test("is audited before and after; outcome and message stand in the outbox", async () => {
    const { again, audited, sessions, journal, queue } = waiting();
    journal.before("sessions.update", () => expect(inShort(audited)).toEqual([INTENT]));
    await again(undefined, bot);
    expect(inShort(audited)).toEqual([INTENT, DONE]);
    for (const entry of audited)
      expect(entry).toMatchObject({
        actor: { id: "bot", kind: "application" },
        sessionId: ID,
        deviceId: DEVICE,
        correlationId: "call-1",
      });
    expect(sessions.owed.map(({ owed }) => owed)).toEqual([
      { kind: "audit", entry: audited[1] },
      { kind: "notify", message: queue[0]?.message },
    ]);
  });

  test("on a device that cannot be notified says so plainly, and is no question of the budget", async () => {
    const { again, device, queue, ledger } = waiting();
    device({ platform: "windows", operatingSystem: "Windows" });
    ledger.useUp(DEVICE);
    expect((await again()).notification).toEqual({
      state: "unsupported",
      at: at(MINUTE_MS),
      reason: "platform-not-supported",
    });
    expect(queue).toEqual([]);
  });

  test("on a device that is gone says so plainly", async () => {
    const { again, inventory } = waiting();
    inventory.clear();
    expect((await again()).notification.state).toBe("unsupported");
  });
});

describe("The same Idempotency-Key", () => {
  test("asks once", async () => {
    const { again, queue, audited } = waiting();
    const first = await again("key-1");
    expect(await again("key-1")).toEqual(first);
    expect(queue).toHaveLength(1);
    expect(inShort(audited)).toEqual([INTENT, DONE]);
  });

  test("asks once even when it comes twice at once; the second is audited as replayed", async () => {
    const { again, newProcess, queue, audited } = waiting();
    const both = await Promise.all([again("key-1"), newProcess().notifyAgain(bruno, ID, "key-1", "call-2")]);
    expect(both.map(({ notificationCount }) => notificationCount)).toEqual([2, 2]);
    expect(queue).toHaveLength(1);
    expect(inShort(audited).sort()).toEqual([INTENT, INTENT, "notification.request outcome replayed", DONE]);
  });

  test("is answered even when the session is over by then", async () => {
    const { again, sessions } = waiting();
    await again("key-1");
    sessions.touch(ID, { state: "closed" });
    expect(await again("key-1")).toMatchObject({ state: "closed", notificationCount: 2 });
  });

  test("of somebody else is another question", async () => {
    const { again, queue, session } = waiting();
    await again("key-1");
    await again("key-1", bot);
    expect(queue).toHaveLength(2);
    expect(session()?.askKeys).toHaveLength(2);
  });

  test("is kept as a hash; the last 20 are", async () => {
    const { again, session, ledger } = waiting();
    for (let ask = 1; ask <= 21; ask += 1) await again(`key-${ask}`);
    const { askKeys = [], notificationCount } = session() ?? {};
    expect([askKeys.length, new Set(askKeys).size, notificationCount]).toEqual([20, 20, 22]);
    expect(JSON.stringify(askKeys)).not.toContain("key-");
    expect(ledger.times(DEVICE)).toEqual([]);
    await again("key-2");
    expect(session()?.notificationCount).toBe(22);
    await again("key-1");
    expect(session()?.notificationCount).toBe(23);
  });

  test("is kept when somebody asks without one", async () => {
    const { again, session } = waiting();
    await again("key-1");
    const { askKeys } = session() ?? {};
    await again();
    expect(session()).toMatchObject({ askKeys, notificationCount: 3 });
  });

  test("without one each call asks", async () => {
    const { again, queue } = waiting();
    await again();
    await again();
    expect(queue).toHaveLength(2);
  });
});

describe("The user is not asked", () => {
  const endedStates = ["requested", "declined", "inProgress", "closed", "expired", "failed"] as const;
  test.each(endedStates)("in a session that is %s, and nothing is audited", async (state) => {
    const { again, audited, queue } = waiting({ state });
    await expect(again("key-1")).rejects.toMatchObject({
      code: "session-ended",
      message: expect.stringContaining(state),
    });
    expect([audited, queue]).toEqual([[], []]);
  });

  test("in a session that ends at that moment: refused, and that is audited", async () => {
    const { again, journal, sessions, audited, queue } = waiting();
    journal.before("sessions.update", () => sessions.touch(ID, { state: "declined" }));
    await expect(again()).rejects.toMatchObject({ code: "session-ended" });
    expect(inShort(audited)).toEqual([INTENT, "notification.request outcome refused session-ended"]);
    expect(queue).toEqual([]);
  });

  test("in a session that does not exist", async () => {
    const { notifyAgain, audited } = aHelpdesk();
    await expect(notifyAgain(bruno, ID, undefined, "call-1")).rejects.toMatchObject({ code: "session-not-found" });
    expect(audited).toEqual([]);
  });

  test("without an audit", async () => {
    const { again, journal, queue, session } = waiting();
    journal.fail("audit.intent");
    await expect(again()).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect([queue, session()?.notificationCount]).toEqual([[], 1]);
  });

  test("ten times within the hour: refused with when to come back; whoever remembers that need not ask Intune", async () => {
    const { again, ledger, audited, queue, journal, advance } = waiting();
    ledger.useUp(DEVICE);
    const tooOften = { code: "too-many-notifications", message: expect.stringMatching(/pass the link on/) };
    await expect(again()).rejects.toMatchObject({ ...tooOften, retryAfterSeconds: 50 * 60 });
    expect(inShort(audited)).toEqual([INTENT, "notification.request outcome refused too-many-notifications"]);
    advance(MINUTE_MS);
    await expect(again()).rejects.toMatchObject({ ...tooOften, retryAfterSeconds: 49 * 60 });
    expect(journal.countOf("devices.find")).toBe(1);
    expect(queue).toEqual([]);
  });

  test("while something fails that nobody foresaw; the audit says so", async () => {
    const { again, journal, audited } = waiting();
    journal.fail("devices.find");
    await expect(again()).rejects.toThrow("devices.find is away");
    expect(inShort(audited).at(-1)).toBe("notification.request outcome failed internal-error");
  });
});
