import type { AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import { changeSession, type Decision } from "./change.ts";
import { reasonOf } from "./connection.ts";
import type { DoOwed } from "./do-owed.ts";
import { isGivenUp, isLost, lastLookAt, nextLookAt, nextTryAt } from "./looks.ts";
import type { ConnectionReports, ReportedConnection, ReportLook, SessionStore } from "./ports.ts";
import type { ReportGate } from "./report-gate.ts";
import { withConnections } from "./reported.ts";
import type { Session } from "./session.ts";
import { sideBySide } from "./side-by-side.ts";

type Deps = {
  sessions: SessionStore;
  reports: ConnectionReports;
  gate: ReportGate;
  audit: Audit;
  doOwed: DoOwed;
  now: () => Date;
  newId: () => string;
};

const LOOKS_A_MINUTE = 20;
const LOOKS_AT_ONCE = 4;

/**
 * Each minute: looks for the connections of sessions that are over, a few at a time. What is found is stored and audited
 * once, in one transaction. Safe to run in several processes at once and to be cut off anywhere: a look stays due until it
 * was taken.
 */
export function makeReadReports(deps: Deps) {
  const { sessions, gate, now } = deps;
  return async (): Promise<void> => {
    const due = await sessions.dueLooks(now(), LOOKS_A_MINUTE);
    if (due.length === 0) return;
    const lost = due.filter((look) => isLost(look, now()));
    const failures = await sideBySide(lost, (look) => sessions.settleLook(look), LOOKS_AT_ONCE);
    const others = (await gate.isOpen()) ? due.filter((look) => !lost.includes(look)) : [];
    failures.push(...(await sideBySide(others, (look) => takeLook(deps, look), LOOKS_AT_ONCE)));
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} connection reports could not be read`);
  };
}

async function takeLook(deps: Deps, look: ReportLook) {
  const { sessions, reports, gate, now } = deps;
  const session = (await sessions.find(look.sessionId))?.session;
  if (!session?.code || isGivenUp(session, now())) return sessions.settleLook(look);
  const { code } = session;
  let through = "";
  const answer = await gate.ask((access) => {
    through = access.connectionId;
    return reports.ofSession(access, code);
  });
  if (answer.outcome === "later" || answer.outcome === "refused") return;
  if (answer.outcome === "unreadable") return sessions.settleLook(look, nextTryAt(session, now()));

  const { connections } = answer;
  const isLast = lastLookAt(session) <= now();
  if (connections.length > 0) {
    await tell(deps, session.id, connections);
    // Whoever was connected when the session was closed may be reported later than others.
    return sessions.settleLook(look, isLast ? undefined : lastLookAt(session));
  }
  const next = nextLookAt(session, now());
  if (next) return sessions.settleLook(look, next);
  // An account that did not make the session cannot tell that nobody joined.
  const mayTell = session.connectionId === undefined || session.connectionId === through;
  if (mayTell) await tell(deps, session.id, []);
  await sessions.settleLook(look);
}

/** Stores what was reported. The audit tells it the first time only; a connection that was reported late is added quietly. */
async function tell({ sessions, audit, doOwed, newId }: Deps, id: string, connections: ReportedConnection[]) {
  const decide = (session: Session): Decision => {
    const known = session.connections;
    if (known && known.length >= connections.length) return undefined;
    const reported = withConnections(session, connections);
    if (known) return { session: reported };
    const subject: AuditSubject = {
      actor: { id: "connector", kind: "system" },
      action: "session.report",
      deviceId: session.device.id,
      sessionId: id,
      correlationId: newId(),
    };
    const entry = audit.outcomeEntry(subject, { result: "success", reason: reasonOf(reported.connections ?? []) });
    return { session: reported, owed: [{ kind: "audit", entry }] };
  };
  const { owed } = await changeSession(sessions, id, decide);
  await doOwed(owed);
}
