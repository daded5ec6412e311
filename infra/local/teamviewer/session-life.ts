import { randomInt, randomUUID } from "node:crypto";
import type { Realm } from "./realm.ts";
import type { Session } from "./state.ts";

/**
 * Whether the code still works. What happens at `valid_until` is not documented: here the code is dead from then on
 * (not online, nobody can join), but `state` stays "Open" until somebody closes the session.
 */
export function isUsable(realm: Realm, session: Session): boolean {
  return session.state === "Open" && realm.now().getTime() < session.validUntilMs;
}

/** The API's `online`: the end customer opened the link and waits. */
export function isOnline(realm: Realm, session: Session): boolean {
  return session.isCustomerThere && isUsable(realm, session);
}

export function setCustomerThere(realm: Realm, session: Session, isThere: boolean): boolean {
  if (isThere && !isUsable(realm, session)) return false;
  session.isCustomerThere = isThere;
  if (!isThere) endConnection(realm, session);
  realm.kept.save();
  return true;
}

/** The supporter joins; joining twice is one connection. */
export function startConnection(realm: Realm, session: Session): boolean {
  if (session.connection) return true;
  if (!isOnline(realm, session)) return false;
  const userid = session.assignedUserid === "u0" ? session.ownerUserid : session.assignedUserid;
  const deviceid = `d${randomInt(100_000_000, 1_000_000_000)}`;
  session.connection = { userid, deviceid, startedAtMs: realm.now().getTime() };
  realm.kept.save();
  return true;
}

/** Each connection that ends is one record of the report. */
export function endConnection(realm: Realm, session: Session): boolean {
  const { connection, ...rest } = session;
  if (!connection) return false;
  session.connection = undefined;
  const endedAtMs = realm.now().getTime();
  realm.kept.value.connections.push({
    id: randomUUID(),
    ownerUserid: rest.ownerUserid,
    ...connection,
    devicename: rest.endCustomer?.name,
    endedAtMs,
    session: rest,
  });
  realm.kept.save();
  return true;
}

/** No new connection from now on; one that runs is not cut. */
export function closeSession(realm: Realm, session: Session) {
  if (session.state === "Closed") return;
  session.state = "Closed";
  session.closedAtMs = realm.now().getTime();
  realm.kept.save();
}

export function reopenSession(realm: Realm, session: Session) {
  if (session.state === "Open") return;
  session.state = "Open";
  session.closedAtMs = undefined;
  session.isCustomerThere = false;
  realm.kept.save();
}
