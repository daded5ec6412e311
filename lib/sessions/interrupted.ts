import type { AuditLog } from "../audit/ports.ts";
import type { Audit } from "../audit/record.ts";
import type { NotificationQueue } from "../notifications/ports.ts";
import type { FinishNotification } from "./finish-notification.ts";
import { outcomeTold } from "./outcome-told.ts";
import { isTried, type Plan } from "./plan-notification.ts";
import type { Doing } from "./read-notification.ts";
import type { Notification, Try } from "./session.ts";
import { notificationSubject } from "./take-ahead.ts";
import { afterTry } from "./tried.ts";

type Deps = { audit: Audit; auditLog: AuditLog; queue: NotificationQueue; finish: FinishNotification; now: () => Date };

/** A process died while it tried a channel: what the audit tells of that try is believed, else it is `unknown`. */
export function makeEndInterrupted({ audit, auditLog, queue, finish, now }: Deps) {
  return async (
    { message, correlationId }: Doing,
    { due, reservation, next }: Extract<Plan, { do: "interrupted" }>,
  ): Promise<void> => {
    const { session } = due.stored;
    const { channel } = reservation;
    const told = await outcomeTold(auditLog, { sessionId: session.id, channel, reservation, now: now() });
    const made: Try = told ?? { channel, state: "unknown", reason: "interrupted", at: now().toISOString() };
    const about = { sessionId: session.id, deviceId: session.device.id, correlationId };
    const subject = notificationSubject(about, channel);
    const entry = audit.outcomeEntry(subject, { result: "unknown", reason: "interrupted" });
    // Another copy may just have been told by the service, and be with the next channel.
    const become = (held: Notification) => (isTried(held, channel) ? undefined : afterTry(held, made, next));
    const changed = await finish(message, become, told ? undefined : entry);
    if (changed?.notification.state === "queued") await queue.send(message);
  };
}
