import type { AuditEntry, AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import type { Channel } from "../devices/device.ts";
import type { Ask, AskThrough } from "../notifications/ask-through.ts";
import { secondsUntilBudget } from "../notifications/budget.ts";
import type {
  DeviceHour,
  NotificationLedger,
  NotificationMessage,
  NotificationQueue,
  Reservation,
} from "../notifications/ports.ts";
import { notifyKeyOf } from "./id.ts";
import type { Try } from "./session.ts";
import type { Ahead } from "./take-ahead.ts";
import type { TakePlace } from "./take-place.ts";

type Deps = {
  takePlace: TakePlace;
  ledger: NotificationLedger;
  askThrough: AskThrough;
  queue: NotificationQueue;
  audit: Audit;
  now: () => Date;
};

/** When a message comes back that cannot be decided on now. */
export const LOOK_AGAIN_SECONDS = 5;

/** What is tried. `previous`: this channel was busy before; `spentAt`: the place in the budget that this notification has. */
export type Trying = {
  message: NotificationMessage;
  channel: Channel;
  ask: Ask;
  subject: AuditSubject;
  /** The device's hour, where it was just read. */
  budget: DeviceHour | undefined;
  previous: Reservation | undefined;
  spentAt: Date | undefined;
  /** What was written for this channel already. */
  ahead: Ahead | undefined;
};

/** `put-back`: nothing was sent, and the message comes back. `used-up`: nor will it be, the device's hour is full. */
export type Outcome =
  | { state: "put-back" }
  | { state: "used-up" }
  | { state: "tried"; made: Try; entry: AuditEntry; reservation: Reservation };

/** Tries one channel once: its key and a place in the device's hour are taken, with the intent, before the call leaves. */
export function makeTryChannel({ takePlace, ledger, askThrough, queue, audit, now }: Deps) {
  async function take({ message, channel, ask, subject, budget, previous, spentAt, ahead }: Trying) {
    const deviceId = ask.device.id;
    const { times, etag } = budget ?? (await ledger.sentTimes(deviceId));
    const hour = { times: without(spentAt, times), etag };
    if (secondsUntilBudget(hour.times, now()) > 0) {
      if (ahead) await audit.outcome(subject, { result: "refused", reason: "too-many-notifications" });
      return "used-up";
    }
    const notifyKey = notifyKeyOf(message, channel);
    const { reservation } = await takePlace({
      deviceId,
      notifyKey,
      hour,
      previous,
      subject,
      ...(ahead ? { intent: "written" } : {}),
    });
    if (reservation) return reservation;
    // Somebody else took this key, or the device's budget changed at the same moment: look again shortly.
    await audit.outcome(subject, { result: "replayed" });
    await queue.send(message, LOOK_AGAIN_SECONDS);
    return "put-back";
  }

  return async (trying: Trying): Promise<Outcome> => {
    const { message, channel, ask, subject } = trying;
    const taken = trying.ahead?.reservation ?? (await take(trying));
    if (typeof taken === "string") return { state: taken };

    const result = await askThrough(channel, ask);
    if (result.state === "later") {
      // The service said "not now" and sent nothing: the message comes back after a delay that grows.
      await ledger.mark(ask.device.id, notifyKeyOf(message, channel), taken, "later");
      const delaySeconds = Math.min(600, Math.max(result.afterSeconds, 5 * 2 ** Math.min(message.attempt, 6)));
      await queue.send({ ...message, attempt: message.attempt + 1 }, delaySeconds);
      await audit.outcome(subject, { result: "failed", reason: "later" });
      return { state: "put-back" };
    }
    const { state } = result;
    const why = state === "sent" ? {} : { reason: result.reason };
    const entry = audit.outcomeEntry(subject, { result: state === "sent" ? "success" : state, ...why });
    return { state: "tried", made: { channel, state, ...why, at: now().toISOString() }, entry, reservation: taken };
  };
}

/** The times but the one that counted for a try that sent nothing. */
function without(spentAt: Date | undefined, times: Date[]): Date[] {
  const index = times.findIndex((time) => time.getTime() === spentAt?.getTime());
  return index === -1 ? times : times.toSpliced(index, 1);
}
