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
  const release = (deviceId: string, notifyKey: string, reservation: Reservation) =>
    ledger.mark(deviceId, notifyKey, reservation, "later");

  async function intendAnew(deviceId: string, notifyKey: string, subject: AuditSubject, reservation: Reservation) {
    try {
      await audit.intent(subject);
    } catch (error) {
      await release(deviceId, notifyKey, reservation);
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
      // What the other copy wrote belongs to whatever became of that one.
      if (!isIntended && reservation) await intendAnew(deviceId, notifyKey, subject, reservation);
      return { deviceId, channel, notifyKey, subject, reservation };
    },
    async giveBack(
      { deviceId, notifyKey, subject, reservation }: Ahead,
      ending: { result: NonNullable<AuditEntry["result"]>; reason?: string },
    ): Promise<void> {
      if (reservation) await release(deviceId, notifyKey, reservation);
      await audit.outcome(subject, ending);
    },
  };
}
