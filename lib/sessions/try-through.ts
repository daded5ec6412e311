import type { Channel } from "../devices/device.ts";
import type { NotificationLedger } from "../notifications/ports.ts";
import { chooseLanguage } from "../notifications/texts.ts";
import type { FinishNotification } from "./finish-notification.ts";
import { notifyKeyOf } from "./id.ts";
import type { Plan } from "./plan-notification.ts";
import { type Doing, isTooLate } from "./read-notification.ts";
import type { Notification } from "./session.ts";
import { type Ahead, notificationSubject } from "./take-ahead.ts";
import { afterTry } from "./tried.ts";
import type { makeTryChannel } from "./try-channel.ts";

type Deps = {
  tryChannel: ReturnType<typeof makeTryChannel>;
  finish: FinishNotification;
  ledger: NotificationLedger;
  now: () => Date;
  organization: string;
  defaultLanguage: string;
};

/** Asks through one channel after another until one takes it. */
export function makeTryThrough({ tryChannel, finish, ledger, now, organization, defaultLanguage }: Deps) {
  return async (
    { message, correlationId }: Doing,
    { due, device, channels, known }: Extract<Plan, { do: "try" }>,
    ahead: Ahead | undefined,
  ): Promise<"done" | "used-up" | "late"> => {
    const { stored, around, url } = due;
    const { session } = stored;
    const { id: deviceId } = session.device;
    const language = chooseLanguage([due.language, defaultLanguage]);
    const { matchCode, reason } = session;
    const ask = { device, language, organization, matchCode, url, reason };
    const subjectOf = (channel: Channel) =>
      notificationSubject({ sessionId: session.id, deviceId, correlationId }, channel);
    let spentAt = known.map(({ at }) => at).sort((a, b) => b.getTime() - a.getTime())[0];
    for (const [index, channel] of channels.entries()) {
      const isFirst = index === 0;
      const outcome = await tryChannel({
        message,
        channel,
        ask,
        subject: subjectOf(channel),
        budget: isFirst ? around.budget : undefined,
        previous: known.find((each) => each.channel === channel),
        spentAt,
        ahead: isFirst ? ahead : undefined,
      });
      if (outcome.state === "put-back") return "done";
      if (outcome.state === "used-up") return "used-up";
      const { made, entry, reservation } = outcome;
      const marked = made.state === "failed" ? "failed" : "done";
      const become = (held: Notification) => afterTry(held, made, channels[index + 1]);
      const [changed] = await Promise.all([
        finish(message, become, entry, isFirst ? stored : undefined),
        ledger.mark(deviceId, notifyKeyOf(message, channel), reservation, marked),
      ]);
      if (changed?.notification.state !== "queued") return "done";
      if (isTooLate(changed, message, now())) return "late";
      spentAt = reservation.at;
    }
    return "done";
  };
}
