import type { AuditEntry, AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import type { Channel } from "../devices/device.ts";
import { actionOf } from "../notifications/actions.ts";
import { secondsUntilBudget } from "../notifications/budget.ts";
import type { NotificationLedger, NotificationMessage, Reservation } from "../notifications/ports.ts";
import { notifyKeyOf } from "./id.ts";
import type { TakePlace } from "./take-place.ts";

/** What a request saw longer ago has probably changed. */
const FRESH_MS = 60_000;

type Deps = { takePlace: TakePlace; ledger: NotificationLedger; audit: Audit; now: () => Date };

/**
 * What was written before anybody knew whether the message is still to be sent: an intent, and a place in the device's hour
 * unless somebody was faster.
 */
export type Ahead = {
  deviceId: string;
  channel: Channel;
  notifyKey: string;
  subject: AuditSubject;
  reservation: Reservation | undefined;
};

/** Who audits a notification through this channel. */
export function notificationSubject(
  { sessionId, deviceId, correlationId }: { sessionId: string; deviceId: string; correlationId: string },
  channel: Channel,
): AuditSubject {
  return {
    actor: { id: "connector", kind: "system" },
    action: actionOf[channel],
    deviceId,
    sessionId,
    correlationId,
  };
}

/**
 * Takes a place with what the request saw, while session, device and ledger are read; gives it back where nothing is to be
 * sent. `copy`: another copy of the message has been here within the last minute, and may still be sending.
 */
export function makeTakeAhead({ takePlace, ledger, audit, now }: Deps) {
  async function release({ deviceId, notifyKey, reservation }: Ahead): Promise<void> {
    if (reservation) await ledger.mark(deviceId, notifyKey, reservation, "later");
  }

  /** What another copy wrote belongs to whatever became of that one. */
  async function intendAnew(ahead: Ahead): Promise<void> {
    try {
      await audit.intent(ahead.subject);
    } catch (error) {
      await release(ahead);
      throw error;
    }
  }

  return {
    async take(
      { seen, deviceId, ...message }: NotificationMessage,
      correlationId: string,
    ): Promise<Ahead | "copy" | undefined> {
      if (!seen || deviceId === undefined) return undefined;
      const { channel, etag, intent } = seen;
      const times = seen.times.map((time) => new Date(time));
      const isOld = now().getTime() - new Date(intent.at).getTime() > FRESH_MS;
      if (isOld || message.notAfter <= now().toISOString() || secondsUntilBudget(times, now()) > 0) return undefined;
      const notifyKey = notifyKeyOf(message, channel);
      const subject = notificationSubject({ sessionId: message.sessionId, deviceId, correlationId }, channel);
      const hour = { times, etag };
      const { reservation, isIntended } = await takePlace({ deviceId, notifyKey, hour, subject, intent });
      if (!isIntended && !reservation) return "copy";
      const ahead = { deviceId, channel, notifyKey, subject, reservation };
      if (!isIntended) await intendAnew(ahead);
      return ahead;
    },
    async giveBack(
      ahead: Ahead,
      ending: { result: NonNullable<AuditEntry["result"]>; reason?: string },
    ): Promise<void> {
      await release(ahead);
      await audit.outcome(ahead.subject, ending);
    },
  };
}
