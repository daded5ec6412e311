import { expect, test } from "@jest/globals";
import { notifyKeysOf } from "../../../lib/sessions/id.ts";
import { aHelpdesk, START } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const DAY_MS = 24 * 60 * 60_000;
const daysAgo = (days: number, ms = 0) => new Date(START - days * DAY_MS + ms).toISOString();

test("sessions of more than 90 days are deleted, with what is known of each of their notifications through any channel", async () => {
  const { retain, sessions, ledger, journal } = aHelpdesk();
  const old = aSession({ id: "old", requestedAt: daysAgo(90, -1), notificationCount: 2 });
  sessions.begin(old);
  sessions.begin(aSession({ id: "just", requestedAt: daysAgo(90), notificationCount: 1 }));
  journal.before("ledger.forget", () => expect(sessions.get("old")).toBeDefined());
  await retain();
  expect(sessions.all().map(({ id }) => id)).toEqual(["just"]);
  expect(ledger.forgotten).toEqual(
    [1, 2].flatMap((number) => notifyKeysOf({ sessionId: "old", number }).map((key) => `${old.device.id} ${key}`)),
  );
});

test("audit months are dropped that ended more than 24 months ago", async () => {
  const { retain, dropped, advance } = aHelpdesk();
  await retain();
  advance(Date.parse("2027-01-31T23:59:59.999Z") - START);
  await retain();
  expect(dropped.map((day) => day.toISOString())).toEqual(["2024-11-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z"]);
});
