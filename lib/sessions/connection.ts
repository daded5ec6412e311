import * as z from "zod";

/** One connection of a session, as TeamViewer reports it once it ended. */
export const connectionSchema = z.strictObject({
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  minutes: z.number().int().min(0),
});
export type Connection = z.infer<typeof connectionSchema>;

export type Times = Pick<Connection, "startedAt" | "endedAt">;

export const lengthMs = ({ startedAt, endedAt }: Times) => Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));

/** Whole minutes, rounded. */
export const minutesOf = (times: Times) => Math.round(lengthMs(times) / 60_000);

export const totalMinutes = (connections: readonly Connection[]) =>
  connections.reduce((sum, { minutes }) => sum + minutes, 0);

/** `2 connections, 34 minutes`, or `never-joined`: how the audit tells it. */
export function reasonOf(connections: readonly Connection[]): string {
  if (connections.length === 0) return "never-joined";
  return `${counted(connections.length, "connection")}, ${counted(totalMinutes(connections), "minute")}`;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
