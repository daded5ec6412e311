import type { AuditSubject } from "../audit/entry.ts";
import type { Audit, Begun } from "../audit/record.ts";
import { timesWithinTheHour } from "../notifications/budget.ts";
import type { DeviceHour, NotificationLedger, Reservation } from "../notifications/ports.ts";

type Deps = { ledger: NotificationLedger; audit: Audit; now: () => Date };

/** What is taken. `previous`: the key was busy before; `intent`: the entry that tells of it, `written` when it stands already. */
export type Place = {
  deviceId: string;
  notifyKey: string;
  hour: DeviceHour;
  previous?: Reservation | undefined;
  subject: AuditSubject;
  intent?: Begun | "written";
};

/** No reservation: somebody was faster with the key or with the device's hour. `isIntended`: the intent was written by this one, not by a copy of the message. */
export type Taken = { reservation: Reservation | undefined; isIntended: boolean };
export type TakePlace = (place: Place) => Promise<Taken>;

/**
 * Writes a notification's intent, its key and its place in the device's hour side by side, before the call leaves. Where one
 * of them is not written this throws, and the key waits for the next try.
 */
export function makeTakePlace({ ledger, audit, now }: Deps): TakePlace {
  return async ({ deviceId, notifyKey, hour: { times, etag }, previous, subject, intent: begun }) => {
    const [reserved, intent] = await Promise.allSettled([
      ledger.reserve({
        deviceId,
        notifyKey,
        at: now(),
        budget: { times: timesWithinTheHour(times, now()), etag },
        ...(previous ? { previous } : {}),
      }),
      begun === "written" || audit.intent(subject, begun),
    ]);
    if (intent.status === "rejected") {
      const reservation = reserved.status === "fulfilled" ? reserved.value : undefined;
      if (reservation) await ledger.mark(deviceId, notifyKey, reservation, "later");
      throw intent.reason;
    }
    if (reserved.status === "rejected") {
      if (intent.value) await audit.outcome(subject, { result: "failed", reason: "storage" });
      throw reserved.reason;
    }
    return { reservation: reserved.value, isIntended: intent.value };
  };
}
