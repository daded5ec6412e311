import * as z from "zod";
import { minutesOf, totalMinutes } from "./connection.ts";
import type { ReportedConnection } from "./ports.ts";
import { type Session, sessionStates } from "./session.ts";

/** One line of the report: a session with what became of it, or a connection that nobody asked for here. */
export const reportRowSchema = z
  .strictObject({
    /** The session's id; of a connection that nobody asked for, TeamViewer's. */
    id: z.string(),
    state: z.enum(sessionStates).optional(),
    requestedBy: z.string().optional(),
    device: z.strictObject({ id: z.string().optional(), name: z.string() }).optional(),
    requestedAt: z.iso.datetime().optional(),
    answeredAt: z.iso.datetime().optional(),
    closedAt: z.iso.datetime().optional(),
    /** When the first connection began and the last one ended. */
    startedAt: z.iso.datetime().optional(),
    endedAt: z.iso.datetime().optional(),
    /** How many connections there were, and their minutes together; missing until TeamViewer reported it. */
    connections: z.number().int().optional(),
    minutes: z.number().int().optional(),
    /** Who really connected: the TeamViewer user, by name where TeamViewer tells it. */
    teamviewerUser: z.strictObject({ id: z.string(), name: z.string().optional() }).optional(),
    neverJoined: z.literal(true).optional(),
    unrequested: z.literal(true).optional(),
  })
  .meta({ id: "SessionReportRow" });
export type ReportRow = z.infer<typeof reportRowSchema>;

export function rowOfSession(session: Session, nameOf: (userId: string) => string | undefined): ReportRow {
  const { id, state, requestedBy, device, requestedAt, answeredAt, closedAt, connections } = session;
  return {
    id,
    state,
    requestedBy,
    device: { id: device.id, name: device.name },
    requestedAt,
    ...(answeredAt ? { answeredAt } : {}),
    ...(closedAt ? { closedAt } : {}),
    ...(connections ? countsOf(connections) : {}),
    ...userOf(session.teamviewerUserId, nameOf(session.teamviewerUserId ?? "")),
    ...(connections?.length === 0 ? { neverJoined: true } : {}),
  };
}

export function rowOfConnection({
  id,
  startedAt,
  endedAt,
  userId,
  userName,
  deviceName,
}: ReportedConnection): ReportRow {
  return {
    id,
    ...(deviceName ? { device: { name: deviceName } } : {}),
    ...countsOf([{ startedAt, endedAt, minutes: minutesOf({ startedAt, endedAt }) }]),
    ...userOf(userId, userName),
    unrequested: true,
  };
}

function countsOf(connections: NonNullable<Session["connections"]>) {
  const [first] = connections;
  const endedAt = connections
    .map((each) => each.endedAt)
    .toSorted()
    .at(-1);
  return {
    ...(first && endedAt ? { startedAt: first.startedAt, endedAt } : {}),
    connections: connections.length,
    minutes: totalMinutes(connections),
  };
}

function userOf(id: string | undefined, name: string | undefined): Pick<ReportRow, "teamviewerUser"> {
  return id ? { teamviewerUser: { id, ...(name ? { name } : {}) } } : {};
}
