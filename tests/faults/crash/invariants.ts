import type { AuditEntry } from "../../../lib/audit/entry.ts";
import { isFinal, isLive } from "../../../lib/sessions/session.ts";
import type { Trace } from "./trace.ts";

/** A broken promise; its first word says how: lost, doubled or stuck. */
export type Broken = `${"lost" | "doubled" | "stuck"}: ${string}`;

const PATIENCE_MS = 2 * 60_000;

/** What must be so at every moment, also when a process has just died. */
export function brokenAtAnyMoment(trace: Trace): Broken[] {
  const { audit, opened, sends, exchanges, refreshes, revokes, remotes, ledger } = trace;
  const intents = (action: AuditEntry["action"], about: Partial<AuditEntry> = {}) =>
    audit.filter(
      (entry) =>
        entry.action === action &&
        entry.phase === "intent" &&
        Object.entries(about).every(([name, value]) => entry[name as keyof AuditEntry] === value),
    ).length;
  const broken: Broken[] = [];

  for (const sessionId of opened)
    if (!sessionId || intents("session.request", { sessionId }) === 0)
      broken.push(`lost: a TeamViewer session was asked for without an intent in the audit`);
  for (const deviceId of new Set(sends)) {
    const count = sends.filter((each) => each === deviceId).length;
    if (intents("notification.send", { deviceId: deviceId ?? "" }) < count)
      broken.push("lost: a notification was sent without an intent in the audit");
    const keys = ledger.filter(({ partitionKey }) => partitionKey === deviceId).length;
    if (count > keys) broken.push(`doubled: ${count} notifications were sent for ${keys} that were asked for`);
  }
  if (exchanges > intents("connector.connect")) broken.push("lost: a code was exchanged without an intent");
  if (refreshes > 0 && intents("connector.refresh") + intents("connector.disconnect") === 0)
    broken.push("lost: a refresh without an intent");
  const ends = ["connector.disconnect", "connector.confirm", "connector.forget"] as const;
  // A connection that came to nothing takes its own tokens back.
  const connected = audit.filter(({ action, result }) => action === "connector.connect" && result === "success").length;
  const isTakenBack = intents("connector.connect") > connected;
  if (revokes > 0 && !isTakenBack && ends.every((action) => intents(action) === 0))
    broken.push("lost: a revocation without an intent");
  for (const ourId of new Set(remotes.map((remote) => remote.ourId)))
    if (remotes.filter((remote) => remote.ourId === ourId).length > 1)
      broken.push("doubled: two TeamViewer sessions were made for one request");

  const outcomes = audit.filter(({ phase }) => phase === "outcome");
  for (const { actor, action, correlationId, sessionId } of outcomes)
    if (actor.kind !== "system" && intents(action, { correlationId, ...(sessionId ? { sessionId } : {}) }) === 0)
      broken.push(`lost: ${action} has no intent in the audit`);
  const keyOf = ({ correlationId, action, sessionId }: AuditEntry) => [correlationId, action, sessionId].join(" ");
  const keys = outcomes.map(keyOf);
  const begun = audit.filter(({ phase }) => phase === "intent").map(keyOf);
  const succeeded = outcomes.filter(({ result }) => result === "success").map(keyOf);
  const countOf = (all: readonly string[], key: string) => all.filter((each) => each === key).length;
  // A message that comes again is handled again, each time with an intent and an outcome; it succeeds once.
  for (const key of new Set(keys))
    if (countOf(keys, key) > Math.max(1, countOf(begun, key)) || countOf(succeeded, key) > 1)
      broken.push(`doubled: outcomes in the audit of ${key}`);
  return broken;
}

/** What must be so once the timers ran for three minutes. */
export function brokenAfterRecovery(trace: Trace): Broken[] {
  const { sessions, owed, openMarkers, remotes, connections, nowMs } = trace;
  const broken = brokenAtAnyMoment(trace);
  const isOld = (at: unknown) => nowMs - Date.parse(String(at)) > PATIENCE_MS;

  // While TeamViewer cannot be asked, a request that may have left a session there is not given up before that would end.
  const canAsk = connections.some(({ status }) => status === "connected");
  for (const { state, requestedAt, notification } of sessions) {
    if (state === "requested" && isOld(requestedAt) && canAsk) broken.push("stuck: a session stays requested");
    if (notification.state === "queued" && state !== "requested" && isOld(notification.at ?? requestedAt))
      broken.push(`stuck: the notification of a session that is ${state} stays queued`);
  }
  for (const { at, rowKey } of owed) if (isOld(at)) broken.push(`stuck: ${rowKey} stays owed`);
  for (const { rowKey } of openMarkers) {
    const session = sessions.find(({ id }) => rowKey === `open~${id}`);
    if (!session || isFinal(session)) broken.push("stuck: a session that is over is still followed");
  }
  for (const { code, state, ourId } of remotes) {
    const session = sessions.find(({ id }) => id === ourId);
    if (state === "Open" && !(session && isLive(session) && session.code === code))
      broken.push(`stuck: a TeamViewer session stays open behind a session that is ${session?.state ?? "gone"}`);
  }
  for (const { id, state } of sessions)
    for (const action of successesOf(state)) broken.push(...exactlyOne(trace, action, id));

  return broken;
}

/** The outcomes that a session in this state must have in the audit. */
function successesOf(state: string): AuditEntry["action"][] {
  if (state === "open") return ["session.request"];
  if (state === "accepted") return ["session.request", "session.accept"];
  if (state === "declined") return ["session.request", "session.decline"];
  if (state === "closed") return ["session.request", "session.close"];
  if (state === "expired") return ["session.request", "session.expire"];
  return [];
}

function exactlyOne({ audit }: Trace, action: AuditEntry["action"], sessionId: string): Broken[] {
  const found = audit.filter(
    (entry) => entry.action === action && entry.sessionId === sessionId && entry.result === "success",
  );
  if (found.length === 1) return [];
  return [`${found.length === 0 ? "lost" : "doubled"}: ${found.length} outcomes of ${action}`];
}

/** Intents whose outcome nobody wrote: the process that knew it died. */
export function openIntents({ audit }: Trace): number {
  const keyOf = ({ correlationId, action }: AuditEntry) => `${correlationId} ${action}`;
  const ended = new Set(audit.filter(({ phase }) => phase === "outcome").map(keyOf));
  return audit.filter((entry) => entry.phase === "intent" && !ended.has(keyOf(entry))).length;
}
