import type { AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import { actionOf } from "../notifications/actions.ts";
import type { NotificationMessage } from "../notifications/ports.ts";
import { changeSession } from "./change.ts";
import type { SessionStore } from "./ports.ts";
import type { Session } from "./session.ts";

type Deps = { sessions: SessionStore; audit: Audit; now: () => Date };

/** A queue message that failed too often: the session says so, and the audit. */
export function makeNotifyPoison({ sessions, audit, now }: Deps) {
  return async (message: NotificationMessage | undefined, correlationId: string): Promise<void> => {
    const subject: AuditSubject = {
      actor: { id: "connector", kind: "system" },
      action: "notification.send",
      sessionId: message?.sessionId,
      correlationId,
    };
    const stored = message ? await sessions.find(message.sessionId) : undefined;
    if (!message || !stored) return audit.outcome(subject, { result: "failed", reason: "malformed-message" });
    const decide = (session: Session) => {
      if (session.notificationCount !== message.number || session.notification.state !== "queued") return undefined;
      const notification = {
        ...session.notification,
        state: "failed" as const,
        at: now().toISOString(),
        reason: "given-up",
      };
      return { session: { ...session, notification } };
    };
    await changeSession(sessions, message.sessionId, decide);
    const { device, notification } = stored.session;
    const action = actionOf[notification.channel ?? "companyPortal"];
    await audit.outcome({ ...subject, action, deviceId: device.id }, { result: "failed", reason: "given-up" });
  };
}
