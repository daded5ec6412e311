import type { Owed, StoredSession } from "../../sessions/ports.ts";
import { isFinal, isLive, type Session, sessionSchema } from "../../sessions/session.ts";
import type { Row } from "./table.ts";

/** Sessions are spread over so many partitions; the id alone tells which, so a replay finds its row on any day. */
const SHARDS = 4;
export const shardOf = (id: string) => `s${Number.parseInt(id.slice(0, 1), 16) % SHARDS}`;

export const shards = () => Array.from({ length: SHARDS }, (_, index) => `s${index}`);

export function rowOf(session: Session) {
  return {
    partitionKey: shardOf(session.id),
    rowKey: session.id,
    state: session.state,
    session: JSON.stringify(session),
  };
}

export function markerOf({ id, requestedAt, requestedBy, device }: Session) {
  return { partitionKey: shardOf(id), at: requestedAt, requestedBy, deviceId: device.id };
}

/** Stands until it is seen that the session is over. It tells until when only TeamViewer or a person moves the session on. */
export function openRowOf(session: Session) {
  const isQuiet = isLive(session) && !session.closeDue;
  return {
    ...markerOf(session),
    rowKey: `open~${session.id}`,
    ...(isQuiet ? { quietUntil: session.expiresAt } : {}),
    ...(isQuiet && session.state === "inProgress" ? { isJoined: true } : {}),
    ...(isFinal(session) && !session.closeDue ? { isOver: true } : {}),
  };
}

export function storedOf(row: Row): StoredSession {
  return { session: sessionSchema.parse(JSON.parse(String(row.session))), etag: row.etag };
}

export function owedRowOf(sessionId: string, owed: Owed, at: string) {
  const name = owed.kind === "audit" ? owed.entry.id : notifyName(owed.message.number);
  return { partitionKey: shardOf(sessionId), rowKey: `owed~${sessionId}~${name}`, at, owed: JSON.stringify(owed) };
}

const notifyName = (number: number) => `notify-${number}`;

/** Whether this change ends the notification: then its message is no longer owed, and nobody need look. */
export const isNotified = (before: Session, after: Session) =>
  before.notification.state === "queued" && before.notificationCount > 0 && after.notification.state !== "queued";

/** In place of the message that was owed. */
export const doneRowOf = ({ id, notificationCount }: Session, at: string) => ({
  partitionKey: shardOf(id),
  rowKey: `owed~${id}~${notifyName(notificationCount)}`,
  at,
});
