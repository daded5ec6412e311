import { describe, expect, test } from "@jest/globals";
import { makeSetTicket } from "../../../lib/sessions/set-ticket.ts";
import { aHelpdesk, inShort } from "./a-helpdesk.ts";
import { aRules } from "./a-rules.ts";
import { aSession } from "./a-session.ts";

const { id: ID, device } = aSession();
const actor = { id: "source", kind: "application" } as const;

function begun(changes: Parameters<typeof aSession>[0] = {}, rules = aRules()) {
  const desk = aHelpdesk();
  desk.sessions.begin(aSession(changes));
  const setTicket = makeSetTicket({ ...desk.ports, doOwed: desk.doOwed, rules });
  return {
    ...desk,
    give: (ticket: string) => setTicket(actor, ID, ticket, "call-1"),
    session: () => desk.sessions.get(ID),
  };
}

describe("Giving a session a ticket", () => {
  test.each(["open", "accepted", "inProgress", "closed", "declined", "expired", "failed"] as const)(
    "changes it alone, of one that is %s, and is audited before and after",
    async (state) => {
      const { give, session, audited, sessions } = begun({ state, ticket: "INC1" });
      expect(await give("INC2")).toEqual(aSession({ state, ticket: "INC2" }));
      expect(session()).toEqual(aSession({ state, ticket: "INC2" }));
      expect(inShort(audited)).toEqual(["session.ticket intent", "session.ticket outcome success"]);
      for (const entry of audited)
        expect(entry).toMatchObject({ actor, sessionId: ID, deviceId: device.id, correlationId: "call-1" });
      expect(sessions.owed.map(({ owed }) => owed)).toEqual([{ kind: "audit", entry: audited[1] }]);
    },
  );

  test("that it has already changes nothing", async () => {
    const { give, audited, journal } = begun({ ticket: "INC1" });
    expect(await give("INC1")).toMatchObject({ ticket: "INC1" });
    expect([audited, journal.calls]).toEqual([[], ["sessions.find"]]);
  });

  test("while it is still being requested is refused: whoever requests it would not know", async () => {
    const { give, audited } = begun({ state: "requested" });
    await expect(give("INC1")).rejects.toMatchObject({ code: "request-in-progress", retryAfterSeconds: 2 });
    expect(audited).toEqual([]);
  });

  test("that is not of the form that the company demands is refused", async () => {
    const rules = aRules({ requireReason: true, ticketPattern: /^(?:INC\d+)$/ });
    const { give, journal } = begun({}, rules);
    await expect(give("CHG1")).rejects.toMatchObject({ code: "ticket-invalid" });
    expect(journal.calls).toEqual([]);
    expect(await give("INC1")).toMatchObject({ ticket: "INC1" });
  });

  test("that somebody else gave meanwhile is a repeat", async () => {
    const { give, audited, journal, session } = begun();
    journal.before("sessions.update", () => give("INC1"));
    expect(await give("INC1")).toMatchObject({ ticket: "INC1" });
    expect(inShort(audited).at(-1)).toBe("session.ticket outcome replayed");
    expect(session()?.ticket).toBe("INC1");
  });

  test("without an audit is not done", async () => {
    const { give, journal, session } = begun();
    journal.fail("audit.intent");
    await expect(give("INC1")).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(session()).not.toHaveProperty("ticket");
  });

  test("to what is no session is refused", async () => {
    const desk = aHelpdesk();
    const setTicket = makeSetTicket({ ...desk.ports, doOwed: desk.doOwed, rules: aRules() });
    await expect(setTicket(actor, ID, "INC1", "call-1")).rejects.toMatchObject({ code: "session-not-found" });
  });
});
