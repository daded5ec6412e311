import type { Begun } from "../audit/record.ts";
import type { Channel, Device } from "../devices/device.ts";
import { timesWithinTheHour } from "../notifications/budget.ts";
import type { DeviceHour, NotificationMessage } from "../notifications/ports.ts";
import type { RemoteSession } from "./ports.ts";
import type { Session } from "./session.ts";

export type OpenedSession = { session: Session; message: NotificationMessage | undefined };

/** When, and by which request; `hour` is the device's, as the request saw it, `intent` the entry that tells of the asking. */
type Asking = { now: Date; correlationId: string; hour: DeviceHour; intent: Begun };
type Target = { device: Device; channels: readonly Channel[] };

/** The session once TeamViewer has made its part, and the message that asks the user when there is a channel for it. */
export function openedSession(
  draft: Session,
  { device, channels }: Target,
  remote: RemoteSession,
  notify: boolean,
  { now, correlationId, hour, intent }: Asking,
): OpenedSession {
  const opened: Session = {
    ...draft,
    state: "open",
    device: { id: device.id, name: device.name, platform: device.platform, userName: device.userName ?? "" },
    ...(device.userId ? { userId: device.userId } : {}),
    code: remote.code,
    endCustomerUrl: remote.endCustomerUrl,
  };
  return notify
    ? askedSession(opened, channels, { now, correlationId, hour, intent })
    : { session: opened, message: undefined };
}

/** The session with one more notification under way, or plainly marked `unsupported`. */
export function askedSession(
  session: Session,
  channels: readonly Channel[],
  { now, correlationId, hour, intent }: Asking,
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
      seen: {
        channel,
        times: timesWithinTheHour(hour.times, now).map((time) => time.toISOString()),
        ...(hour.etag ? { etag: hour.etag } : {}),
        intent,
      },
      correlationId,
    },
  };
}
