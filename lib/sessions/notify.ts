import type { AuditSubject } from "../audit/entry.ts";
import type { AuditLog } from "../audit/ports.ts";
import type { Audit } from "../audit/record.ts";
import type { Channel } from "../devices/device.ts";
import { eligibilityOf, type Policy } from "../devices/eligibility.ts";
import type { DeviceDirectory } from "../devices/ports.ts";
import { actionOf } from "../notifications/actions.ts";
import type { AskThrough } from "../notifications/ask-through.ts";
import type { NotificationLedger, NotificationMessage, NotificationQueue } from "../notifications/ports.ts";
import { chooseLanguage } from "../notifications/texts.ts";
import type { UserLanguageOf } from "../notifications/user-language.ts";
import { makeFinishNotification } from "./finish-notification.ts";
import { notifyKeyOf } from "./id.ts";
import { lookAtDevice } from "./look-at-device.ts";
import { outcomeTold } from "./outcome-told.ts";
import type { SessionStore } from "./ports.ts";
import { isLive, type Notification, type Session, type Try } from "./session.ts";
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
  const { sessions, ledger, queue, audit, auditLog, now, policy } = deps;
  const tryChannel = makeTryChannel(deps);
  const finish = makeFinishNotification(deps);

  return async (message: NotificationMessage, correlationId: string): Promise<void> => {
    const ahead = message.deviceId === undefined ? undefined : lookAtDevice(deps, message, message.deviceId);
    // Whoever leaves the message alone need not hear that this failed.
    ahead?.catch(() => undefined);
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

    const [{ device, budget, known }, profileLanguage, url] = await Promise.all([
      ahead && message.deviceId === deviceId ? ahead : lookAtDevice(deps, message, deviceId),
      session.userId && !session.language ? deps.userLanguageOf(session.userId) : undefined,
      deps.answerUrl(session.id),
    ]);
    const isTried = ({ tried = [] }: Notification, channel: Channel) => tried.some((each) => each.channel === channel);
    const isRefused = (channel: Channel) => known.some((each) => each.channel === channel && each.state === "failed");
    const fitting = device ? eligibilityOf(device, policy).channels : [];
    const interrupted = known.find(
      ({ channel, state }) => ["sending", "done"].includes(state) && !isTried(session.notification, channel),
    );
    const left = fitting.filter(
      (channel) => channel !== interrupted?.channel && !isTried(session.notification, channel) && !isRefused(channel),
    );
    if (interrupted) {
      const { channel } = interrupted;
      const told = await outcomeTold(auditLog, {
        sessionId: session.id,
        channel,
        reservation: interrupted,
        now: now(),
      });
      const made: Try = told ?? { channel, state: "unknown", reason: "interrupted", at: now().toISOString() };
      const entry = audit.outcomeEntry(subjectOf(channel), { result: "unknown", reason: "interrupted" });
      // Another copy may just have been told by the service, and be with the next channel.
      const become = (held: Notification) => (isTried(held, channel) ? undefined : afterTry(held, made, left[0]));
      const changed = await finish(message, become, told ? undefined : entry);
      if (changed?.notification.state === "queued") await queue.send(message);
      return;
    }
    if (!device || device.userId !== session.userId) return end("failed", "user-changed");

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
      const isFirst = index === 0;
      const outcome = await tryChannel({
        message,
        channel,
        ask,
        subject: subjectOf(channel),
        budget: isFirst ? budget : undefined,
        previous: known.find((each) => each.channel === channel),
        spentAt,
      });
      if (outcome.state === "put-back") return;
      if (outcome.state === "used-up") return end("failed", "too-many-notifications");
      const { made, entry, reservation } = outcome;
      const marked = made.state === "failed" ? "failed" : "done";
      const become = (held: Notification) => afterTry(held, made, left[index + 1]);
      const [changed] = await Promise.all([
        finish(message, become, entry, isFirst ? stored : undefined),
        ledger.mark(deviceId, notifyKeyOf(message, channel), reservation, marked),
      ]);
      if (changed?.notification.state !== "queued") return;
      if (isTooLate(changed)) return end("expired");
      spentAt = reservation.at;
    }
  };
}
