import * as z from "zod";
import type { Action, AuditEntry } from "../audit/entry.ts";

/** What a webhook can be told, in the words of its subscribers. */
export const eventTypes = [
  "connector.connected",
  "connector.needs-consent",
  "connector.disconnected",
  "session.requested",
  "session.notified",
  "session.accepted",
  "session.declined",
  "session.joined",
  "session.closed",
  "session.expired",
  "session.failed",
  "session.reported",
] as const;
export type EventType = (typeof eventTypes)[number];

/** `webhook.test` is sent on request only; nobody subscribes to it. */
export const sentTypes = [...eventTypes, "webhook.test"] as const;

/** One event: ids, states and times, never a name, link or code. Its id is that of the audit entry it follows from. */
export const webhookEventSchema = z.strictObject({
  id: z.string().regex(/^\d{19}-[0-9a-f]{16}$/),
  type: z.enum(sentTypes),
  at: z.iso.datetime(),
  state: z.string().max(40).optional(),
  sessionId: z.string().max(64).optional(),
  deviceId: z.string().max(64).optional(),
  reason: z.string().max(200).optional(),
  /** In a `webhook.test` that asks a target for its consent: the answer must repeat it. */
  challenge: z.string().max(100).optional(),
});
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

type Meaning = { type: EventType; state: string };

/** Which transitions are events, and the state that each leads to. */
const meanings: Partial<Record<`${Action} ${NonNullable<AuditEntry["result"]>}`, Meaning>> = {
  "connector.confirm success": { type: "connector.connected", state: "connected" },
  "connector.needs-consent failed": { type: "connector.needs-consent", state: "needsConsent" },
  "connector.disconnect success": { type: "connector.disconnected", state: "notConnected" },
  "session.request success": { type: "session.requested", state: "open" },
  "notification.send success": { type: "session.notified", state: "sent" },
  "notification.teams success": { type: "session.notified", state: "sent" },
  "notification.email success": { type: "session.notified", state: "sent" },
  "session.accept success": { type: "session.accepted", state: "accepted" },
  "session.decline success": { type: "session.declined", state: "declined" },
  "session.join success": { type: "session.joined", state: "inProgress" },
  "session.close success": { type: "session.closed", state: "closed" },
  "session.expire success": { type: "session.expired", state: "expired" },
  "session.fail failed": { type: "session.failed", state: "failed" },
  "session.report success": { type: "session.reported", state: "reported" },
};

/** The event that an audit entry tells of; undefined for intents, refusals, replays and what nobody is told. */
export function eventOfEntry(entry: AuditEntry): WebhookEvent | undefined {
  const { id, at, action, phase, result, reason, sessionId, deviceId } = entry;
  const meaning = phase === "outcome" && result ? meanings[`${action} ${result}`] : undefined;
  // Cancelling an account that nobody had confirmed disconnects nothing.
  if (!meaning || (action === "connector.disconnect" && reason === "not-confirmed")) return undefined;
  return {
    id,
    ...meaning,
    at,
    ...(sessionId ? { sessionId } : {}),
    ...(deviceId ? { deviceId } : {}),
    ...(sessionId && reason ? { reason } : {}),
  };
}

/** The body that is sent: CloudEvents 1.0, structured JSON (github.com/cloudevents/spec, json-format.md). */
export function cloudEventOf({ id, type, at, sessionId, ...rest }: WebhookEvent, source: string): string {
  return JSON.stringify({
    specversion: "1.0",
    id,
    source,
    type,
    time: at,
    ...(sessionId ? { subject: sessionId } : {}),
    datacontenttype: "application/json",
    data: { ...(sessionId ? { sessionId } : {}), ...rest },
  });
}
