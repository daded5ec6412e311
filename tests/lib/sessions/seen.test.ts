import { describe, expect, test } from "@jest/globals";
import type { RemoteSession } from "../../../lib/sessions/ports.ts";
import { makeSeen, nobodySeen } from "../../../lib/sessions/seen.ts";
import { aRemoteSession, aSession } from "./a-session.ts";

const { id, expiresAt } = aSession();
const { code: _code, ...requested } = aSession({ state: "requested" });
const now = new Date("2026-11-22T10:30:00.000Z");
const open = { sessionId: id, at: now, quietUntil: new Date(expiresAt), isJoined: false, isOver: false };

describe("TeamViewer's list", () => {
  test("finds an opened session by its code, whatever else has its id", () => {
    const seen = makeSeen([aRemoteSession({ code: "s9" }), aRemoteSession({ ourId: undefined, online: true })]);
    expect(seen.of(aSession())?.online).toBe(true);
  });

  test("finds a session that has no code yet by our id, the first that has it", () => {
    const seen = makeSeen([aRemoteSession({ code: "s8", ourId: "another" }), aRemoteSession({ code: "s9" })]);
    expect(seen.of(requested)?.code).toBe("s9");
    expect(makeSeen([aRemoteSession({ code: "s7" }), aRemoteSession({ code: "s9" })]).of(requested)?.code).toBe("s7");
    expect(
      makeSeen([aRemoteSession({ code: "s9" }), aRemoteSession({ code: "s9", online: true })]).of(requested)?.online,
    ).toBe(false);
  });

  test("finds nobody who is not in it", () => {
    expect(makeSeen([aRemoteSession({ code: "s9", ourId: undefined })]).of(aSession())).toBeUndefined();
    expect(nobodySeen.of(aSession())).toBeUndefined();
  });
});

describe("A session's row need not be read", () => {
  test("while it stands open at TeamViewer, nobody joined, and its time is not over", () => {
    expect(makeSeen([aRemoteSession()]).isQuiet(open, now)).toBe(true);
  });

  test("while somebody who is known to have joined is in it, as long as that takes", () => {
    const joined = { ...open, isJoined: true };
    for (const quietUntil of [open.quietUntil, now])
      expect(makeSeen([aRemoteSession({ online: true })]).isQuiet({ ...joined, quietUntil }, now)).toBe(true);
    expect(makeSeen([aRemoteSession({ state: "closed", online: true })]).isQuiet(joined, now)).toBe(false);
  });

  test.each<[string, RemoteSession[]]>([
    ["somebody joined", [aRemoteSession({ online: true })]],
    ["it is closed there", [aRemoteSession({ state: "closed" })]],
    ["its state there is not known", [aRemoteSession({ state: "unknown" })]],
    ["a second one has its id", [aRemoteSession(), aRemoteSession({ code: "s9", state: "closed" })]],
    ["it is not there", [aRemoteSession({ ourId: "another" })]],
  ])("but when %s", (_title, remotes) => {
    expect(makeSeen(remotes).isQuiet(open, now)).toBe(false);
  });

  test.each([
    ["its time is over", { ...open, quietUntil: now }],
    ["it may be in the middle of something", { ...open, quietUntil: undefined }],
  ])("but when %s, TeamViewer seen or not", (_title, moved) => {
    expect([makeSeen([aRemoteSession()]), nobodySeen].map((seen) => seen.isQuiet(moved, now))).toEqual([false, false]);
  });

  test("while TeamViewer cannot be asked and its time is not over", () => {
    expect(nobodySeen.isQuiet(open, now)).toBe(true);
  });
});
