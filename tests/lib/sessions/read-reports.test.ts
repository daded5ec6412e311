import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import type { ReportAnswer, ReportedConnection } from "../../../lib/sessions/ports.ts";
import type { Session } from "../../../lib/sessions/session.ts";
import { aHelpdesk, at, DEVICE, inShort, MINUTE_MS, START, system } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const { id: ID, code: CODE = "" } = aSession();
const DAY = 24 * 60;
const WEEK = 7 * DAY;
const connection = (startMinute: number, minutes: number): ReportedConnection => ({
  id: `c${startMinute}`,
  startedAt: at(startMinute * MINUTE_MS),
  endedAt: at((startMinute + minutes) * MINUTE_MS),
  ourId: ID,
  userId: "u7",
  userName: "Bruno Agent",
});

/** A session that was closed at the start, with `changes`, and nothing else to do. */
async function closed(changes: Partial<Session> = {}) {
  const desk = aHelpdesk();
  const stored = desk.sessions.begin(aSession({ connectionId: "c1", notification: { state: "none" }, ...changes }));
  await desk.ports.sessions.update(stored, { ...stored.session, state: "closed", closedAt: at(0) });
  /** Minutes after the end at which TeamViewer was asked. */
  const asked: number[] = [];
  const { ofSession } = desk.ports.reports;
  let answer: (() => Promise<ReportAnswer>) | undefined;
  desk.ports.reports.ofSession = (access, code) => {
    asked.push((desk.now().getTime() - START) / MINUTE_MS);
    return answer ? answer() : ofSession(access, code);
  };
  /** So many minutes go by, in each of which the timer runs; `every`: only each so many-th, as time is short. */
  const minutes = async (count: number, every = 1, readReports = desk.readReports) => {
    for (let minute = 0; minute < count; minute += every) {
      desk.advance(every * MINUTE_MS);
      await readReports();
    }
  };
  const answering = (next: typeof answer) => {
    answer = next;
  };
  return { ...desk, asked, minutes, answering, session: () => desk.sessions.get(ID) };
}

const refused = async (): Promise<ReportAnswer> => ({ outcome: "refused", lacking: "permission" });

describe("The connections of a session that is over", () => {
  test("are stored and audited when TeamViewer reports them, by this product itself", async () => {
    const { minutes, reported, session, audited, sessions } = await closed();
    reported.set(CODE, [connection(-40, 4), connection(-30, 30)]);
    await minutes(1);
    expect(audited).toEqual([]);
    await minutes(1);
    expect(session()).toMatchObject({ connections: [{ minutes: 4 }, { minutes: 30 }], teamviewerUserId: "u7" });
    expect(inShort(audited)).toEqual(["session.report outcome success 2 connections, 34 minutes"]);
    expect(audited[0]).toMatchObject({ actor: system, sessionId: ID, deviceId: DEVICE });
    expect(sessions.owed.map(({ owed }) => owed)).toEqual([{ kind: "audit", entry: audited[0] }]);
  });

  test("are looked for 2, 10, 30 minutes, 2, 8 and 24 hours after its end; then it was never joined", async () => {
    const { minutes, asked, session, audited, sessions } = await closed();
    await minutes(DAY - 1);
    expect(session()).not.toHaveProperty("connections");
    await minutes(1);
    expect(asked).toEqual([2, 10, 30, 120, 480, DAY]);
    expect(session()?.connections).toEqual([]);
    expect(inShort(audited)).toEqual(["session.report outcome success never-joined"]);
    await minutes(WEEK, 10);
    expect([asked.length, audited.length, sessions.looks]).toEqual([6, 1, []]);
  });

  test("that are reported late are found by a later look", async () => {
    const { minutes, reported, session, audited } = await closed();
    await minutes(60);
    reported.set(CODE, [connection(-30, 30)]);
    await minutes(60);
    expect(session()?.connections).toHaveLength(1);
    expect(audited).toHaveLength(1);
  });

  test("are complete a day later: who was still connected is added, and told once only", async () => {
    const { minutes, reported, asked, session, audited, sessions } = await closed();
    reported.set(CODE, [connection(-30, 10)]);
    await minutes(5);
    reported.set(CODE, [connection(-10, 100), connection(-30, 10)]);
    await minutes(WEEK, 10);
    expect(asked).toEqual([2, expect.closeTo(DAY, -2)]);
    expect(session()?.connections?.map((each) => each.minutes)).toEqual([10, 100]);
    expect(inShort(audited)).toEqual(["session.report outcome success 1 connection, 10 minutes"]);
    expect(sessions.looks).toEqual([]);
  });

  test("are not looked for when TeamViewer never made the session, nor when it is gone", async () => {
    const { minutes, asked, sessions } = await closed();
    sessions.delete(ID);
    await minutes(3);
    expect([asked, sessions.looks]).toEqual([[], []]);
  });

  test("are not said to be none by an account that did not make the session", async () => {
    const { minutes, session, audited, sessions } = await closed({ connectionId: "another" });
    await minutes(DAY, 2);
    expect(session()).not.toHaveProperty("connections");
    expect([audited, sessions.looks]).toEqual([[], []]);
  });

  test("are told once when two processes look at the same moment", async () => {
    const desk = await closed();
    desk.reported.set(CODE, [connection(-30, 30)]);
    desk.advance(2 * MINUTE_MS);
    await Promise.all([desk.readReports(), desk.newProcess().readReports()]);
    expect(inShort(desk.audited)).toEqual(["session.report outcome success 1 connection, 30 minutes"]);
  });
});

describe("Whatever call a process dies at,", () => {
  const calls = [
    "sessions.dueLooks",
    "access.current",
    "sessions.find",
    "reports.ofSession",
    "sessions.update",
    "audit.outcome",
    "sessions.settleLook",
  ];
  const died = () => {
    throw new Error("the process is gone");
  };

  test.each(calls.flatMap((call) => [[call, "before"] as const, [call, "after"] as const]))(
    "%s, %s it, the next one tells it exactly once",
    async (call, moment) => {
      const desk = await closed();
      desk.reported.set(CODE, [connection(-30, 30)]);
      desk.advance(2 * MINUTE_MS);
      desk.journal.calls.splice(0);
      desk.journal[moment](call, died);
      await desk
        .newProcess()
        .readReports()
        .catch(() => undefined);
      expect(desk.journal.calls).toContain(call);
      const next = desk.newProcess();
      await desk.minutes(3, 1, async () => {
        await next.follow();
        await next.readReports();
      });
      expect(inShort(desk.audited)).toEqual(["session.report outcome success 1 connection, 30 minutes"]);
      expect(desk.session()?.connections).toHaveLength(1);
    },
  );
});

describe("In a minute", () => {
  test("twenty sessions are looked at, four at a time, the longest due first", async () => {
    const desk = aHelpdesk();
    for (let number = 0; number < 50; number += 1) {
      const id = String(number).padStart(32, "0");
      const stored = desk.sessions.begin(aSession({ id, code: `s${number}`, connectionId: "c1" }));
      const closedAt = at(-number * 1000);
      await desk.ports.sessions.update(stored, { ...stored.session, state: "closed", closedAt });
    }
    let [running, most] = [0, 0];
    const asked: string[] = [];
    desk.ports.reports.ofSession = async (_access, code) => {
      asked.push(code);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { outcome: "read", connections: [], isWhole: true };
    };
    desk.advance(3 * MINUTE_MS);
    await desk.readReports();
    expect([asked.length, most]).toEqual([20, 4]);
    expect(asked).toEqual(Array.from({ length: 20 }, (_, index) => `s${49 - index}`));
    await desk.readReports();
    await desk.readReports();
    expect(new Set(asked).size).toBe(50);
    await desk.readReports();
    expect(asked).toHaveLength(50);
  });

  test("nothing is asked where nothing is due", async () => {
    const { minutes, journal } = await closed();
    await minutes(1);
    expect([journal.countOf("access.current"), journal.countOf("sessions.find")]).toEqual([0, 0]);
  });
});

describe("A grant that may not read reports", () => {
  test("is asked once an hour, for no session but the first, and its looks wait", async () => {
    const { minutes, asked, answering, session, sessions, reported } = await closed();
    answering(refused);
    await minutes(3 * 60);
    expect(asked).toEqual([2, 62, 122]);
    expect(sessions.looks).toHaveLength(1);
    reported.set(CODE, [connection(-30, 30)]);
    answering(undefined);
    await minutes(60);
    expect(session()?.connections).toHaveLength(1);
  });

  test("says nothing of a session, and is not waited for beyond a week", async () => {
    const { minutes, answering, session, sessions, audited } = await closed();
    answering(refused);
    await minutes(WEEK + 10, 10);
    expect([session()?.connections, sessions.looks, audited]).toEqual([undefined, [], []]);
  });

  test("does not stand in the way of a new one", async () => {
    const { minutes, answering, asked, ports } = await closed();
    answering(refused);
    await minutes(3);
    ports.access.current = async () => ({ connectionId: "c2", accessToken: "access", groupId: "g1" });
    await minutes(1);
    expect(asked).toEqual([2, 4]);
  });
});

describe("While TeamViewer", () => {
  test("takes no more calls it is left alone, longer each time, and nothing is lost", async () => {
    const { minutes, asked, answering, session, reported } = await closed();
    const busy = new AppError("upstream-unavailable", "rate_limit_reached", { retryAfterSeconds: 60 });
    answering(() => Promise.reject(busy));
    await minutes(60);
    expect(asked).toEqual([2, 3, 5, 9, 17, 33]);
    reported.set(CODE, [connection(-30, 30)]);
    answering(undefined);
    await minutes(30);
    expect(session()?.connections).toHaveLength(1);
  });

  test("gives answers that cannot be used, a session is looked at less often, and given up after a week", async () => {
    const { minutes, asked, answering, session, sessions, audited } = await closed();
    answering(() => Promise.reject(new AppError("upstream-invalid", "nonsense")));
    await minutes(WEEK + 480, 10);
    expect(asked.slice(0, 5)).toEqual([10, 30, 120, 480, DAY]);
    expect(asked.length).toBeLessThan(30);
    expect([session()?.connections, sessions.looks, audited]).toEqual([undefined, [], []]);
  });

  test("is not connected, looks wait", async () => {
    const { minutes, asked, ports, sessions } = await closed();
    const { current } = ports.access;
    ports.access.current = () => Promise.reject(new AppError("connector-not-connected", "no"));
    await minutes(30);
    expect([asked, sessions.looks.length]).toEqual([[], 1]);
    ports.access.current = current;
    await minutes(1);
    expect(asked).toEqual([31]);
  });
});

test("A failure that nobody expected stops no other look and is told", async () => {
  const desk = await closed();
  const id = "f".repeat(32);
  const stored = desk.sessions.begin(aSession({ id, code: "s2", connectionId: "c1" }));
  await desk.ports.sessions.update(stored, { ...stored.session, state: "closed", closedAt: at(0) });
  desk.answering(() => Promise.reject(new TypeError("a bug")));
  desk.advance(2 * MINUTE_MS);
  await expect(desk.readReports()).rejects.toThrow("2 connection reports could not be read");
  expect(desk.sessions.looks).toHaveLength(2);
});
