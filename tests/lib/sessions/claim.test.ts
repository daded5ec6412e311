import { describe, expect, test } from "@jest/globals";
import type { AuditSubject } from "../../../lib/audit/entry.ts";
import { claimAgain, inProgress, isSession } from "../../../lib/sessions/claim.ts";
import type { SessionStore, StoredSession } from "../../../lib/sessions/ports.ts";
import { type Session, sessionStates } from "../../../lib/sessions/session.ts";
import { aSession } from "./a-session.ts";

type Deps = Parameters<typeof claimAgain>[0];

const LEASE_END = new Date("2026-11-22T10:01:00.000Z");
const BEFORE_LEASE_END = new Date(LEASE_END.getTime() - 1);
const draft = aSession({ state: "requested", leaseUntil: "2026-11-22T10:02:00.000Z" });
const subject: AuditSubject = {
  actor: { id: "bruno", kind: "person" },
  action: "session.request",
  correlationId: "call-1",
};
const unused = () => Promise.reject(new Error("This must not be called."));

/** Asks again for `draft` while `stored` is in the store; `isTaken`: somebody else changes the row first. */
async function askAgain(
  stored: Session | undefined,
  { now = LEASE_END, isAudited = true, isTaken = false, asked = draft } = {},
) {
  const ended: unknown[] = [];
  const updates: { stored: StoredSession; session: Session }[] = [];
  const sessions: SessionStore = {
    create: unused,
    find: async (id) => (stored && id === draft.id ? { session: stored, etag: "1" } : undefined),
    update: async (before, session) => {
      updates.push({ stored: before, session });
      return isTaken ? undefined : { session, etag: "2" };
    },
    remove: unused,
    ids: () => {
      throw new Error("This must not be called.");
    },
    pending: unused,
    putInLists: unused,
    dropUnlisted: unused,
    settle: unused,
    dueLooks: unused,
    settleLook: unused,
    settleOpen: unused,
    dropBefore: unused,
  };
  const audit: Deps["audit"] = {
    intent: unused,
    outcome: async (of, ending) => {
      ended.push([of, ending]);
    },
    outcomeEntry: () => {
      throw new Error("This must not be called.");
    },
    begin: () => {
      throw new Error("This must not be called.");
    },
    append: unused,
  };
  const answer = await claimAgain({ sessions, audit, now: () => now }, asked, subject, isAudited).catch(
    (error: unknown) => error,
  );
  return { answer, ended, updates };
}

describe("The same request once more", () => {
  test.each(sessionStates.filter((state) => state !== "requested"))(
    "gets the session that it made, also when that is %s, and the audit says replayed",
    async (state) => {
      const session = aSession({ state });
      const { answer, ended, updates } = await askAgain(session, { now: BEFORE_LEASE_END });
      expect(answer).toEqual(session);
      expect(ended).toEqual([[subject, { result: "replayed" }]]);
      expect(updates).toEqual([]);
    },
  );

  test("waits while the first one may still be running, and is told for how long", async () => {
    const { answer, ended, updates } = await askAgain(aSession({ state: "requested" }), { now: BEFORE_LEASE_END });
    expect(answer).toMatchObject({ code: "request-in-progress", retryAfterSeconds: 2 });
    expect(ended).toEqual([[subject, { result: "refused", reason: "request-in-progress" }]]);
    expect(updates).toEqual([]);
  });

  test("goes on with a request that died, under a new lease, from what is stored", async () => {
    const died = aSession({ state: "requested", matchCode: "0007" });
    const { answer, ended, updates } = await askAgain(died);
    const resumed = { ...died, leaseUntil: draft.leaseUntil };
    expect(answer).toEqual({ session: resumed, etag: "2" });
    expect(updates).toEqual([{ stored: { session: died, etag: "1" }, session: resumed }]);
    // Its outcome comes from whoever goes on with it.
    expect(ended).toEqual([]);
  });

  test("waits when another was faster to go on with it", async () => {
    const { answer, ended, updates } = await askAgain(aSession({ state: "requested" }), { isTaken: true });
    expect(answer).toMatchObject({ code: "request-in-progress" });
    expect(ended).toEqual([[subject, { result: "refused", reason: "request-in-progress" }]]);
    expect(updates).toHaveLength(1);
  });

  test("waits when the row was taken back between two looks: the next try makes it anew", async () => {
    const { answer, updates } = await askAgain(undefined);
    expect(answer).toMatchObject({ code: "request-in-progress" });
    expect(updates).toEqual([]);
  });
});

describe("Another request with the same key", () => {
  const other = { ...draft, requestHash: "another" };

  test.each(sessionStates)("is refused, also while the first one is %s, and changes nothing", async (state) => {
    for (const now of [BEFORE_LEASE_END, LEASE_END]) {
      const { answer, ended, updates } = await askAgain(aSession({ state }), { now, asked: other });
      expect(answer).toMatchObject({
        code: "idempotency-key-reused",
        message: expect.stringMatching(/Idempotency-Key.*new/),
      });
      expect(ended).toEqual([[subject, { result: "refused", reason: "idempotency-key-reused" }]]);
      expect(updates).toEqual([]);
    }
  });
});

test("what has no intent in the audit gets no outcome there either", async () => {
  expect((await askAgain(aSession(), { isAudited: false })).ended).toEqual([]);
  expect((await askAgain(undefined, { isAudited: false })).ended).toEqual([]);
});

test("whoever has to wait is told to use the same key again", () => {
  expect(inProgress()).toMatchObject({
    code: "request-in-progress",
    retryAfterSeconds: 2,
    message: expect.stringContaining("same Idempotency-Key"),
  });
});

test("a finished session is told from a row that may be gone on with", () => {
  expect(isSession(aSession())).toBe(true);
  expect(isSession({ session: aSession(), etag: "1" })).toBe(false);
});
