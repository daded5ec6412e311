import type { DeviceDirectory } from "../devices/ports.ts";
import type { NotificationLedger, NotificationMessage } from "../notifications/ports.ts";
import type { UserLanguageOf } from "../notifications/user-language.ts";
import { lookAtDevice, type Surroundings } from "./look-at-device.ts";
import type { SessionStore, StoredSession } from "./ports.ts";
import { isLive, type Session } from "./session.ts";

type Deps = {
  sessions: SessionStore;
  devices: DeviceDirectory;
  ledger: NotificationLedger;
  userLanguageOf: UserLanguageOf;
  answerUrl: (sessionId: string) => Promise<string>;
  now: () => Date;
};

/** What a message is about. `left`: it is no longer under way; `late`: its user need not be asked any more. */
export type Reading =
  | { state: "left" }
  | { state: "late" }
  | { state: "due"; stored: StoredSession; around: Surroundings; language: string | undefined; url: string };

export type Due = Extract<Reading, { state: "due" }>;

/** A message that is acted on. */
export type Doing = { message: NotificationMessage; correlationId: string };

/** Reads what a message is about, all of it side by side where the message names its device. */
export async function readNotification(deps: Deps, message: NotificationMessage): Promise<Reading> {
  const { sessions, userLanguageOf, answerUrl, now } = deps;
  const { sessionId, number, deviceId } = message;
  const ahead = deviceId === undefined ? undefined : lookAtDevice(deps, message, deviceId);
  // Whoever leaves the message alone need not hear that this failed.
  ahead?.catch(() => undefined);
  const stored = await sessions.find(sessionId);
  if (stored?.session.notificationCount !== number || stored.session.notification.state !== "queued")
    return { state: "left" };
  const { session } = stored;
  if (isTooLate(session, message, now())) return { state: "late" };
  const [around, language, url] = await Promise.all([
    ahead && deviceId === session.device.id ? ahead : lookAtDevice(deps, message, session.device.id),
    session.userId && !session.language ? userLanguageOf(session.userId) : session.language,
    answerUrl(session.id),
  ]);
  return { state: "due", stored, around, language, url };
}

/** Whether a notification would come when nobody can answer it any more. */
export const isTooLate = (session: Session, { notAfter }: NotificationMessage, now: Date) =>
  !isLive(session) || notAfter <= now.toISOString();
