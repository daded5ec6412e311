import { lengthMs, minutesOf } from "./connection.ts";
import type { ReportedConnection } from "./ports.ts";
import type { Session } from "./session.ts";

/** The row of a session holds 32,000 characters in a text; nobody joins a session so often. */
const MOST_CONNECTIONS = 100;

/** The session with what TeamViewer reports of it, oldest first, and the TeamViewer user who was connected longest. */
export function withConnections(session: Session, reported: readonly ReportedConnection[]): Session {
  const sorted = reported.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)).slice(-MOST_CONNECTIONS);
  const connections = sorted.map(({ startedAt, endedAt }) => ({
    startedAt,
    endedAt,
    minutes: minutesOf({ startedAt, endedAt }),
  }));
  const [longest] = sorted.toSorted((a, b) => lengthMs(b) - lengthMs(a));
  return { ...session, connections, ...(longest?.userId ? { teamviewerUserId: longest.userId } : {}) };
}
