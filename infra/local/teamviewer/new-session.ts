import { randomInt } from "node:crypto";
import type { z } from "zod";
import { type Account, colleaguesOf } from "./accounts.ts";
import { resolveGroup } from "./groups.ts";
import type { Realm } from "./realm.ts";
import { badRequest, Refusal } from "./refusal.ts";
import type { newSession } from "./session-fields.ts";
import { isOnline } from "./session-life.ts";
import type { Session } from "./state.ts";

const DAY_MS = 86_400_000;
const SECRET_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

export function addSession(realm: Realm, account: Account, asked: z.infer<typeof newSession>): Session {
  requireLicence(realm, account);
  const nowMs = wholeSecondMs(realm.now().getTime());
  const validUntilMs = asked.valid_until ? wholeSecondMs(Date.parse(asked.valid_until)) : nowMs + DAY_MS;
  if (validUntilMs <= nowMs) throw badRequest("valid_until has passed");
  const assignedUserid = asked.assigned_userid ?? account.userid;
  requireColleague(account, assignedUserid);
  const group = resolveGroup(realm, account, asked);
  if (!group) throw badRequest("Missing parameter: groupid or groupname");

  const state = realm.kept.value;
  state.sessionsMade += 1;
  const session: Session = {
    number: state.sessionsMade,
    code: freshCode(state.sessions),
    secret: Array.from({ length: 12 }, () => SECRET_LETTERS[randomInt(SECRET_LETTERS.length)]).join(""),
    ownerUserid: account.userid,
    state: "Open",
    isCustomerThere: false,
    groupid: group.id,
    createdAtMs: nowMs,
    validUntilMs,
    assignedUserid,
    assignedAtMs: nowMs,
    supportSessionType: asked.support_session_type ?? "Default",
    description: asked.description,
    waitingMessage: asked.waiting_message,
    endCustomer: asked.end_customer,
    customApi: asked.custom_api,
  };
  state.sessions.push(session);
  realm.kept.save();
  return session;
}

/** `u0` is nobody: the session is unassigned. */
export function requireColleague(account: Account, userid: string) {
  if (userid === "u0" || colleaguesOf(account).some((user) => user.userid === userid)) return;
  throw badRequest("assigned_userid names no user of this company");
}

/** The one error that is known to come as plain text. */
function requireLicence(realm: Realm, { userid }: Account) {
  if (realm.concurrentSessions === undefined) return;
  const used = realm.kept.value.sessions.filter(
    (session) => session.ownerUserid === userid && isOnline(realm, session),
  );
  if (used.length < realm.concurrentSessions) return;
  throw new Refusal({
    status: 400,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: "The session cannot be created due to license limitations.",
  });
}

function freshCode(sessions: Session[]): string {
  const digits = String(randomInt(10_000_000, 100_000_000));
  const code = `s${digits.slice(0, 2)}-${digits.slice(2, 5)}-${digits.slice(5)}`;
  return sessions.some((session) => session.code === code) ? freshCode(sessions) : code;
}

const wholeSecondMs = (timeMs: number) => Math.floor(timeMs / 1000) * 1000;
