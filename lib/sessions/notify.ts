import type { AuditSubject } from "../audit/entry.ts";
import type { AuditLog } from "../audit/ports.ts";
import type { Audit } from "../audit/record.ts";
import { eligibilityOf } from "../devices/eligibility.ts";
import type { DeviceDirectory } from "../devices/ports.ts";
import { secondsUntilBudget, timesWithinTheHour } from "../notifications/budget.ts";
import type {
  CompanyPortal,
  NotificationLedger,
  NotificationMessage,
  NotificationQueue,
  Reservation,
} from "../notifications/ports.ts";
import { chooseLanguage, notificationText } from "../notifications/texts.ts";
import { changeSession } from "./change.ts";
import { notifyKeyOf } from "./id.ts";
import type { Owed, SessionStore } from "./ports.ts";
import { isLive, type Session } from "./session.ts";

type Deps = {
  sessions: SessionStore;
  devices: DeviceDirectory;
  ledger: NotificationLedger;
  portal: CompanyPortal;
  queue: NotificationQueue;
  audit: Audit;
  auditLog: AuditLog;
  answerUrl: (sessionId: string) => Promise<string>;
  now: () => Date;
  policy: { allowCorporateAndroid: boolean };
  organization: string;
  defaultLanguage: string;
};

type Notification = Session["notification"];

/**
 * Sends one notification. The key is taken before the call leaves, so a message that comes twice, late or after a crash
 * sends nothing twice: what nobody can tell is `unknown` and never sent again by itself.
 */
export function makeNotify(deps: Deps) {
  const { sessions, devices, ledger, portal, queue, audit, now, policy } = deps;

  return async (message: NotificationMessage, correlationId: string): Promise<void> => {
    const stored = await sessions.find(message.sessionId);
    if (stored?.session.notificationCount !== message.number || stored.session.notification.state !== "queued") return;
    const { session } = stored;
    const at = now().toISOString();
    const {
      device: { id: deviceId },
    } = session;
    const actor = { id: "connector", kind: "system" } as const;
    const subject: AuditSubject = {
      actor,
      action: "notification.send",
      deviceId,
      sessionId: session.id,
      correlationId,
    };
    const end = (notification: Notification, owed: Owed[] = []) => finish(deps, message, notification, owed);

    if (!isLive(session) || message.notAfter <= at) return end({ state: "expired", at });

    const notifyKey = notifyKeyOf(message);
    const [device, budget, previous, profileLanguage, url] = await Promise.all([
      devices.find(deviceId),
      ledger.sentTimes(deviceId),
      ledger.find(deviceId, notifyKey),
      session.userId && !session.language ? devices.languageOf(session.userId) : undefined,
      deps.answerUrl(session.id),
    ]);
    if (previous && previous.state !== "later") {
      const entry = audit.outcomeEntry(subject, { result: "unknown", reason: "interrupted" });
      const interrupted = { state: "unknown", channel: "companyPortal", at, reason: "interrupted" } as const;
      await end(interrupted, [{ kind: "audit", entry }]);
      return;
    }
    if (!device || device.userId !== session.userId) return end({ state: "failed", at, reason: "user-changed" });
    if (eligibilityOf(device, policy).channels.length === 0)
      return end({ state: "unsupported", at, reason: "platform-not-supported" });
    const times = without(previous?.at, timesWithinTheHour(budget.times, now()));
    if (secondsUntilBudget(times, now()) > 0) return end({ state: "failed", at, reason: "too-many-notifications" });

    await audit.intent(subject);
    const reservation = await ledger.reserve({
      deviceId,
      notifyKey,
      at: now(),
      budget: { times, etag: budget.etag },
      ...(previous ? { previous } : {}),
    });
    if (!reservation) {
      // Somebody else took this key, or the device's budget changed at the same moment: look again shortly.
      await audit.outcome(subject, { result: "replayed" });
      return queue.send(message, 5);
    }

    const language = chooseLanguage([session.language, profileLanguage, deps.defaultLanguage]);
    const text = notificationText({ language, organization: deps.organization, matchCode: session.matchCode, url });
    const result = await portal.send({ deviceId, ...text });
    if (result.state === "later") return later(subject, message, reservation, result.afterSeconds);
    const reason = result.state === "sent" ? undefined : result.reason;
    const ending = { result: result.state === "sent" ? ("success" as const) : result.state, reason };
    await end(
      { state: result.state, channel: "companyPortal", at: now().toISOString(), ...(reason ? { reason } : {}) },
      [{ kind: "audit", entry: audit.outcomeEntry(subject, ending) }],
    );
    await ledger.mark(deviceId, notifyKey, reservation, "done");
  };

  /** Graph said "not now" and sent nothing: the message comes back after a delay that grows. */
  async function later(
    subject: AuditSubject,
    message: NotificationMessage,
    reservation: Reservation,
    afterSeconds: number,
  ) {
    await ledger.mark(subject.deviceId ?? "", notifyKeyOf(message), reservation, "later");
    const delaySeconds = Math.min(600, Math.max(afterSeconds, 5 * 2 ** Math.min(message.attempt, 6)));
    await queue.send({ ...message, attempt: message.attempt + 1 }, delaySeconds);
    await audit.outcome(subject, { result: "failed", reason: "later" });
  }
}

/** The times but one that counted for a try that sent nothing. */
function without(spent: Date | undefined, times: Date[]): Date[] {
  const index = times.findIndex((time) => time.getTime() === spent?.getTime());
  return index === -1 ? times : times.toSpliced(index, 1);
}

/** Writes the notification's end into the session, unless the agent asked again meanwhile. */
async function finish(
  { sessions, auditLog }: Deps,
  message: NotificationMessage,
  notification: Notification,
  owed: Owed[],
) {
  const decide = (session: Session) => {
    const { state } = session.notification;
    // A second copy of the message may have called it `unknown` while the first was still being sent.
    const isOpen = state === "queued" || (state === "unknown" && notification.state !== "unknown");
    return isOpen && session.notificationCount === message.number
      ? { session: { ...session, notification }, owed }
      : undefined;
  };
  const { changed } = await changeSession(sessions, message.sessionId, decide);
  // What a call brought is audited in any case; that nobody can tell, only by the copy that says so in the session.
  if (!changed && notification.reason === "interrupted") return;
  await Promise.all(owed.map((each) => (each.kind === "audit" ? auditLog.append(each.entry) : undefined)));
}
