import * as z from "zod";
import { channels, platforms } from "../devices/device.ts";
import { connectionSchema } from "./connection.ts";

export const sessionStates = [
  "requested",
  "open",
  "accepted",
  "declined",
  "inProgress",
  "closed",
  "expired",
  "failed",
] as const;
export type SessionState = (typeof sessionStates)[number];

export const notificationStates = ["none", "queued", "sent", "unsupported", "failed", "unknown", "expired"] as const;

const trySchema = z.strictObject({
  channel: z.enum(channels),
  state: z.enum(["sent", "failed", "unknown"]),
  reason: z.string().optional(),
  at: z.iso.datetime(),
});
/** How one channel took a notification. */
export type Try = z.infer<typeof trySchema>;

const notificationSchema = z.strictObject({
  state: z.enum(notificationStates),
  channel: z.enum(channels).optional(),
  at: z.iso.datetime().optional(),
  reason: z.string().optional(),
  /** Each channel that was tried, in order, where one try alone does not tell it all. */
  tried: z.array(trySchema).optional(),
});
export type Notification = z.infer<typeof notificationSchema>;

/** What a user may say besides no: they did not ask for any help. */
const declineReasons = ["not-requested"] as const;

const deviceSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  platform: z.enum(platforms),
  userName: z.string(),
});

/** A session as it is stored. It holds no supporter link: TeamViewer is asked for it when its agent needs it. */
export const sessionSchema = z.object({
  id: z.string(),
  state: z.enum(sessionStates),
  requestHash: z.string(),
  requestedBy: z.string(),
  requestedByKind: z.enum(["person", "application"]),
  requestedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** While `requested`: until then the request that created the row is believed to be still running. */
  leaseUntil: z.iso.datetime(),
  device: deviceSchema,
  userId: z.string().optional(),
  reason: z.string().optional(),
  ticket: z.string().optional(),
  language: z.string().optional(),
  /** The first name of the person who asked, where the user is to read it. */
  agentName: z.string().optional(),
  matchCode: z.string(),
  code: z.string().optional(),
  endCustomerUrl: z.string().optional(),
  answeredAt: z.iso.datetime().optional(),
  closedAt: z.iso.datetime().optional(),
  /** Why the user declined, where it is more than a no. */
  declineReason: z.enum(declineReasons).optional(),
  /** TeamViewer's connections, once it reported them; none: nobody ever joined. */
  connections: z.array(connectionSchema).optional(),
  /** Who was connected, by TeamViewer's own id; names are looked up when they are shown. */
  teamviewerUserId: z.string().optional(),
  /** The connection to TeamViewer that the session was made through: another account does not report on it. */
  connectionId: z.string().optional(),
  /** TeamViewer still has to be told that the session is over. */
  closeDue: z.boolean().optional(),
  notification: notificationSchema,
  notificationCount: z.number().int(),
  /** Hashes of the Idempotency-Keys that asked for further notifications. */
  askKeys: z.array(z.string()).optional(),
});
export type Session = z.infer<typeof sessionSchema>;

/** A session as callers see it. `supporterUrl` is a key to the session: only the one who asked for it gets it. */
export const sessionViewSchema = z
  .strictObject({
    id: z.string(),
    state: z.enum(sessionStates),
    device: deviceSchema,
    code: z.string(),
    supporterUrl: z.url().optional(),
    endCustomerUrl: z.string(),
    matchCode: z.string(),
    reason: z.string().optional(),
    ticket: z.string().optional(),
    requestedBy: z.string(),
    requestedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    answeredAt: z.iso.datetime().optional(),
    closedAt: z.iso.datetime().optional(),
    declineReason: z.enum(declineReasons).optional(),
    /** Missing until TeamViewer's report was read, at most a day after the end; empty when nobody ever joined. */
    connections: z.array(connectionSchema).optional(),
    notification: notificationSchema,
  })
  .meta({ id: "Session" });
export type SessionView = z.infer<typeof sessionViewSchema>;

const finalStates: readonly SessionState[] = ["declined", "closed", "expired", "failed"];

export const isFinal = ({ state }: Pick<Session, "state">) => finalStates.includes(state);

/** States in which a TeamViewer session stands behind ours and people may still join it. */
export const isLive = ({ state }: Pick<Session, "state">) =>
  state === "open" || state === "accepted" || state === "inProgress";

/** The session as callers see it, field by field. */
export function viewOfSession(session: Session, supporterUrl?: string): SessionView {
  return {
    id: session.id,
    state: session.state,
    device: session.device,
    code: session.code ?? "",
    ...(supporterUrl ? { supporterUrl } : {}),
    endCustomerUrl: session.endCustomerUrl ?? "",
    matchCode: session.matchCode,
    ...(session.reason ? { reason: session.reason } : {}),
    ...(session.ticket ? { ticket: session.ticket } : {}),
    requestedBy: session.requestedBy,
    requestedAt: session.requestedAt,
    expiresAt: session.expiresAt,
    ...(session.answeredAt ? { answeredAt: session.answeredAt } : {}),
    ...(session.closedAt ? { closedAt: session.closedAt } : {}),
    ...(session.declineReason ? { declineReason: session.declineReason } : {}),
    ...(session.connections ? { connections: session.connections } : {}),
    notification: session.notification,
  };
}
