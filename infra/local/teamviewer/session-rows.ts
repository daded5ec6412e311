import { isoSeconds, type Realm } from "./realm.ts";
import { isOnline } from "./session-life.ts";
import type { Session } from "./state.ts";

/** The API writes `s12-345-678` what links write `s12345678`. */
export function linkCode({ code }: Session): string {
  return code.replaceAll("-", "");
}

export function shortRow(realm: Realm, session: Session) {
  return {
    code: session.code,
    state: session.state,
    online: isOnline(realm, session),
    groupid: session.groupid,
    support_session_type: session.supportSessionType,
  };
}

/** What `POST /sessions` answers: no `online`, no `custom_api`. */
export function createdRow(realm: Realm, session: Session) {
  return {
    code: session.code,
    state: session.state,
    groupid: session.groupid,
    waiting_message: session.waitingMessage,
    description: session.description,
    end_customer: session.endCustomer,
    assigned_userid: session.assignedUserid,
    assigned_at: isoSeconds(session.assignedAtMs),
    ...links(realm, session),
    created_at: isoSeconds(session.createdAtMs),
    valid_until: isoSeconds(session.validUntilMs),
  };
}

export function fullRow(realm: Realm, session: Session) {
  return {
    ...shortRow(realm, session),
    ...createdRow(realm, session),
    custom_api: session.customApi,
    closed_at: session.closedAtMs === undefined ? undefined : isoSeconds(session.closedAtMs),
  };
}

/** The shapes of get.teamviewer.com: the end customer's carries the code alone, the supporter's a secret too. */
function links({ origin }: Realm, session: Session) {
  const end_customer_link = `${origin}/${linkCode(session)}`;
  const supporter_link = `${end_customer_link}-${session.secret}`;
  const webclient_supporter_link = `${origin}/webclient/${linkCode(session)}-${session.secret}`;
  return { end_customer_link, supporter_link, webclient_supporter_link };
}
