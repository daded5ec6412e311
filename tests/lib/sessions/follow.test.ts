import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import type { NotificationMessage } from "../../../lib/notifications/ports.ts";
import type { RemoteSession } from "../../../lib/sessions/ports.ts";
import type { Session } from "../../../lib/sessions/session.ts";
import { aHelpdesk, at, DEVICE, inShort, MINUTE_MS, START, system } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const { id: ID } = aSession();
const sent = { state: "sent" } as const;
const away = new AppError("upstream-unavailable", "away");
const message: NotificationMessage = { v: 1, sessionId: ID, number: 1, attempt: 1, notAfter: at(60 * MINUTE_MS) };
const aRemote = (changes: Partial<RemoteSession> = {}): RemoteSession => ({
  code: "s1",
  ourId: ID,
  state: "open",
  online: false,
  supporterUrl: "https://s.example",
  endCustomerUrl: "https://c.example",
  ...changes,
});

/** Ana's open session, here and at TeamViewer, already in the lists. */
function following(changes: Partial<Session> = {}) {
  const desk = aHelpdesk();
  desk.sessions.begin(aSession({ code: "s1", notification: sent, ...changes }));
  desk.sessions.unlisted.clear();
  desk.remotes.push(aRemote());
  return { ...desk, session: () => desk.sessions.get(ID) };
}

describe("An open session is brought up to date:", () => {
  test("while nothing happens it stays as it is and is looked at again", async () => {
    const { follow, session, sessions, audited, advance } = following();
    advance(MINUTE_MS);
    await follow();
    expect(session()).toEqual(aSession({ code: "s1", notification: sent }));
    expect([...sessions.open.keys()]).toEqual([ID]);
    expect(audited).toEqual([]);
  });

  test("while nothing happens its row is not read: thousands may be open", async () => {
    const { follow, journal, advance } = following();
    advance(MINUTE_MS);
    await follow();
    expect(journal.countOf("sessions.find")).toBe(0);
    expect(journal.countOf("remote.list")).toBe(1);
  });

  test("the user joined: audited by this product itself, and followed on", async () => {
    const { follow, session, remotes, audited, sessions } = following();
    remotes[0] = aRemote({ online: true });
    await follow();
    expect(session()?.state).toBe("inProgress");
    expect(inShort(audited)).toEqual(["session.join outcome success"]);
    expect(audited[0]).toMatchObject({ actor: system, sessionId: ID, deviceId: DEVICE });
    expect(audited[0]?.correlationId).toMatch(/^id-/);
    expect(sessions.owed.map(({ owed }) => owed)).toEqual([{ kind: "audit", entry: audited[0] }]);
    expect([...sessions.open.keys()]).toEqual([ID]);
  });

  test("closed at TeamViewer: it is over, and not followed any more", async () => {
    const { follow, session, remotes, audited, sessions, journal } = following();
    remotes[0] = aRemote({ state: "closed" });
    await follow();
    expect(session()?.state).toBe("closed");
    expect(inShort(audited)).toEqual(["session.close outcome success closed-at-teamviewer"]);
    expect(sessions.open.size).toBe(0);
    expect(journal.countOf("remote.close")).toBe(0);
  });

  test("its hour is over: it expires, and TeamViewer is told", async () => {
    const { follow, session, remotes, audited, sessions, advance } = following();
    advance(60 * MINUTE_MS);
    await follow();
    expect(session()).toMatchObject({ state: "expired", closedAt: at(60 * MINUTE_MS) });
    expect(session()).not.toHaveProperty("closeDue");
    expect(remotes[0]?.state).toBe("closed");
    expect(inShort(audited)).toEqual(["session.expire outcome success time-is-up"]);
    expect(sessions.open.size).toBe(0);
  });

  test("it is known to TeamViewer by its code, whatever else has our id", async () => {
    const { follow, session, remotes } = following();
    remotes.unshift(aRemote({ code: "s2", state: "closed" }), aRemote({ code: "s3", ourId: undefined, online: true }));
    await follow();
    expect(session()?.state).toBe("open");
  });

  test("one that is over already is only settled", async () => {
    const { follow, audited, sessions, journal } = following({ state: "closed" });
    await follow();
    expect([sessions.open.size, audited, journal.countOf("remote.close")]).toEqual([0, [], 0]);
  });

  test("one that is gone is settled", async () => {
    const { follow, sessions } = following();
    sessions.delete(ID);
    await follow();
    expect(sessions.open.size).toBe(0);
  });
});

describe("TeamViewer", () => {
  test("is asked once for all sessions, of the last 25 hours", async () => {
    const { follow, sessions, journal, ports } = following();
    const since: Date[] = [];
    const { list } = ports.remote;
    ports.remote.list = (access, from) => {
      since.push(from);
      return list(access, from);
    };
    sessions.begin(aSession({ id: "another", code: "s2" }));
    await follow();
    expect(since).toEqual([new Date(START - 25 * 60 * MINUTE_MS)]);
    expect(journal.countOf("remote.list")).toBe(1);
  });

  test("is not asked when no session is open", async () => {
    const { follow, journal } = aHelpdesk();
    await follow();
    expect(journal.calls).toEqual(["sessions.pending"]);
  });

  test.each(["access.current", "remote.list"])(
    "cannot be asked (%s): only the clock moves sessions on",
    async (call) => {
      const { follow, session, journal, remotes, advance, sessions } = following();
      remotes[0] = aRemote({ online: true });
      journal.fail(call, 2, away);
      await follow();
      expect(session()?.state).toBe("open");
      advance(60 * MINUTE_MS);
      await follow();
      expect(session()?.state).toBe("expired");
      expect(sessions.open.size).toBe(0);
    },
  );

  test("fails in a way that nobody foresaw: the timer fails, so that it is seen", async () => {
    const { follow, journal } = following();
    journal.fail("remote.list");
    await expect(follow()).rejects.toThrow("remote.list is away");
  });

  test("cannot be told of a session that is gone meanwhile: it is settled the next time", async () => {
    const { follow, journal, sessions, advance } = following();
    advance(60 * MINUTE_MS);
    journal.instead("remote.close", () => {
      sessions.delete(ID);
      throw away;
    });
    await follow();
    await follow();
    expect(sessions.open.size).toBe(0);
  });

  test("cannot be told that a session is over: it is told the next time, and followed until then", async () => {
    const { follow, session, journal, sessions, remotes, advance, audited } = following();
    advance(60 * MINUTE_MS);
    journal.fail("remote.close", 1, away);
    await follow();
    expect(session()).toMatchObject({ state: "expired", closeDue: true });
    expect([...sessions.open.keys()]).toEqual([ID]);
    await follow();
    expect(session()).not.toHaveProperty("closeDue");
    expect([remotes[0]?.state, sessions.open.size, audited.length]).toEqual(["closed", 0, 1]);
  });
});

describe("A request that died", () => {
  const { code: _none, ...unopened } = aSession({
    state: "requested",
    leaseUntil: at(MINUTE_MS),
    notification: { state: "queued" },
  });
  const dead = () => {
    const desk = following();
    desk.sessions.put(unopened);
    return desk;
  };

  test("is left alone until a minute after its lease: its agent may try again", async () => {
    const { follow, session, remotes, advance } = dead();
    advance(2 * MINUTE_MS - 1);
    remotes.splice(0);
    await follow();
    expect(session()).toEqual(unopened);
  });

  test("then it has failed; its TeamViewer session is found by our id and closed", async () => {
    const { follow, session, remotes, audited, sessions, advance } = dead();
    advance(2 * MINUTE_MS);
    await follow();
    expect(session()).toMatchObject({ state: "failed", code: "s1", notification: { state: "expired" } });
    expect(remotes[0]?.state).toBe("closed");
    expect(inShort(audited)).toEqual(["session.fail outcome failed not-opened"]);
    expect(sessions.open.size).toBe(0);
  });

  test("is not given up unseen while TeamViewer cannot be asked and what it made may still be joined", async () => {
    const { follow, session, journal, advance } = dead();
    journal.fail("remote.list", 9, away);
    advance(60 * MINUTE_MS - 1);
    await follow();
    expect(session()?.state).toBe("requested");
    advance(1);
    await follow();
    expect(session()?.state).toBe("failed");
  });

  test("is not listed before it is open, or failed", async () => {
    const { follow, sessions, advance } = dead();
    sessions.unlisted.set(ID, new Date(START));
    await follow();
    expect([sessions.unlisted.size, sessions.listed.size]).toEqual([1, 0]);
    advance(2 * MINUTE_MS);
    await follow();
    await follow();
    expect([sessions.unlisted.size, [...sessions.listed]]).toEqual([0, [ID]]);
  });
});

describe("A TeamViewer session that nobody recorded is closed:", () => {
  const orphan = aRemote({ code: "s9" });
  const states = ({ remotes }: ReturnType<typeof following>) => remotes.map(({ code, state }) => `${code} ${state}`);

  test("one with our id that our session does not know", async () => {
    const desk = following();
    desk.remotes.push({ ...orphan });
    await desk.follow();
    expect(states(desk)).toEqual(["s1 open", "s9 closed"]);
  });

  test("but not one that somebody else made, is closed, or whose session is not ours", async () => {
    const desk = following();
    desk.remotes.push(
      { ...orphan, ourId: undefined },
      { ...orphan, code: "s8", state: "closed" },
      { ...orphan, code: "s7", state: "unknown" },
      { ...orphan, code: "s6", ourId: "of-another-product" },
    );
    await desk.follow();
    expect(desk.journal.countOf("remote.close")).toBe(0);
  });

  test("but not while the request that made it may still claim it", async () => {
    const desk = following();
    desk.sessions.begin(aSession({ id: "running", state: "requested", leaseUntil: at(1) }));
    desk.remotes.push({ ...orphan, ourId: "running" });
    await desk.follow();
    expect(states(desk)).toEqual(["s1 open", "s9 open"]);
    desk.advance(1);
    await desk.follow();
    expect(states(desk)).toEqual(["s1 open", "s9 closed"]);
  });

  test("not while TeamViewer cannot be asked", async () => {
    const desk = following();
    desk.remotes.push({ ...orphan });
    desk.journal.fail("remote.list", 1, away);
    await desk.follow();
    expect(states(desk)).toEqual(["s1 open", "s9 open"]);
  });
});

describe("What is owed", () => {
  test("is left alone for a minute: whoever owes it is probably doing it right now", async () => {
    const { follow, sessions, queue, advance } = following({ notification: { state: "queued" } });
    sessions.owe(ID, [{ kind: "notify", message }]);
    advance(MINUTE_MS - 1);
    await follow();
    expect([queue.length, sessions.owed.length]).toEqual([0, 1]);
    advance(1);
    await follow();
    expect(queue).toEqual([{ message, delaySeconds: undefined }]);
    expect(sessions.owed).toEqual([]);
  });

  test("to the audit is written", async () => {
    const { follow, sessions, ports, audited, advance, queue } = following();
    const subject = {
      actor: { id: "bruno", kind: "person" },
      action: "session.request",
      correlationId: "call-1",
    } as const;
    const entry = ports.audit.outcomeEntry(subject, { result: "success" });
    sessions.owe(ID, [{ kind: "audit", entry }]);
    advance(MINUTE_MS);
    await follow();
    expect([audited, sessions.owed, queue]).toEqual([[entry], [], []]);
  });

  test.each<[string, Partial<Session> | undefined]>([
    ["was sent already", { notification: sent }],
    ["was overtaken by another", { notification: { state: "queued" }, notificationCount: 2 }],
    ["belongs to a session that is gone", undefined],
  ])("to the queue is struck off when the notification %s", async (_why, change) => {
    const { follow, sessions, queue, advance } = following(change);
    sessions.owe(ID, [{ kind: "notify", message }]);
    if (!change) sessions.delete(ID);
    advance(MINUTE_MS);
    await follow();
    expect([queue, sessions.owed]).toEqual([[], []]);
  });

  test.each(["queue.send", "sessions.settle"])(
    "stays owed when %s fails, does not hold up the rest, and fails the timer",
    async (call) => {
      const { follow, sessions, journal, advance, session } = following({ notification: { state: "queued" } });
      sessions.owe(ID, [{ kind: "notify", message }]);
      journal.fail(call);
      advance(60 * MINUTE_MS);
      await expect(follow()).rejects.toMatchObject({
        errors: [expect.any(Error)],
        message: expect.stringMatching(/^1 /),
      });
      expect(sessions.owed.length).toBeGreaterThan(0);
      expect(session()?.state).toBe("expired");
    },
  );
});

test("A session that has moved is read once, although TeamViewer lists it", async () => {
  const { follow, remotes, journal, session } = following();
  const [remote] = remotes;
  if (remote) remote.online = true;
  await follow();
  expect(session()?.state).toBe("inProgress");
  expect(journal.countOf("sessions.find")).toBe(1);
});

test("What is owed by many is looked for in the audit once, written where it is missing, and struck off together", async () => {
  const { follow, sessions, audited, ports, journal, advance } = following({ notification: { state: "queued" } });
  const subject = { actor: system, action: "session.request", sessionId: ID, correlationId: "call-1" } as never;
  const entries = ["success", "failed", "refused"].map((result) =>
    ports.audit.outcomeEntry(subject, { result: result as "success" }),
  );
  sessions.owe(
    ID,
    entries.map((entry) => ({ kind: "audit" as const, entry })),
  );
  audited.push(...entries.slice(0, 2));
  advance(MINUTE_MS);
  journal.calls.splice(0);
  await follow();
  expect(audited).toEqual(entries);
  const count = (call: string) => journal.calls.filter((each) => each === call).length;
  expect([count("audit.missing"), count("audit.outcome"), count("sessions.settle")]).toEqual([1, 1, 1]);
  expect(sessions.owed).toEqual([]);
});

test("What is owed is written again one by one when the audit cannot be looked through, and that is told", async () => {
  const { follow, sessions, audited, ports, journal, advance } = following();
  const subject = { actor: system, action: "session.request", sessionId: ID, correlationId: "call-1" } as never;
  const entry = ports.audit.outcomeEntry(subject, { result: "success" });
  sessions.owe(ID, [{ kind: "audit", entry }]);
  journal.fail("audit.missing");
  advance(MINUTE_MS);
  await expect(follow()).rejects.toMatchObject({ message: expect.stringMatching(/^1 /) });
  expect([audited, sessions.owed]).toEqual([[entry], []]);
});

describe("Lists", () => {
  test("get many new sessions at once, and no row is read of those that are known to be open", async () => {
    const { follow, sessions, journal } = following();
    sessions.begin(aSession({ id: "another" }));
    sessions.begin(aSession());
    await follow();
    expect(journal.calls.slice(0, 2)).toEqual(["sessions.pending", "sessions.putInLists"]);
    expect([...sessions.listed].sort()).toEqual([ID, "another"]);
  });

  test("get each new session, once it is open", async () => {
    const { follow, sessions } = following();
    sessions.unlisted.set(ID, new Date(START));
    await follow();
    expect([sessions.unlisted.size, [...sessions.listed]]).toEqual([0, [ID]]);
  });

  test("forget one that was taken back", async () => {
    const { follow, sessions } = following();
    sessions.unlisted.set("gone", new Date(START));
    await follow();
    expect([sessions.unlisted.size, sessions.listed.size]).toEqual([0, 0]);
  });
});

test("one bad row never stops the others; all failures are told together", async () => {
  const { follow, sessions, journal, session, advance } = following();
  for (const id of ["first", "second"]) {
    sessions.open.set(id, new Date(START));
    sessions.unlisted.set(id, new Date(START));
  }
  journal.fail("sessions.dropUnlisted", 2);
  journal.fail("sessions.settleOpen", 2);
  advance(60 * MINUTE_MS);
  const failed: unknown = await follow().catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(AggregateError);
  expect(failed).toMatchObject({ message: expect.stringMatching(/^4 /) });
  expect(session()?.state).toBe("expired");
});
