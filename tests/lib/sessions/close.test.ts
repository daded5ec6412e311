import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import { aHelpdesk, at, inShort, MINUTE_MS } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const { id: ID } = aSession();
const actor = { id: "bruno", kind: "person" } as const;
const away = new AppError("upstream-unavailable", "away");

function open(changes: Parameters<typeof aSession>[0] = {}) {
  const desk = aHelpdesk();
  desk.sessions.begin(aSession({ code: "s1", ...changes }));
  const links = { supporterUrl: "https://s.example", endCustomerUrl: "https://c.example" };
  desk.remotes.push({ code: "s1", ourId: ID, state: "open", online: false, ...links });
  return { ...desk, end: () => desk.close(actor, ID, "call-1"), session: () => desk.sessions.get(ID) };
}

describe("Closing", () => {
  test.each(["requested", "open", "accepted", "inProgress"] as const)(
    "ends a session that is %s, here and at TeamViewer, for good",
    async (state) => {
      const { end, session, remotes, advance, sessions, audited } = open({ state });
      advance(MINUTE_MS);
      expect(await end()).toMatchObject({ id: ID, state: "closed", closedAt: at(MINUTE_MS) });
      expect(session()).toEqual(aSession({ code: "s1", state: "closed", closedAt: at(MINUTE_MS) }));
      expect(remotes[0]?.state).toBe("closed");
      expect(sessions.owed.map(({ owed }) => owed)).toEqual([{ kind: "audit", entry: audited[1] }]);
    },
  );

  test("is audited before and after", async () => {
    const { end, audited, journal } = open();
    journal.before("sessions.update", () => expect(inShort(audited)).toEqual(["session.close intent"]));
    await end();
    expect(inShort(audited)).toEqual(["session.close intent", "session.close outcome success"]);
    for (const entry of audited)
      expect(entry).toMatchObject({ actor, sessionId: ID, deviceId: aSession().device.id, correlationId: "call-1" });
  });

  test.each(["declined", "closed", "expired", "failed"] as const)(
    "what is over (%s) changes nothing",
    async (state) => {
      const { end, audited, journal } = open({ state });
      expect(await end()).toMatchObject({ state });
      expect([audited, journal.calls]).toEqual([[], ["sessions.find"]]);
    },
  );

  test("what does not exist is not found", async () => {
    const { close } = aHelpdesk();
    await expect(close(actor, ID, "call-1")).rejects.toMatchObject({ code: "session-not-found" });
  });

  test("without an audit changes nothing", async () => {
    const { end, session, journal, remotes } = open();
    journal.fail("audit.intent");
    await expect(end()).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect([session()?.state, remotes[0]?.state]).toEqual(["open", "open"]);
  });

  test("twice at once closes once; the second is audited as replayed", async () => {
    const { end, newProcess, journal, audited } = open();
    const both = await Promise.all([end(), newProcess().close(actor, ID, "call-2")]);
    expect(both.map(({ state }) => state)).toEqual(["closed", "closed"]);
    expect(journal.countOf("remote.close")).toBe(1);
    expect(inShort(audited).sort()).toEqual([
      "session.close intent",
      "session.close intent",
      "session.close outcome replayed",
      "session.close outcome success",
    ]);
  });

  test("what the user declines at that moment stays declined", async () => {
    const { end, journal, sessions, session } = open();
    journal.before("sessions.update", () => sessions.touch(ID, { state: "declined" }));
    expect(await end()).toMatchObject({ state: "declined" });
    expect(session()?.state).toBe("declined");
    expect(journal.countOf("remote.close")).toBe(0);
  });
});

describe("TeamViewer", () => {
  test.each(["remote.close", "access.current"])("is told later when it cannot be reached (%s)", async (call) => {
    const { end, session, journal } = open();
    journal.fail(call, 1, away);
    expect(await end()).toMatchObject({ state: "closed" });
    expect(session()).toMatchObject({ state: "closed", closeDue: true });
  });

  test("that fails in a way that nobody foresaw is heard of", async () => {
    const { end, session, journal } = open();
    journal.fail("remote.close");
    await expect(end()).rejects.toThrow("remote.close is away");
    expect(session()).toMatchObject({ state: "closed", closeDue: true });
  });

  test("need not be told about a session that it never had", async () => {
    const { sessions, close, session, journal } = open();
    const { code: _none, ...requested } = aSession({ state: "requested" });
    sessions.put(requested);
    await close(actor, ID, "call-1");
    expect(session()).not.toHaveProperty("closeDue");
    expect(journal.calls.filter((call) => /remote|access/.test(call))).toEqual([]);
  });

  test("is not told again once it was", async () => {
    const { closeRemote, journal, sessions } = open({ state: "closed", closeDue: true });
    await closeRemote({ session: aSession({ state: "closed" }), etag: "tag-1" });
    expect(journal.calls).toEqual([]);
    sessions.touch(ID, { closeDue: false });
    await closeRemote({ session: aSession({ code: "s1", state: "closed", closeDue: true }), etag: "tag-1" });
    expect(sessions.get(ID)?.closeDue).toBe(false);
  });
});
