import type { Range } from "./between.ts";
import { lackOfReports } from "./check-reports.ts";
import type { ConnectionReports, ReportedConnection, SessionStore } from "./ports.ts";
import type { Gated, ReportGate } from "./report-gate.ts";
import { type ReportRow, rowOfConnection } from "./report-row.ts";
import { sideBySide } from "./side-by-side.ts";

type Deps = {
  sessions: Pick<SessionStore, "find">;
  reports: ConnectionReports;
  gate: ReportGate;
  now: () => Date;
};

/** What TeamViewer says of a range now; `incomplete` tells what is missing and what to do. */
export type LiveReport = {
  incomplete: string | undefined;
  nameOf: (userId: string) => string | undefined;
  /** Connections that nobody asked for here, the last end first. */
  unrequested: () => Promise<ReportRow[]>;
};

const KEPT_MS = 60_000;
const MOST_KEPT = 20;
/** A session may be joined a day after it was requested: so far beyond the range its user's name is looked for. */
const JOINED_WITHIN_MS = 25 * 60 * 60_000;

/** Asks TeamViewer for a range once a minute at most, however many pages of it are looked at. */
export function makeLiveReport({ sessions, reports, gate, now }: Deps) {
  const kept = new Map<string, { report: Promise<LiveReport>; untilMs: number }>();

  async function unrequestedOf(connections: readonly ReportedConnection[], { from, to }: Range): Promise<ReportRow[]> {
    const inRange = connections.filter(
      ({ startedAt }) => startedAt >= from.toISOString() && startedAt < to.toISOString(),
    );
    const ours = new Set<string>();
    const asked = new Set(inRange.flatMap(({ ourId }) => (ourId ? [ourId] : [])));
    const [failure] = await sideBySide([...asked], async (id) => {
      if (await sessions.find(id)) ours.add(id);
    });
    if (failure) throw failure;
    return inRange.filter(({ ourId }) => !ourId || !ours.has(ourId)).map(rowOfConnection);
  }

  async function read(range: Range): Promise<LiveReport> {
    const until = new Date(range.to.getTime() + JOINED_WITHIN_MS);
    const answer = await gate.ask((access) => reports.between(access, range.from, until));
    const connections = answer.outcome === "read" ? answer.connections : [];
    const names = new Map(connections.map(({ userId, userName }) => [userId, userName]));
    let unrequested: Promise<ReportRow[]> | undefined;
    return {
      incomplete: incompleteIn(answer),
      nameOf: (userId) => names.get(userId),
      unrequested() {
        unrequested ??= unrequestedOf(connections, range);
        return unrequested;
      },
    };
  }

  /** `asked`: the range in the words of who asked for it, so that pages of one range share a look. */
  return (range: Range, asked: string): Promise<LiveReport> => {
    const known = kept.get(asked);
    if (known && known.untilMs > now().getTime()) return known.report;
    const report = read(range);
    kept.delete(asked);
    kept.set(asked, { report, untilMs: now().getTime() + KEPT_MS });
    // What failed is not kept for those who ask again.
    report.catch(() => kept.delete(asked));
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return report;
  };
}

function incompleteIn(answer: Gated): string | undefined {
  const without = "Connections that nobody requested here, and names of TeamViewer users, are missing";
  if (answer.outcome === "refused") return `${lackOfReports(answer.lacking)} ${without}.`;
  if (answer.outcome !== "read") return `TeamViewer's report cannot be read now. ${without}; ask again in a minute.`;
  if (answer.isWhole) return undefined;
  const oldest = answer.connections.at(-1)?.endedAt;
  return `TeamViewer has more connections in this range than are read at once. ${without} before ${oldest}; ask for a shorter range.`;
}
