import type { AuditEntry } from "../audit/entry.ts";
import type { AuditLog } from "../audit/ports.ts";
import type { NotificationMessage } from "../notifications/ports.ts";
import { changeSession } from "./change.ts";
import type { SessionStore } from "./ports.ts";
import type { Notification, Session } from "./session.ts";
import { isOpenTo } from "./tried.ts";

type Deps = { sessions: SessionStore; auditLog: AuditLog };

/**
 * Writes what became of a notification into its session, with the audit entry in one transaction, unless the agent asked
 * again meanwhile or it has ended. Answers the session when this call changed it.
 */
export function makeFinishNotification({ sessions, auditLog }: Deps) {
  return async (
    message: NotificationMessage,
    become: (held: Notification) => Notification | undefined,
    entry?: AuditEntry,
  ): Promise<Session | undefined> => {
    const decide = (session: Session) => {
      const notification = become(session.notification);
      const isMeant = session.notificationCount === message.number;
      if (!notification || !isMeant || !isOpenTo(session, notification.state)) return undefined;
      return { session: { ...session, notification }, owed: entry ? [{ kind: "audit" as const, entry }] : [] };
    };
    const { session, changed } = await changeSession(sessions, message.sessionId, decide);
    // What a call brought is audited in any case; that nobody can tell, only by the copy that says so in the session.
    if (entry && (changed || entry.reason !== "interrupted")) await auditLog.append(entry);
    return changed ? session : undefined;
  };
}
