import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { followed } from "../../../lib/sessions/followed.ts";
import { type SessionState, sessionStates } from "../../../lib/sessions/session.ts";
import { aRemoteSession, aSession } from "./a-session.ts";

const MIDWAY = new Date("2026-11-22T10:30:00.000Z");
const BEFORE_END = new Date("2026-11-22T10:59:59.999Z");
const AT_END = new Date("2026-11-22T11:00:00.000Z");
const live = ["open", "accepted", "inProgress"] as const;
const final = ["declined", "closed", "expired", "failed"] as const;

describe.each([...live])("A session that is %s", (state) => {
  test("stays so while TeamViewer has it, nobody has joined anew and its time is not up", () => {
    for (const now of [MIDWAY, BEFORE_END])
      expect(followed(aSession({ state }), aRemoteSession(), now)).toBeUndefined();
  });

  test("stays so while TeamViewer does not list it and its time is not up", () => {
    expect(followed(aSession({ state }), undefined, BEFORE_END)).toBeUndefined();
  });

  test("is closed once it is closed at TeamViewer, where nothing is left to do", () => {
    for (const now of [MIDWAY, AT_END]) {
      const seen = aRemoteSession({ state: "closed", online: true });
      expect(followed(aSession({ state }), seen, now)).toEqual({
        session: aSession({ state: "closed", closedAt: now.toISOString() }),
        action: "session.close",
        reason: "closed-at-teamviewer",
      });
    }
  });

  test("is not ended by the clock while somebody is in it", () => {
    const after = followed(aSession({ state }), aRemoteSession({ online: true }), AT_END);
    expect(after?.session.state ?? state).toBe("inProgress");
  });
});

describe.each(["open", "accepted"] as const)("A session that is %s", (state) => {
  test("is in progress once the user is online", () => {
    expect(followed(aSession({ state }), aRemoteSession({ online: true }), MIDWAY)).toEqual({
      session: aSession({ state: "inProgress" }),
      action: "session.join",
    });
  });

  test.each([
    ["TeamViewer has it", aRemoteSession()],
    ["TeamViewer does not list it", undefined],
    ["TeamViewer says nothing of its state", aRemoteSession({ state: "unknown" })],
  ])(
    "expires at the end of its time, is closed at TeamViewer, and its user is no longer asked (%s)",
    (_title, seen) => {
      expect(followed(aSession({ state }), seen, AT_END)).toEqual({
        session: aSession({
          state: "expired",
          closedAt: AT_END.toISOString(),
          closeDue: true,
          notification: { state: "expired", channel: "companyPortal", at: AT_END.toISOString() },
        }),
        action: "session.expire",
        reason: "time-is-up",
      });
    },
  );

  test("keeps what became of its notification when it expires", () => {
    const notification = { state: "sent", channel: "companyPortal", at: "2026-11-22T10:00:05.000Z" } as const;
    expect(followed(aSession({ state, notification }), undefined, AT_END)?.session.notification).toEqual(notification);
  });
});

describe("A session in progress whose time is up", () => {
  const session = aSession({ state: "inProgress" });

  test("is closed once the user has left", () => {
    expect(followed(session, aRemoteSession(), AT_END)).toMatchObject({
      session: { state: "closed", closeDue: true },
      action: "session.close",
      reason: "time-is-up",
    });
  });

  test("stays when TeamViewer does not list it: nobody knows whether somebody is in it", () => {
    expect(followed(session, undefined, AT_END)).toBeUndefined();
  });
});

describe("A request that died", () => {
  const requested = aSession({ state: "requested" });
  const lastMoment = new Date("2026-11-22T10:01:59.999Z");
  const givenUp = new Date("2026-11-22T10:02:00.000Z");

  test("may be taken up again for a minute after its lease", () => {
    expect(followed(requested, undefined, lastMoment)).toBeUndefined();
    expect(followed(requested, aRemoteSession(), lastMoment)).toBeUndefined();
  });

  test("has failed after that", () => {
    expect(followed(requested, undefined, givenUp)).toEqual({
      session: {
        ...requested,
        state: "failed",
        closedAt: givenUp.toISOString(),
        notification: { ...requested.notification, state: "expired", at: givenUp.toISOString() },
      },
      action: "session.fail",
      reason: "not-opened",
    });
  });

  test("leaves no session behind at TeamViewer", () => {
    const { code: _, ...withoutCode } = requested;
    expect(followed(withoutCode, aRemoteSession({ code: "s99-999-999" }), givenUp)?.session).toMatchObject({
      state: "failed",
      code: "s99-999-999",
      closeDue: true,
    });
  });
});

const anySeen = fc.option(
  fc.record({ state: fc.constantFrom("open" as const, "closed" as const, "unknown" as const), online: fc.boolean() }),
  { nil: undefined },
);
const anyTime = fc.date({
  min: new Date("2026-11-22T09:00:00Z"),
  max: new Date("2026-11-23T10:00:00Z"),
  noInvalidDate: true,
});

test("what is over stays as it is, whatever TeamViewer or the clock says", async () => {
  await fc.assert(
    fc.property(fc.constantFrom(...final), anySeen, anyTime, (state, seen, now) => {
      expect(followed(aSession({ state }), seen && aRemoteSession(seen), now)).toBeUndefined();
    }),
  );
});

test("only documented steps are taken, an end has its time, and looking again changes nothing more", async () => {
  const steps: Partial<Record<SessionState, readonly SessionState[]>> = {
    requested: ["failed"],
    open: ["inProgress", "closed", "expired"],
    accepted: ["inProgress", "closed", "expired"],
    inProgress: ["closed"],
  };
  await fc.assert(
    fc.property(fc.constantFrom(...sessionStates), anySeen, anyTime, (state, given, now) => {
      const seen = given && aRemoteSession(given);
      const after = followed(aSession({ state }), seen, now);
      if (!after) return;
      expect(steps[state]).toContain(after.session.state);
      expect(after.session.closedAt).toBe(after.session.state === "inProgress" ? undefined : now.toISOString());
      expect(followed(after.session, seen, now)).toBeUndefined();
    }),
    { numRuns: 1000 },
  );
});

test("A joined session that TeamViewer has not listed for a day after its time ends, so that none is followed for ever", () => {
  const session = aSession({ state: "inProgress" });
  const before = new Date(AT_END.getTime() + 24 * 60 * 60_000 - 1);
  const then = new Date(before.getTime() + 1);
  expect(followed(session, undefined, before)).toBeUndefined();
  expect(followed(session, undefined, then)).toMatchObject({
    session: { state: "closed", closeDue: true },
    action: "session.close",
    reason: "time-is-up",
  });
});
