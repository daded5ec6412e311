import { describe, expect, test } from "@jest/globals";
import {
  isFinal,
  isLive,
  sessionSchema,
  sessionStates,
  sessionViewSchema,
  viewOfSession,
} from "../../../lib/sessions/session.ts";
import { aSession } from "./a-session.ts";

test("a session passes through these states, of which four are final and three can be joined", () => {
  expect(sessionStates).toEqual([
    "requested",
    "open",
    "accepted",
    "declined",
    "inProgress",
    "closed",
    "expired",
    "failed",
  ]);
  expect(sessionStates.filter((state) => isFinal({ state }))).toEqual(["declined", "closed", "expired", "failed"]);
  expect(sessionStates.filter((state) => isLive({ state }))).toEqual(["open", "accepted", "inProgress"]);
});

describe("Callers", () => {
  const shown = {
    id: "0123456789abcdef0123456789abcdef",
    state: "open",
    device: { id: "d0000000-0000-4000-8000-000000000001", name: "PHONE-ANA", platform: "ios", userName: "Ana" },
    code: "s12-345-678",
    endCustomerUrl: "https://get.teamviewer.com/s12345678",
    matchCode: "4831",
    requestedBy: "10000000-0000-4000-8000-000000000002",
    requestedAt: "2026-11-22T10:00:00.000Z",
    expiresAt: "2026-11-22T11:00:00.000Z",
    notification: { state: "queued", channel: "companyPortal", at: "2026-11-22T10:00:01.000Z" },
  };
  const answered = {
    reason: "VPN",
    ticket: "INC-1",
    answeredAt: "2026-11-22T10:01:00.000Z",
    closedAt: "2026-11-22T10:02:00.000Z",
  };

  test("see these fields and none of how we keep it", () => {
    const kept = { language: "fr", closeDue: true, askKeys: ["x"] };
    expect(viewOfSession(aSession(kept))).toEqual(shown);
    expect(viewOfSession(aSession({ ...kept, ...answered }))).toEqual({ ...shown, ...answered });
  });

  test("see the supporter's link only when it is handed in", () => {
    const supporterUrl = "https://start.teamviewer.com/secret";
    expect(viewOfSession(aSession())).not.toHaveProperty("supporterUrl");
    expect(viewOfSession(aSession(), supporterUrl)).toEqual({ ...shown, supporterUrl });
  });

  test("see a request that is not open yet with an empty code and link", () => {
    const { code: _, endCustomerUrl: __, ...requested } = aSession({ state: "requested" });
    expect(viewOfSession(requested)).toMatchObject({ state: "requested", code: "", endCustomerUrl: "" });
  });

  test("get what the documented schema says", () => {
    const view = viewOfSession(aSession(answered), "https://start.teamviewer.com/secret");
    expect(sessionViewSchema.parse(view)).toEqual(view);
  });
});

test("a stored session never holds a supporter link, even if a row had one", () => {
  const stored = sessionSchema.parse({ ...aSession(), supporterUrl: "https://start.teamviewer.com/secret" });
  expect(stored).toEqual(aSession());
});
