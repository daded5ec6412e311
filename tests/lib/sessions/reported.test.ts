import { describe, expect, test } from "@jest/globals";
import { reasonOf } from "../../../lib/sessions/connection.ts";
import { withConnections } from "../../../lib/sessions/reported.ts";
import { viewOfSession } from "../../../lib/sessions/session.ts";
import { aSession } from "./a-session.ts";

const connection = (start: string, end: string, userId?: string) => ({
  id: `${start}-${end}`,
  startedAt: `2026-11-22T${start}.000Z`,
  endedAt: `2026-11-22T${end}.000Z`,
  userId,
  userName: "Bruno Agent",
});

describe("What TeamViewer reports of a session", () => {
  test("becomes its connections, oldest first, in whole minutes", () => {
    const reported = [connection("10:20:00", "10:50:29"), connection("10:00:00", "10:03:30")];
    expect(withConnections(aSession(), reported).connections).toEqual([
      { startedAt: "2026-11-22T10:00:00.000Z", endedAt: "2026-11-22T10:03:30.000Z", minutes: 4 },
      { startedAt: "2026-11-22T10:20:00.000Z", endedAt: "2026-11-22T10:50:29.000Z", minutes: 30 },
    ]);
  });

  test("tells by id who was connected longest, never by name", () => {
    const reported = [connection("10:00:00", "10:01:00", "u1"), connection("10:02:00", "10:09:00", "u2")];
    const session = withConnections(aSession(), reported);
    expect(session.teamviewerUserId).toBe("u2");
    expect(JSON.stringify(session)).not.toContain("Bruno");
  });

  test("is bounded, so that its row can be stored", () => {
    const reported = Array.from({ length: 150 }, () => connection("10:00:00", "10:01:00"));
    expect(withConnections(aSession(), reported).connections).toHaveLength(100);
  });

  test("with a clock that went back counts nothing", () => {
    const [only] = withConnections(aSession(), [connection("10:05:00", "10:00:00")]).connections ?? [];
    expect(only?.minutes).toBe(0);
  });

  test("is shown once it is known, also that there was nothing", () => {
    expect(viewOfSession(aSession())).not.toHaveProperty("connections");
    expect(viewOfSession(withConnections(aSession(), [])).connections).toEqual([]);
    const view = viewOfSession(withConnections(aSession(), [connection("10:00:00", "10:01:00", "u1")]));
    expect(view.connections).toHaveLength(1);
    expect(view).not.toHaveProperty("teamviewerUserId");
  });

  test.each([
    [[], "never-joined"],
    [[1], "1 connection, 1 minute"],
    [[0], "1 connection, 0 minutes"],
    [[4, 30], "2 connections, 34 minutes"],
  ])("is told as counts: %j is %s", (minutes, reason) => {
    expect(reasonOf(minutes.map((each) => ({ startedAt: "", endedAt: "", minutes: each })))).toBe(reason);
  });
});
