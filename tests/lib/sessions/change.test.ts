import { expect, test } from "@jest/globals";
import { changeSession } from "../../../lib/sessions/change.ts";
import type { Owed } from "../../../lib/sessions/ports.ts";
import { aHelpdesk } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const { id: ID } = aSession();
const owed: Owed[] = [
  { kind: "notify", message: { v: 1, sessionId: ID, number: 1, attempt: 1, notAfter: aSession().expiresAt } },
];

function started() {
  const { sessions, ports, journal } = aHelpdesk();
  sessions.begin(aSession());
  return { sessions, store: ports.sessions, journal };
}

test("a decision is stored with what it owes, and told", async () => {
  const { sessions, store } = started();
  const answer = await changeSession(store, ID, (session) => ({ session: { ...session, state: "closed" }, owed }));
  expect(answer).toMatchObject({ session: aSession({ state: "closed" }), changed: true, owed });
  expect(answer.stored).toEqual(await store.find(ID));
  expect(sessions.get(ID)?.state).toBe("closed");
  expect(sessions.owed.map((each) => each.owed)).toEqual(owed);
});

test("a decision may owe nothing", async () => {
  const { store } = started();
  expect(await changeSession(store, ID, (session) => ({ session }))).toMatchObject({
    session: aSession(),
    changed: true,
    owed: [],
  });
});

test("no decision leaves the session as it is", async () => {
  const { store, journal } = started();
  expect(await changeSession(store, ID, () => undefined)).toMatchObject({
    session: aSession(),
    changed: false,
    owed: [],
  });
  expect(journal.calls).toEqual(["sessions.find"]);
});

test("what was read already is not read again", async () => {
  const { store, journal } = started();
  const known = await store.find(ID);
  journal.calls.splice(0);
  await changeSession(store, ID, (session) => ({ session }), known);
  expect(journal.calls).toEqual(["sessions.update"]);
});

test("when somebody was faster it is decided anew, about the session as it is then", async () => {
  const { sessions, store, journal } = started();
  const seen: string[] = [];
  journal.before("sessions.update", () => sessions.touch(ID, { state: "accepted" }));
  await changeSession(store, ID, (session) => {
    seen.push(session.state);
    return { session: { ...session, reason: "VPN" } };
  });
  expect(seen).toEqual(["open", "accepted"]);
  expect(sessions.get(ID)).toMatchObject({ state: "accepted", reason: "VPN" });
});

test("after five rounds it gives up for now", async () => {
  const { store, journal } = started();
  journal.instead("sessions.update", async () => undefined, 9);
  await expect(changeSession(store, ID, (session) => ({ session }))).rejects.toMatchObject({
    code: "upstream-unavailable",
    message: expect.stringMatching(/Try again/),
    retryAfterSeconds: 1,
  });
  expect(journal.countOf("sessions.update")).toBe(5);
});

test("a session that does not exist, or is gone at the second look, is not found", async () => {
  const { sessions, store, journal } = started();
  journal.before("sessions.update", () => sessions.delete(ID));
  await expect(changeSession(store, ID, (session) => ({ session }))).rejects.toMatchObject({
    code: "session-not-found",
  });
  await expect(changeSession(store, ID, (session) => ({ session }))).rejects.toMatchObject({
    code: "session-not-found",
  });
});
