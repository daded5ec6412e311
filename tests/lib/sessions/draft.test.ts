import { describe, expect, test } from "@jest/globals";
import type { Principal } from "../../../lib/access/principal.ts";
import { draftOf, type SessionRequest } from "../../../lib/sessions/draft.ts";
import { requestHashOf, sessionIdOf } from "../../../lib/sessions/id.ts";
import { sessionSchema } from "../../../lib/sessions/session.ts";

const NOW = new Date("2026-11-22T10:00:00.000Z");
const agent: Principal = { id: "bruno", kind: "person", clientId: "portal", roles: [] };
const request: SessionRequest = { deviceId: "d1", reason: "VPN", ticket: "INC-1", language: "fr", notify: true };
const deps = { now: () => NOW, newMatchCode: () => "4831", sessionMinutes: 60, showAgentName: false };
const draft = (changes: Partial<SessionRequest> = {}, sessionMinutes = 60) =>
  draftOf({ ...deps, sessionMinutes }, agent, { ...request, ...changes }, "key");

describe("A session that was only asked for", () => {
  test("knows who asked for what, and nothing of the device but its id", () => {
    expect(draft()).toEqual({
      id: sessionIdOf(agent, "key"),
      state: "requested",
      requestHash: requestHashOf(request),
      requestedBy: "bruno",
      requestedByKind: "person",
      requestedAt: "2026-11-22T10:00:00.000Z",
      expiresAt: "2026-11-22T11:00:00.000Z",
      leaseUntil: "2026-11-22T10:00:45.000Z",
      device: { id: "d1", name: "", platform: "unknown", userName: "" },
      reason: "VPN",
      ticket: "INC-1",
      language: "fr",
      matchCode: "4831",
      notification: { state: "queued" },
      notificationCount: 0,
    });
  });

  test("can be stored as it is", () => {
    expect(sessionSchema.parse(draft())).toEqual(draft());
  });

  test("lasts as long as the settings say", () => {
    expect(draft({}, 5).expiresAt).toBe("2026-11-22T10:05:00.000Z");
    expect(draft({}, 1440).expiresAt).toBe("2026-11-23T10:00:00.000Z");
  });

  test("holds the first name of the person who asks only where users are to read it", () => {
    const named = (showAgentName: boolean, firstName?: string) =>
      draftOf({ ...deps, showAgentName }, { ...agent, ...(firstName ? { firstName } : {}) }, request, "key");
    expect(named(true, "Bruno")).toEqual({ ...draft(), agentName: "Bruno" });
    expect([named(false, "Bruno"), named(true)]).toEqual([draft(), draft()]);
    expect(sessionSchema.parse(named(true, "Bruno"))).toEqual(named(true, "Bruno"));
  });

  test("has no notification when the agent wants none", () => {
    expect(draft({ notify: false }).notification).toEqual({ state: "none" });
  });

  test("is another request when anything of it differs, notification included", () => {
    const hashes = [
      {},
      { deviceId: "d2" },
      { reason: "x" },
      { ticket: "x" },
      { language: "en" },
      { notify: false },
    ].map((changes) => draft(changes).requestHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
