import type { ReportRow } from "../sessions/report-row.ts";
import { csvOf } from "./csv.ts";

const columns = [
  "id",
  "state",
  "requestedBy",
  "deviceId",
  "deviceName",
  "requestedAt",
  "answeredAt",
  "closedAt",
  "startedAt",
  "endedAt",
  "connections",
  "minutes",
  "teamviewerUserId",
  "teamviewerUserName",
  "neverJoined",
  "unrequested",
] as const;

/** A line for each session, and for each connection that nobody requested. */
export const reportCsvOf = (rows: AsyncIterable<ReportRow>) =>
  csvOf(columns, rows, ({ device, teamviewerUser, ...row }) => {
    const flat: Record<string, string | number | boolean | undefined> = {
      ...row,
      deviceId: device?.id,
      deviceName: device?.name,
      teamviewerUserId: teamviewerUser?.id,
      teamviewerUserName: teamviewerUser?.name,
    };
    return columns.map((column) => (flat[column] === undefined ? undefined : String(flat[column])));
  });
