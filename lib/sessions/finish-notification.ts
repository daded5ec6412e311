import type { AuditEntry } from "../audit/entry.ts";
import type { AuditLog } from "../audit/ports.ts";
import type { NotificationMessage } from "../notifications/ports.ts";
import { changeSession } from "./change.ts";
import type { SessionStore, StoredSession } from "./ports.ts";
import type { Notification, Session } from "./session.ts";
import { isOpenTo } from "./tried.ts";

type Deps = { sessions: SessionStore; auditLog: AuditLog };

export type FinishNotification = ReturnType<typeof makeFinishNotification>;

/**
 * Writes what became of a notification into its session, with the audit entry in one transaction, unless the agent asked
 * again meanwhile or it has ended. `known`: the session as it was just read. Answers the session when this call changed it.
 */
export function makeFinishNotification({ sessions, auditLog }: Deps) {
  return async (
    message: NotificationMessage,
    become: (held: Notification) => Notification | undefined,
    entry?: AuditEntry,
    known?: StoredSession,
  ): Promise<Session | undefined> => {
    const decide = (session: Session) => {
      const notification = become(session.notification);
      const isMeant = session.notificationCount === message.number;
      if (!notification || !isMeant || !isOpenTo(session, notification.state)) return undefined;
      return { session: { ...session, notification }, owed: entry ? [{ kind: "audit" as const, entry }] : [] };
    };
    // What a call brought is audited in any case; that nobody can tell, only by the copy that says so in the session.
    const isToldAnyway = entry !== undefined && entry.reason !== "interrupted";
    const [{ session, changed }] = await Promise.all([
      changeSession(sessions, message.sessionId, decide, known),
      isToldAnyway ? auditLog.append(entry) : undefined,
    ]);
    if (entry && changed && !isToldAnyway) await auditLog.append(entry);
    return changed ? session : undefined;
  };
}
