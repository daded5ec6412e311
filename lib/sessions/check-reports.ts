import type { ConnectionReports, Lacking } from "./ports.ts";
import type { ReportGate } from "./report-gate.ts";

type Deps = { reports: ConnectionReports; gate: ReportGate; now: () => Date };

const remedies: Record<Lacking, string> = {
  permission:
    "TeamViewer does not let this app read the connection report: give the TeamViewer app the permission to view connection entries, and connect again.",
  licence: "The TeamViewer licence does not include the connection report (Premium or above does).",
};

/** What is missing to know who really connected, and that nothing else suffers. */
export const lackOfReports = (lacking: Lacking) =>
  `${remedies[lacking]} Until then sessions do not tell their connections; everything else works.`;

/** For health: what is missing, if anything. TeamViewer is asked for it once an hour at most, for no connection at all. */
export function makeCheckReports({ reports, gate, now }: Deps) {
  return async (): Promise<string | undefined> => {
    if (gate.isKnownToWork()) return undefined;
    const at = now();
    const answer = await gate.ask((access) => reports.between(access, at, at));
    return answer.outcome === "refused" ? lackOfReports(answer.lacking) : undefined;
  };
}
