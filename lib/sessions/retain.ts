import type { AuditLog } from "../audit/ports.ts";
import type { NotificationLedger } from "../notifications/ports.ts";
import { notifyKeysOf } from "./id.ts";
import type { SessionStore } from "./ports.ts";

type Deps = {
  sessions: SessionStore;
  ledger: NotificationLedger;
  auditLog: AuditLog;
  now: () => Date;
  sessionRetentionDays: number;
  auditRetentionMonths: number;
};

/** Deletes sessions (with what is known of their notifications) and whole audit months that are past their retention. */
export function makeRetain({ sessions, ledger, auditLog, now, sessionRetentionDays, auditRetentionMonths }: Deps) {
  return async (): Promise<void> => {
    const day = now();
    const before = new Date(day.getTime() - sessionRetentionDays * 24 * 60 * 60_000);
    await sessions.dropBefore(before, async ({ id, device, notificationCount }) => {
      const numbers = Array.from({ length: notificationCount }, (_, index) => index + 1);
      await ledger.forget(
        device.id,
        numbers.flatMap((number) => notifyKeysOf({ sessionId: id, number })),
      );
    });
    const oldest = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() - auditRetentionMonths, 1));
    await auditLog.dropBefore(oldest);
  };
}
