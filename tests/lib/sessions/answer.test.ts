import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import type { Answer } from "../../../lib/sessions/answer.ts";
import { sessionStates, sessionViewSchema, viewOfSession } from "../../../lib/sessions/session.ts";
import { aHelpdesk, at, inShort, MINUTE_MS } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const { id: ID } = aSession();
const USER = { id: "a0000000-0000-4000-8000-000000000001", kind: "user" };
const off = { notification: { state: "sent" } } as const;

/** Ana's session at TeamViewer and here, good until 11:00. */
function open(changes: Parameters<typeof aSession>[0] = {}) {
  const desk = aHelpdesk();
  desk.sessions.begin(aSession({ code: "s1", ...off, ...changes }));
  const links = { supporterUrl: "https://s.example", endCustomerUrl: "https://c.example" };
  desk.remotes.push({ code: "s1", ourId: ID, state: "open", online: false, ...links });
  const answer = (what: Answer) => desk.answer(ID, what, "call-1");
  const session = () => desk.sessions.get(ID);
  return { ...desk, answer, session };
}

describe("Accepting", () => {
  test("is kept with its time and audited before and after, as the user's", async () => {
    const { answer, session, audited, journal, advance, sessions } = open();
    advance(MINUTE_MS);
    journal.before("sessions.update", () => expect(inShort(audited)).toEqual(["session.accept intent"]));
    expect(await answer("accept")).toEqual(
      aSession({ code: "s1", ...off, state: "accepted", answeredAt: at(MINUTE_MS) }),
    );
    expect(session()).toMatchObject({ state: "accepted", answeredAt: at(MINUTE_MS) });
    expect(inShort(audited)).toEqual(["session.accept intent", "session.accept outcome success"]);
    for (const entry of audited)
      expect(entry).toMatchObject({
        actor: USER,
        sessionId: ID,
        deviceId: aSession().device.id,
        correlationId: "call-1",
      });
    expect(sessions.owed.map(({ owed }) => owed)).toEqual([{ kind: "audit", entry: audited[1] }]);
    expect(journal.countOf("remote.close")).toBe(0);
  });

  test.each(["accepted", "inProgress"] as const)("again (%s) changes nothing and is fine", async (state) => {
    const { answer, audited, session } = open({ state, answeredAt: at(0) });
    expect(await answer("accept")).toMatchObject({ state });
    expect(session()).toMatchObject({ state, answeredAt: at(0) });
    expect(audited).toEqual([]);
  });

  test("twice at once is one acceptance; the second one is audited as replayed", async () => {
    const { answer, newProcess, audited } = open();
    const both = await Promise.all([answer("accept"), newProcess().answer(ID, "accept", "call-2")]);
    expect(both.map((session) => session?.state)).toEqual(["accepted", "accepted"]);
    expect(inShort(audited).sort()).toEqual([
      "session.accept intent",
      "session.accept intent",
      "session.accept outcome replayed accepted",
      "session.accept outcome success",
    ]);
  });

  test("comes too late when the session ends at that moment: nothing happens, and that is audited", async () => {
    const { answer, session, journal, sessions, audited } = open();
    journal.before("sessions.update", () => sessions.touch(ID, { state: "closed" }));
    expect(await answer("accept")).toBeUndefined();
    expect(session()?.state).toBe("closed");
    expect(inShort(audited)).toEqual(["session.accept intent", "session.accept outcome refused closed"]);
  });

  test("without an audit changes nothing", async () => {
    const { answer, session, journal } = open();
    journal.fail("audit.intent");
    await expect(answer("accept")).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(session()?.state).toBe("open");
  });

  test("of a session without a known user is somebody unknown", async () => {
    const { sessions, answer, audited } = open();
    const { userId: _nobody, ...session } = aSession(off);
    sessions.put(session);
    await answer("accept");
    expect(audited[0]?.actor).toEqual({ id: "unknown", kind: "user" });
  });
});

describe("Declining", () => {
  test.each(["open", "accepted", "inProgress"] as const)(
    "ends the session, here and at TeamViewer (%s)",
    async (state) => {
      const { answer, session, remotes, audited, advance } = open({ state });
      advance(MINUTE_MS);
      expect(await answer("decline")).toMatchObject({ state: "declined" });
      expect(session()).toMatchObject({ state: "declined", answeredAt: at(MINUTE_MS), closedAt: at(MINUTE_MS) });
      expect(session()).not.toHaveProperty("closeDue");
      expect(remotes[0]?.state).toBe("closed");
      expect(inShort(audited)).toEqual(["session.decline intent", "session.decline outcome success"]);
    },
  );

  test("is kept even while TeamViewer cannot be reached: it is told later", async () => {
    const { answer, session, journal } = open();
    journal.fail("remote.close", 1, new AppError("upstream-unavailable", "away"));
    expect(await answer("decline")).toMatchObject({ state: "declined" });
    expect(session()).toMatchObject({ state: "declined", closeDue: true });
  });

  test("twice at once closes once", async () => {
    const { answer, newProcess, journal, audited } = open();
    const both = await Promise.all([answer("decline"), newProcess().answer(ID, "decline", "call-2")]);
    expect(both.map((session) => session?.state)).toEqual(["declined", "declined"]);
    expect(journal.countOf("remote.close")).toBe(1);
    expect(inShort(audited)).toContain("session.decline outcome replayed declined");
  });

  test("comes too late when the agent closes at that moment", async () => {
    const { answer, journal, sessions, audited, session } = open();
    journal.before("sessions.update", () => sessions.touch(ID, { state: "closed" }));
    expect(await answer("decline")).toBeUndefined();
    expect(session()?.state).toBe("closed");
    expect(inShort(audited).at(-1)).toBe("session.decline outcome refused closed");
    expect(journal.countOf("remote.close")).toBe(0);
  });
});

describe("Saying that nobody asked for help", () => {
  test.each(["open", "accepted", "inProgress"] as const)(
    "declines, and tells why in the session and in the audit (%s)",
    async (state) => {
      const { answer, session, remotes, audited } = open({ state });
      expect(await answer("not-requested")).toMatchObject({ state: "declined", declineReason: "not-requested" });
      expect(session()).toMatchObject({ state: "declined", declineReason: "not-requested", closedAt: at(0) });
      expect(remotes[0]?.state).toBe("closed");
      expect(inShort(audited)).toEqual(["session.decline intent", "session.decline outcome success not-requested"]);
    },
  );

  test("is seen by whoever reads the session, and a plain no is not", async () => {
    const view = async (what: Answer) => {
      const { answer, session } = open();
      await answer(what);
      return viewOfSession(session() ?? aSession());
    };
    expect(await view("not-requested")).toHaveProperty("declineReason", "not-requested");
    expect(await view("decline")).not.toHaveProperty("declineReason");
    expect(sessionViewSchema.parse(await view("not-requested"))).toMatchObject({ state: "declined" });
  });

  test("at the same moment as declining is one of both, whoever was faster", async () => {
    const { answer, newProcess, journal, audited, session } = open();
    const both = await Promise.all([answer("decline"), newProcess().answer(ID, "not-requested", "call-2")]);
    expect(both.map((each) => each?.state)).toEqual(["declined", "declined"]);
    expect(journal.countOf("remote.close")).toBe(1);
    const wins = inShort(audited).filter((line) => line.startsWith("session.decline outcome success"));
    expect(wins).toEqual([`session.decline outcome success${session()?.declineReason ? " not-requested" : ""}`]);
  });
});

describe("There is nothing to answer, nothing happens and nothing is audited", () => {
  const nothing = async (desk: ReturnType<typeof open>) => {
    for (const what of ["accept", "decline", "not-requested"] as const) expect(await desk.answer(what)).toBeUndefined();
    expect(await desk.findForUser(ID)).toBeUndefined();
    expect([desk.audited, desk.journal.countOf("sessions.update")]).toEqual([[], 0]);
  };

  test.each(sessionStates.filter((state) => !["open", "accepted", "inProgress"].includes(state)))(
    "when the session is %s",
    (state) => nothing(open({ state })),
  );

  test("when it does not exist", async () => {
    const desk = open();
    desk.sessions.delete(ID);
    await nothing(desk);
  });

  test("when its hour is over, to the millisecond", async () => {
    const desk = open();
    desk.advance(60 * MINUTE_MS - 1);
    expect(await desk.findForUser(ID)).toMatchObject({ id: ID });
    desk.advance(1);
    await nothing(desk);
  });
});

test.each(["open", "accepted", "inProgress"] as const)("the user is shown a session that is %s", async (state) => {
  const { findForUser } = open({ state });
  expect(await findForUser(ID)).toMatchObject({ id: ID, state });
});
