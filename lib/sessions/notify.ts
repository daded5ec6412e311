import type { AuditSubject } from "../audit/entry.ts";
import type { AuditLog } from "../audit/ports.ts";
import type { Audit } from "../audit/record.ts";
import { type Channel, channels } from "../devices/device.ts";
import { eligibilityOf, type Policy } from "../devices/eligibility.ts";
import type { DeviceDirectory } from "../devices/ports.ts";
import { actionOf } from "../notifications/actions.ts";
import type { AskThrough } from "../notifications/ask-through.ts";
import type {
  NotificationLedger,
  NotificationMessage,
  NotificationQueue,
  Reservation,
} from "../notifications/ports.ts";
import { chooseLanguage } from "../notifications/texts.ts";
import type { UserLanguageOf } from "../notifications/user-language.ts";
import { makeFinishNotification } from "./finish-notification.ts";
import { notifyKeyOf } from "./id.ts";
import type { SessionStore } from "./ports.ts";
import { isLive, type Notification, type Session } from "./session.ts";
import { afterNoTry, afterTry } from "./tried.ts";
import { makeTryChannel } from "./try-channel.ts";

type Deps = {
  sessions: SessionStore;
  devices: DeviceDirectory;
  userLanguageOf: UserLanguageOf;
  ledger: NotificationLedger;
  askThrough: AskThrough;
  queue: NotificationQueue;
  audit: Audit;
  auditLog: AuditLog;
  answerUrl: (sessionId: string) => Promise<string>;
  now: () => Date;
  policy: Policy;
  organization: string;
  defaultLanguage: string;
};

/**
 * Sends one notification through the first channel that takes it. A channel's key is taken before the call leaves, so a
 * message that comes twice, late or after a crash sends nothing twice: only a plain refusal leads to the next channel, and
 * what nobody can tell is `unknown` and never sent again by itself.
 */
export function makeNotify(deps: Deps) {
  const { sessions, devices, ledger, audit, now, policy } = deps;
  const tryChannel = makeTryChannel(deps);
  const finish = makeFinishNotification(deps);

  return async (message: NotificationMessage, correlationId: string): Promise<void> => {
    const stored = await sessions.find(message.sessionId);
    if (stored?.session.notificationCount !== message.number || stored.session.notification.state !== "queued") return;
    const { session } = stored;
    const { organization, defaultLanguage } = deps;
    const { id: deviceId } = session.device;
    const subjectOf = (channel: Channel): AuditSubject => ({
      actor: { id: "connector", kind: "system" },
      action: actionOf[channel],
      deviceId,
      sessionId: session.id,
      correlationId,
    });
    const end = async (state: Notification["state"], reason?: string) => {
      const at = now().toISOString();
      await finish(message, (held) => afterNoTry(held, { state, at, ...(reason ? { reason } : {}) }));
    };
    const isTooLate = (seen: Session) => !isLive(seen) || message.notAfter <= now().toISOString();
    if (isTooLate(session)) return end("expired");

    const [device, known, profileLanguage, url] = await Promise.all([
      devices.find(deviceId),
      reservations(ledger, deviceId, message),
      session.userId && !session.language ? deps.userLanguageOf(session.userId) : undefined,
      deps.answerUrl(session.id),
    ]);
    const isTried = ({ tried = [] }: Notification, channel: Channel) => tried.some((each) => each.channel === channel);
    const interrupted = known.find(
      ({ channel, state }) => ["sending", "done"].includes(state) && !isTried(session.notification, channel),
    )?.channel;
    if (interrupted) {
      const made = { channel: interrupted, state: "unknown", reason: "interrupted" } as const;
      const entry = audit.outcomeEntry(subjectOf(interrupted), { result: "unknown", reason: "interrupted" });
      const become = (held: Notification) =>
        // Another copy may just have been told by the service, and be with the next channel.
        isTried(held, interrupted) ? undefined : afterTry(held, { ...made, at: now().toISOString() }, undefined);
      await finish(message, become, entry);
      return;
    }
    if (!device || device.userId !== session.userId) return end("failed", "user-changed");

    const isRefused = (channel: Channel) => known.some((each) => each.channel === channel && each.state === "failed");
    const left = eligibilityOf(device, policy).channels.filter(
      (channel) => !isTried(session.notification, channel) && !isRefused(channel),
    );
    const lastRefusal = session.notification.tried?.at(-1);
    if (left.length === 0 && lastRefusal) {
      await finish(message, (held) => afterTry(held, lastRefusal, undefined));
      return;
    }
    if (left.length === 0) return end("unsupported", "platform-not-supported");

    const language = chooseLanguage([session.language, profileLanguage, defaultLanguage]);
    const { matchCode, reason } = session;
    const ask = { device, language, organization, matchCode, url, reason };
    let spentAt = known.map(({ at }) => at).sort((a, b) => b.getTime() - a.getTime())[0];
    for (const [index, channel] of left.entries()) {
      const previous = known.find((each) => each.channel === channel);
      const outcome = await tryChannel({ message, channel, ask, subject: subjectOf(channel), previous, spentAt });
      if (outcome.state === "put-back") return;
      if (outcome.state === "used-up") return end("failed", "too-many-notifications");
      const { made, entry, reservation } = outcome;
      const changed = await finish(message, (held) => afterTry(held, made, left[index + 1]), entry);
      const marked = made.state === "failed" ? "failed" : "done";
      await ledger.mark(deviceId, notifyKeyOf(message, channel), reservation, marked);
      if (changed?.notification.state !== "queued") return;
      if (isTooLate(changed)) return end("expired");
      spentAt = reservation.at;
    }
  };
}

type Known = Reservation & { channel: Channel };

/** What the ledger knows of this notification, whatever channel it went through. */
async function reservations(
  ledger: NotificationLedger,
  deviceId: string,
  message: NotificationMessage,
): Promise<Known[]> {
  const found = await Promise.all(
    channels.map(async (channel) => ({ channel, row: await ledger.find(deviceId, notifyKeyOf(message, channel)) })),
  );
  return found.flatMap(({ channel, row }) => (row ? [{ ...row, channel }] : []));
}
