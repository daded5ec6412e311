import * as z from "zod";
import { channels } from "../devices/device.ts";

/** When the notifications of the last hour went to a device, with the tag of the row that says so; none was written without. */
export type DeviceHour = { times: Date[]; etag: string | undefined };

const seenSchema = z.strictObject({
  channel: z.enum(channels),
  times: z.array(z.iso.datetime()).max(20),
  etag: z.string().max(200).optional(),
  intent: z.strictObject({ id: z.string().regex(/^\d{19}-[0-9a-f]{16}$/), at: z.iso.datetime() }),
});

/**
 * A queue message of `notifications`: ids only, never a link or a name. `notAfter`: a late notification must not arrive;
 * `deviceId`: so that the device can be looked at while the session is read;
 * `seen`: the channel and the device's hour as the request saw them, so that a place in it can be taken meanwhile, too, and
 * the audit's entry for it, which copies of the message share;
 * `correlationId`: the request that it stems from.
 */
export const notificationMessageSchema = z.strictObject({
  v: z.literal(1),
  sessionId: z.string().regex(/^[0-9a-f]{32}$/),
  number: z.number().int().min(1).max(1000),
  attempt: z.number().int().min(1).max(1000),
  notAfter: z.iso.datetime(),
  deviceId: z.string().max(64).optional(),
  seen: seenSchema.optional(),
  correlationId: z.string().max(64).optional(),
});
export type NotificationMessage = z.infer<typeof notificationMessageSchema>;

/** The message as the host hands it over (an object, or text when it is not JSON); undefined when it is not one of ours. */
export function readNotificationMessage(raw: unknown): NotificationMessage | undefined {
  try {
    return notificationMessageSchema.safeParse(typeof raw === "string" ? JSON.parse(raw) : raw).data;
  } catch {
    // Not JSON: not one of ours.
    return undefined;
  }
}

/** The queue. `delaySeconds` hides the message that long. */
export type NotificationQueue = {
  send: (message: NotificationMessage, delaySeconds?: number) => Promise<void>;
  sendToPoison: (raw: unknown) => Promise<void>;
};

/**
 * How a service took a notification: `sent` it took it; `failed` it refused and sent nothing; `later` it sent nothing and
 * may be asked again; `unknown` nobody can tell.
 */
export type SendResult =
  | { state: "sent" }
  | { state: "failed" | "unknown"; reason: string }
  | { state: "later"; afterSeconds: number };

/** One service that notifies. Never throws for what the service answers. */
export type Sender<Notification> = { send: (notification: Notification) => Promise<SendResult> };

/** What each channel sends through. Undefined: this deployment does not use it. */
export type Senders = {
  /** Custom notification on the device: `title` at most 50, `text` at most 500 characters. */
  companyPortal: Sender<{ deviceId: string; title: string; text: string }>;
  /** Entry in the user's activity feed: `preview` at most 150 characters; it leads to `url`. */
  teams: Sender<{ userId: string; title: string; preview: string; url: string }> | undefined;
  email: Sender<{ to: string; subject: string; html: string }> | undefined;
};

/**
 * One notification through one channel. `sending` is set before the call leaves, so a crash during it ends as `unknown`;
 * `failed`: the service refused. `at` is its time in the budget.
 */
export type Reservation = { state: "sending" | "later" | "failed" | "done"; etag: string; at: Date };

/** What was sent when, by device: dedupe and the hourly budget. */
export type NotificationLedger = {
  /** When the notifications of the last hour to this device were sent. */
  sentTimes: (deviceId: string) => Promise<DeviceHour>;
  /** The same with what is known of these keys, in one call. */
  look: (
    deviceId: string,
    notifyKeys: readonly string[],
  ) => Promise<{ budget: DeviceHour; reservations: Map<string, Reservation> }>;
  /** Takes the key and stores the budget's new times in one transaction; undefined when somebody was faster. */
  reserve: (reserve: {
    deviceId: string;
    notifyKey: string;
    at: Date;
    /** The times that count besides `at`. */
    budget: DeviceHour;
    previous?: Reservation;
  }) => Promise<Reservation | undefined>;
  /** Deletes what is known of these keys. */
  forget: (deviceId: string, notifyKeys: readonly string[]) => Promise<void>;
  mark: (
    deviceId: string,
    notifyKey: string,
    reservation: Reservation,
    state: Exclude<Reservation["state"], "sending">,
  ) => Promise<void>;
};
