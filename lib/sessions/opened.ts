import type { Channel, Device } from "../devices/device.ts";
import type { NotificationMessage } from "../notifications/ports.ts";
import type { RemoteSession } from "./ports.ts";
import type { Session } from "./session.ts";

export type OpenedSession = { session: Session; message: NotificationMessage | undefined };

/** When, and by which request. */
type Asking = { now: Date; correlationId: string };
type Target = { device: Device; channels: readonly Channel[] };

/** The session once TeamViewer has made its part, and the message that asks the user when there is a channel for it. */
export function openedSession(
  draft: Session,
  { device, channels }: Target,
  remote: RemoteSession,
  notify: boolean,
  { now, correlationId }: Asking,
): OpenedSession {
  const opened: Session = {
    ...draft,
    state: "open",
    device: { id: device.id, name: device.name, platform: device.platform, userName: device.userName ?? "" },
    ...(device.userId ? { userId: device.userId } : {}),
    code: remote.code,
    endCustomerUrl: remote.endCustomerUrl,
  };
  return notify ? askedSession(opened, channels, { now, correlationId }) : { session: opened, message: undefined };
}

/** The session with one more notification under way, or plainly marked `unsupported`. */
export function askedSession(
  session: Session,
  channels: readonly Channel[],
  { now, correlationId }: Asking,
): OpenedSession {
  const channel = channels[0];
  const at = now.toISOString();
  if (!channel) {
    const reason = session.userId ? "platform-not-supported" : "no-user";
    return { session: { ...session, notification: { state: "unsupported", at, reason } }, message: undefined };
  }
  const number = session.notificationCount + 1;
  return {
    session: { ...session, notification: { state: "queued", channel, at }, notificationCount: number },
    message: {
      v: 1,
      sessionId: session.id,
      number,
      attempt: 1,
      notAfter: session.expiresAt,
      deviceId: session.device.id,
      correlationId,
    },
  };
}
