import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import type { SessionRequest } from "../../../lib/sessions/draft.ts";
import { sessionIdOf } from "../../../lib/sessions/id.ts";
import { aHelpdesk, at, bot, bruno, DEVICE, inShort, MINUTE_MS, SECOND_MS } from "./a-helpdesk.ts";

const KEY = "key-1";
const ID = sessionIdOf(bruno, KEY);
const ASKED = "session.request intent";
const DONE = "session.request outcome success";
const wanted: SessionRequest = { deviceId: DEVICE, reason: "VPN", ticket: "INC-1", language: "fr", notify: true };
const refused = (
  outcome: "refused" | "unknown",
  code: "upstream-unavailable" | "licence-limit" = "upstream-unavailable",
) => ({
  outcome,
  error: new AppError(code, "TeamViewer says no."),
});

function asking() {
  const desk = aHelpdesk();
  const ask = (change: Partial<SessionRequest> = {}, key = KEY, by = bruno) =>
    desk.request(by, { ...wanted, ...change }, key, "call-1");
  return { ...desk, ask };
}

describe("A request", () => {
  test("opens a session at TeamViewer for an hour, and hands its links to the agent", async () => {
    const { ask, sessions, remotes } = asking();
    const { session, supporterUrl } = await ask();
    const [remote] = remotes;
    expect(supporterUrl).toBe(remote?.supporterUrl);
    expect(session).toMatchObject({
      id: ID,
      state: "open",
      requestedBy: "bruno",
      requestedByKind: "person",
      requestedAt: at(0),
      expiresAt: at(60 * MINUTE_MS),
      device: { id: DEVICE, name: "PHONE-ANA", platform: "ios", userName: "Ana" },
      userId: "a0000000-0000-4000-8000-000000000001",
      reason: "VPN",
      ticket: "INC-1",
      language: "fr",
      matchCode: "4831",
      code: remote?.code,
      endCustomerUrl: remote?.endCustomerUrl,
      notification: { state: "queued", channel: "companyPortal", at: at(0) },
      notificationCount: 1,
    });
    expect(sessions.all()).toEqual([session]);
    expect(JSON.stringify(sessions.all())).not.toContain(supporterUrl);
  });

  test("tells TeamViewer our id, its end, and what it is about, so that supporters find it", async () => {
    const { ask, journal, ports, device } = asking();
    const opened: unknown[] = [];
    const { open } = ports.remote;
    ports.remote.open = (access, about) => {
      opened.push(about);
      return open(access, about);
    };
    await ask();
    device({ id: "bare" });
    await ask({ deviceId: "bare", reason: undefined, ticket: undefined }, "key-2");
    expect(opened).toEqual([
      { ourId: ID, description: "INC-1 · VPN · PHONE-ANA (ios)", validUntil: at(60 * MINUTE_MS) },
      { ourId: sessionIdOf(bruno, "key-2"), description: "PHONE-ANA (ios)", validUntil: at(60 * MINUTE_MS) },
    ]);
    expect(journal.countOf("remote.findByOurId")).toBe(0);
  });

  test("asks TeamViewer only when the row, the intent, the device, the connection and the budget are known", async () => {
    const { ask, journal, audited, sessions } = asking();
    journal.before("remote.open", () => {
      expect(sessions.get(ID)?.state).toBe("requested");
      expect(inShort(audited)).toEqual([ASKED]);
    });
    await ask();
    const steps = journal.calls.slice(0, journal.calls.indexOf("remote.open"));
    expect(steps.sort()).toEqual([
      "access.current",
      "audit.intent",
      "devices.find",
      "ledger.sentTimes",
      "sessions.create",
    ]);
  });

  test("is audited before and after, with ids alone; the outcome and the message stand in the outbox", async () => {
    const { ask, audited, sessions, queue } = asking();
    const { session } = await ask();
    expect(inShort(audited)).toEqual([ASKED, DONE]);
    for (const entry of audited)
      expect(entry).toMatchObject({
        actor: { id: "bruno", kind: "person" },
        deviceId: DEVICE,
        sessionId: ID,
        correlationId: "call-1",
      });
    expect(JSON.stringify(audited)).not.toMatch(/Ana|get\.teamviewer|4831|VPN/);
    const message = {
      v: 1,
      sessionId: ID,
      number: 1,
      attempt: 1,
      deviceId: DEVICE,
      notAfter: session.expiresAt,
      seen: { channel: "companyPortal", times: [], intent: { id: expect.any(String), at: session.requestedAt } },
      correlationId: "call-1",
    };
    expect(queue).toEqual([{ message, delaySeconds: undefined }]);
    expect(sessions.owed.map(({ owed }) => owed)).toEqual([
      { kind: "audit", entry: audited[1] },
      { kind: "notify", message },
    ]);
  });

  test("whose queue or audit cannot be reached at the end stands: what is owed is done later", async () => {
    const { ask, journal, sessions } = asking();
    journal.fail("queue.send");
    journal.fail("audit.outcome");
    expect((await ask()).session.state).toBe("open");
    expect(sessions.owed).toHaveLength(2);
  });

  test("may ask for no notification: none is sent, and the budget is not looked at", async () => {
    const { ask, journal, queue, ledger } = asking();
    ledger.useUp(DEVICE);
    const { session } = await ask({ notify: false });
    expect(session.notification).toEqual({ state: "none" });
    expect(queue).toEqual([]);
    expect(journal.countOf("ledger.sentTimes")).toBe(0);
  });

  test("for a device that cannot be notified is plainly marked, whatever its budget", async () => {
    const { ask, device, queue, ledger } = asking();
    device({ platform: "windows", operatingSystem: "Windows" });
    ledger.useUp(DEVICE);
    const { session } = await ask();
    expect(session.notification).toEqual({ state: "unsupported", at: at(0), reason: "platform-not-supported" });
    expect(queue).toEqual([]);
  });
});

describe("The same key", () => {
  test("with the same body is the same session: nothing is opened or sent twice", async () => {
    const { ask, remotes, queue, audited } = asking();
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect([remotes.length, queue.length]).toEqual([1, 1]);
    expect(inShort(audited)).toEqual([ASKED, DONE, ASKED, "session.request outcome replayed"]);
  });

  test("with another body is refused, and that is audited", async () => {
    const { ask, remotes, audited } = asking();
    await ask();
    await expect(ask({ reason: "printer" })).rejects.toMatchObject({ code: "idempotency-key-reused" });
    expect(remotes).toHaveLength(1);
    expect(inShort(audited).at(-1)).toBe("session.request outcome refused idempotency-key-reused");
  });

  test("of another principal is another session", async () => {
    const { ask, remotes } = asking();
    const [first, second] = [await ask(), await ask({}, KEY, bot)];
    expect(first.session.id).not.toBe(second.session.id);
    expect(second.session).toMatchObject({ requestedBy: "bot", requestedByKind: "application" });
    expect(remotes).toHaveLength(2);
  });

  test("many times at once opens one session; the others are told to ask again", async () => {
    const { ask, newProcess, remotes } = asking();
    const other = newProcess();
    const answers = await Promise.allSettled([ask(), ask(), other.request(bruno, wanted, KEY, "call-2"), ask()]);
    const codes = answers.map((answer) => (answer.status === "rejected" ? answer.reason.code : "opened"));
    expect(codes.sort()).toEqual(["opened", ...Array(3).fill("request-in-progress")]);
    expect(remotes).toHaveLength(1);
    expect((await ask()).session.state).toBe("open");
  });

  test("of a request that died goes on after its lease, looking at TeamViewer before it opens anything", async () => {
    const { ask, journal, advance, remotes, sessions } = asking();
    journal.instead("remote.open", async (call) => {
      await call();
      return new Promise(() => undefined);
    });
    void ask();
    await new Promise(setImmediate);
    expect(sessions.get(ID)?.state).toBe("requested");
    await expect(ask()).rejects.toMatchObject({ code: "request-in-progress", retryAfterSeconds: 2 });
    advance(45 * SECOND_MS);
    const { session } = await ask();
    expect([session.state, session.code, remotes.length]).toEqual(["open", remotes[0]?.code, 1]);
  });

  test("of a request that died before TeamViewer made anything opens one", async () => {
    const { ask, journal, advance, remotes } = asking();
    journal.instead("remote.open", () => new Promise(() => undefined));
    void ask();
    await new Promise(setImmediate);
    advance(45 * SECOND_MS);
    expect((await ask()).session.state).toBe("open");
    expect(remotes).toHaveLength(1);
  });

  test("of a request whose TeamViewer session was closed meanwhile opens another", async () => {
    const { ask, journal, advance, remotes } = asking();
    journal.instead("remote.open", async (call) => {
      await call();
      return new Promise(() => undefined);
    });
    void ask();
    await new Promise(setImmediate);
    const [dead] = remotes;
    if (dead) dead.state = "closed";
    advance(45 * SECOND_MS);
    const { session } = await ask();
    expect(remotes).toHaveLength(2);
    expect(session.code).not.toBe(dead?.code);
  });
});

describe("A refused request takes its row back and leaves nothing but its audit entries:", () => {
  const leavesNothing = ({ sessions, remotes, queue }: ReturnType<typeof asking>) => {
    expect([sessions.all(), sessions.owed, remotes, queue]).toEqual([[], [], [], []]);
  };

  test("a device that Intune does not know", async () => {
    const desk = asking();
    desk.inventory.clear();
    await expect(desk.ask()).rejects.toMatchObject({ code: "device-not-found" });
    leavesNothing(desk);
    expect(inShort(desk.audited)).toEqual([ASKED, "session.request outcome refused device-not-found"]);
    desk.device();
    expect((await desk.ask()).session.state).toBe("open");
  });

  test("a device that cannot be helped, with the reasons", async () => {
    const desk = asking();
    desk.device({ platform: "linux", operatingSystem: "Linux" });
    const refusal: unknown = await desk.ask().catch((error: unknown) => error);
    if (!(refusal instanceof AppError)) throw new Error("This must be refused.");
    const { code, message, reasons = [] } = refusal;
    expect([code, reasons.map((reason) => reason.code)]).toEqual(["device-not-eligible", ["platform-not-supported"]]);
    expect(message).toMatch(/cannot be helped/);
    for (const { text } of reasons) expect(message).toContain(text);
    leavesNothing(desk);
    expect(inShort(desk.audited).at(-1)).toBe("session.request outcome refused device-not-eligible");
  });

  test("corporate Android, unless the company allows it", async () => {
    const android = {
      platform: "android",
      operatingSystem: "Android",
      ownership: "company",
      enrollmentType: "androidEnterpriseFullyManaged",
      deviceType: "androidEnterprise",
    } as const;
    const strict = asking();
    strict.device(android);
    await expect(strict.ask()).rejects.toMatchObject({ code: "device-not-eligible" });
    const lenient = aHelpdesk({ allowCorporateAndroid: true });
    lenient.device(android);
    expect((await lenient.request(bruno, wanted, KEY, "call-1")).session.state).toBe("open");
  });

  test("TeamViewer is not connected", async () => {
    const desk = asking();
    desk.journal.fail("access.current", 1, new AppError("connector-not-connected", "Connect it."));
    await expect(desk.ask()).rejects.toMatchObject({ code: "connector-not-connected" });
    leavesNothing(desk);
    expect(inShort(desk.audited).at(-1)).toBe("session.request outcome refused connector-not-connected");
  });

  test("TeamViewer refuses", async () => {
    const desk = asking();
    desk.journal.instead("remote.open", async () => refused("refused", "licence-limit"));
    await expect(desk.ask()).rejects.toMatchObject({ code: "licence-limit" });
    leavesNothing(desk);
    expect(desk.journal.countOf("remote.findByOurId")).toBe(0);
    expect(inShort(desk.audited).at(-1)).toBe("session.request outcome refused licence-limit");
  });

  test("Intune fails in a way that nobody foresaw", async () => {
    const desk = asking();
    desk.journal.fail("devices.find");
    await expect(desk.ask()).rejects.toThrow("devices.find is away");
    leavesNothing(desk);
    expect(inShort(desk.audited).at(-1)).toBe("session.request outcome failed internal-error");
  });

  test("without an audit nothing is opened", async () => {
    const desk = asking();
    desk.journal.fail("audit.intent");
    await expect(desk.ask()).rejects.toMatchObject({ code: "upstream-unavailable" });
    leavesNothing(desk);
    expect(desk.audited).toEqual([]);
  });

  test("without a row nothing is opened either", async () => {
    const desk = asking();
    desk.journal.fail("sessions.create");
    await expect(desk.ask()).rejects.toThrow("sessions.create is away");
    leavesNothing(desk);
    expect(inShort(desk.audited)).toEqual([ASKED, "session.request outcome failed storage"]);
  });

  test("with neither, the missing row is told, and nothing is audited afterwards", async () => {
    const desk = asking();
    desk.journal.fail("sessions.create");
    desk.journal.fail("audit.intent");
    await expect(desk.ask()).rejects.toThrow("sessions.create is away");
    leavesNothing(desk);
    expect(desk.journal.countOf("audit.outcome")).toBe(0);
  });
});

describe("A device that was notified ten times within the hour", () => {
  test("is refused until the oldest is an hour old; TeamViewer is not asked", async () => {
    const { ask, ledger, sessions, remotes, audited } = asking();
    ledger.useUp(DEVICE);
    await expect(ask()).rejects.toMatchObject({
      code: "too-many-notifications",
      message: expect.stringMatching(/"notify": false/),
      retryAfterSeconds: 50 * 60,
    });
    expect([sessions.all(), remotes]).toEqual([[], []]);
    expect(inShort(audited)).toEqual([ASKED, "session.request outcome refused too-many-notifications"]);
  });

  test("is refused by whoever remembers that without asking Intune or for a token, as the ledger says now", async () => {
    const { ask, ledger, journal, advance } = asking();
    ledger.useUp(DEVICE);
    await expect(ask()).rejects.toMatchObject({ code: "too-many-notifications" });
    journal.calls.splice(0);
    advance(MINUTE_MS);
    await expect(ask()).rejects.toMatchObject({ code: "too-many-notifications", retryAfterSeconds: 49 * 60 });
    expect(journal.calls.filter((call) => /devices|access|remote/.test(call))).toEqual([]);
    expect(journal.countOf("ledger.sentTimes")).toBe(1);
    advance(49 * MINUTE_MS);
    expect((await ask()).session.state).toBe("open");
  });

  test("can be helped without a notification, also by whoever remembers that", async () => {
    const { ask, ledger } = asking();
    ledger.useUp(DEVICE);
    await expect(ask()).rejects.toMatchObject({ code: "too-many-notifications" });
    expect((await ask({ notify: false }, "key-2")).session.notification.state).toBe("none");
  });
});

describe("An answer of TeamViewer that leaves open whether there is a session:", () => {
  test("it is looked for, and taken when it is there", async () => {
    const { ask, journal, remotes } = asking();
    journal.instead("remote.open", async (call) => {
      await call();
      return refused("unknown");
    });
    const { session } = await ask();
    expect([session.state, session.code, remotes.length]).toEqual(["open", remotes[0]?.code, 1]);
  });

  test("when it is not to be seen, the row stays, free for a second try that looks first", async () => {
    const { ask, journal, remotes, sessions, audited } = asking();
    journal.instead("remote.open", async () => refused("unknown"));
    await expect(ask()).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(sessions.all()).toEqual([expect.objectContaining({ state: "requested", leaseUntil: at(0) })]);
    expect(inShort(audited).at(-1)).toBe("session.request outcome unknown upstream-unavailable");
    journal.calls.splice(0);
    expect((await ask()).session.state).toBe("open");
    expect(journal.calls.filter((call) => call.startsWith("remote."))).toEqual(["remote.findByOurId", "remote.open"]);
    expect(remotes).toHaveLength(1);
  });

  test("when it cannot be looked for, the first answer is told", async () => {
    const { ask, journal } = asking();
    const { outcome, error } = refused("unknown");
    journal.instead("remote.open", async () => ({ outcome, error }));
    journal.fail("remote.findByOurId");
    await expect(ask()).rejects.toBe(error);
  });

  test("when TeamViewer refuses the second try, the row goes", async () => {
    const { ask, journal, sessions, audited } = asking();
    journal.instead("remote.open", async () => refused("unknown"));
    await expect(ask()).rejects.toMatchObject({ code: "upstream-unavailable" });
    journal.instead("remote.open", async () => refused("refused", "licence-limit"));
    await expect(ask()).rejects.toMatchObject({ code: "licence-limit" });
    expect(sessions.all()).toEqual([]);
    expect(inShort(audited).at(-1)).toBe("session.request outcome refused licence-limit");
  });

  test("something that nobody foresaw counts as open as well", async () => {
    const { ask, journal, sessions, audited } = asking();
    journal.fail("remote.open");
    await expect(ask()).rejects.toThrow("remote.open is away");
    expect(sessions.all()).toEqual([expect.objectContaining({ state: "requested", leaseUntil: at(0) })]);
    expect(inShort(audited).at(-1)).toBe("session.request outcome unknown internal-error");
  });
});

describe("A request that was overtaken closes the TeamViewer session that nobody else knows:", () => {
  const overtaken = async (change: Parameters<ReturnType<typeof aHelpdesk>["sessions"]["touch"]>[1] | undefined) => {
    const desk = asking();
    desk.journal.after("remote.open", () => {
      if (change) desk.sessions.touch(ID, change);
      else desk.sessions.delete(ID);
    });
    await expect(desk.ask()).rejects.toMatchObject({ code: "request-in-progress" });
    expect(desk.remotes.map(({ state }) => state)).toEqual(["closed"]);
    expect([desk.sessions.owed, desk.queue]).toEqual([[], []]);
    return desk;
  };

  test("its session was given up", async () => {
    const { sessions } = await overtaken({ state: "failed" });
    expect(sessions.get(ID)?.state).toBe("failed");
  });

  test("its session was opened by another", async () => {
    const { sessions } = await overtaken({ state: "open", code: "other" });
    expect(sessions.get(ID)).toMatchObject({ state: "open", code: "other" });
  });

  test("its row is gone", async () => {
    const { sessions } = await overtaken(undefined);
    expect(sessions.all()).toEqual([]);
  });

  test("what cannot be closed now is left to the timer; the answer is the same", async () => {
    const desk = asking();
    desk.journal.after("remote.open", () => desk.sessions.touch(ID, { state: "failed" }));
    desk.journal.fail("remote.close");
    await expect(desk.ask()).rejects.toMatchObject({ code: "request-in-progress" });
  });

  test("but when the same TeamViewer session was recorded by another, it stays open and is the answer", async () => {
    const { ask, journal, sessions, remotes } = asking();
    journal.after("remote.open", () => {
      const code = remotes[0]?.code;
      sessions.touch(ID, { state: "open", ...(code ? { code } : {}) });
    });
    expect((await ask()).session.code).toBe(remotes[0]?.code);
    expect(remotes[0]?.state).toBe("open");
  });

  test("a row that was merely touched meanwhile is recorded at the second look", async () => {
    const { ask, journal, sessions } = asking();
    journal.after("remote.open", () => sessions.touch(ID));
    expect((await ask()).session.state).toBe("open");
    expect(sessions.get(ID)?.state).toBe("open");
  });

  test("storage that fails when the session is recorded leaves the row for a second try, and nothing twice", async () => {
    const { ask, journal, sessions, remotes, audited } = asking();
    journal.fail("sessions.update", 1, new AppError("upstream-unavailable", "Storage is away."));
    await expect(ask()).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(sessions.get(ID)).toMatchObject({ state: "requested", leaseUntil: at(0) });
    expect(inShort(audited).at(-1)).toBe("session.request outcome unknown upstream-unavailable");
    expect((await ask()).session.code).toBe(remotes[0]?.code);
    expect(remotes).toHaveLength(1);
  });
});

test("the supporter's link is remembered for the agent who asks again", async () => {
  const { ask, read, journal } = asking();
  const { supporterUrl } = await ask();
  expect((await read(bruno, ID)).supporterUrl).toBe(supporterUrl);
  expect(journal.countOf("remote.find")).toBe(0);
});
