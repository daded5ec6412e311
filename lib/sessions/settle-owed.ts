import type { AuditLog } from "../audit/ports.ts";
import type { NotificationMessage, NotificationQueue } from "../notifications/ports.ts";
import type { Owed, Pending, SessionStore } from "./ports.ts";
import { sideBySide } from "./side-by-side.ts";

type Deps = { sessions: SessionStore; auditLog: AuditLog; queue: NotificationQueue };
type OwedRow = Pending["owed"][number];

/**
 * Does what is still owed and strikes it off; nearly always it was done by whoever owed it, so entries are looked for in the
 * audit together, and what is done is struck off together. Answers what was thrown: those stay owed.
 */
export async function settleOwed(deps: Deps, due: readonly OwedRow[]): Promise<unknown[]> {
  if (due.length === 0) return [];
  const { sessions, auditLog } = deps;
  const entries = due.flatMap(({ owed }) => (owed?.kind === "audit" ? [owed.entry] : []));
  const failures: unknown[] = [];
  const missing = await auditLog.missing(entries).catch((error: unknown) => {
    failures.push(error);
    return entries;
  });
  const ids = new Set(missing.map(({ id }) => id));
  const done: OwedRow[] = [];
  failures.push(
    ...(await sideBySide(due, async (row) => {
      await doOne(deps, row.owed, row.sessionId, ids);
      done.push(row);
    })),
  );
  failures.push(...(await sideBySide([done], (rows) => sessions.settle(rows))));
  return failures;
}

async function doOne(
  { sessions, auditLog, queue }: Deps,
  owed: Owed | undefined,
  sessionId: string,
  missing: Set<string>,
) {
  if (owed?.kind === "audit" && missing.has(owed.entry.id)) await auditLog.append(owed.entry);
  if (owed?.kind === "notify" && (await isStillQueued(sessions, sessionId, owed.message)))
    await queue.send(owed.message);
}

async function isStillQueued(sessions: SessionStore, sessionId: string, { number }: NotificationMessage) {
  const session = (await sessions.find(sessionId))?.session;
  return session?.notification.state === "queued" && session.notificationCount === number;
}
