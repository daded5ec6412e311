import type { AuditEntry, AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import type { Channel } from "../devices/device.ts";
import type { Ask, AskThrough } from "../notifications/ask-through.ts";
import { secondsUntilBudget, timesWithinTheHour } from "../notifications/budget.ts";
import type {
  NotificationLedger,
  NotificationMessage,
  NotificationQueue,
  Reservation,
} from "../notifications/ports.ts";
import { notifyKeyOf } from "./id.ts";
import type { Try } from "./session.ts";

type Deps = {
  ledger: NotificationLedger;
  askThrough: AskThrough;
  queue: NotificationQueue;
  audit: Audit;
  now: () => Date;
};

type Budget = { times: Date[]; etag: string | undefined };

/** What is tried. `previous`: this channel was busy before; `spentAt`: the place in the budget that this notification has. */
export type Trying = {
  message: NotificationMessage;
  channel: Channel;
  ask: Ask;
  subject: AuditSubject;
  /** The device's hour, where it was just read. */
  budget: Budget | undefined;
  previous: Reservation | undefined;
  spentAt: Date | undefined;
};

/** `put-back`: nothing was sent, and the message comes back. `used-up`: nor will it be, the device's hour is full. */
export type Outcome =
  | { state: "put-back" }
  | { state: "used-up" }
  | { state: "tried"; made: Try; entry: AuditEntry; reservation: Reservation };

/**
 * Tries one channel once: intent, its key and a place in the device's hour are written side by side before the call leaves.
 * Where one of them is not, nothing leaves, and the key waits for the next try.
 */
export function makeTryChannel({ ledger, askThrough, queue, audit, now }: Deps) {
  return async ({ message, channel, ask, subject, budget, previous, spentAt }: Trying): Promise<Outcome> => {
    const deviceId = ask.device.id;
    const notifyKey = notifyKeyOf(message, channel);
    const known = budget ?? (await ledger.sentTimes(deviceId));
    const times = without(spentAt, timesWithinTheHour(known.times, now()));
    if (secondsUntilBudget(times, now()) > 0) return { state: "used-up" };

    const [reserved, intent] = await Promise.allSettled([
      ledger.reserve({
        deviceId,
        notifyKey,
        at: now(),
        budget: { times, etag: known.etag },
        ...(previous ? { previous } : {}),
      }),
      audit.intent(subject),
    ]);
    const reservation = reserved.status === "fulfilled" ? reserved.value : undefined;
    if (intent.status === "rejected") {
      if (reservation) await ledger.mark(deviceId, notifyKey, reservation, "later");
      throw intent.reason;
    }
    if (reserved.status === "rejected") {
      await audit.outcome(subject, { result: "failed", reason: "storage" });
      throw reserved.reason;
    }
    if (!reservation) {
      // Somebody else took this key, or the device's budget changed at the same moment: look again shortly.
      await audit.outcome(subject, { result: "replayed" });
      await queue.send(message, 5);
      return { state: "put-back" };
    }

    const result = await askThrough(channel, ask);
    if (result.state === "later") {
      // The service said "not now" and sent nothing: the message comes back after a delay that grows.
      await ledger.mark(deviceId, notifyKey, reservation, "later");
      const delaySeconds = Math.min(600, Math.max(result.afterSeconds, 5 * 2 ** Math.min(message.attempt, 6)));
      await queue.send({ ...message, attempt: message.attempt + 1 }, delaySeconds);
      await audit.outcome(subject, { result: "failed", reason: "later" });
      return { state: "put-back" };
    }
    const { state } = result;
    const why = state === "sent" ? {} : { reason: result.reason };
    const entry = audit.outcomeEntry(subject, { result: state === "sent" ? "success" : state, ...why });
    return { state: "tried", made: { channel, state, ...why, at: now().toISOString() }, entry, reservation };
  };
}

/** The times but the one that counted for a try that sent nothing. */
function without(spentAt: Date | undefined, times: Date[]): Date[] {
  const index = times.findIndex((time) => time.getTime() === spentAt?.getTime());
  return index === -1 ? times : times.toSpliced(index, 1);
}
