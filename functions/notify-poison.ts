import type { StorageQueueHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { correlate, correlationIdOf, log } from "../lib/http/log.ts";
import { readNotificationMessage } from "../lib/notifications/ports.ts";

/** Queue `notifications-poison`: a notification that failed too often is marked in its session and audited. */
export const notifyPoison =
  (app: () => App): StorageQueueHandler =>
  async (message, context) => {
    const notification = readNotificationMessage(message);
    correlate(context, notification?.correlationId);
    const about = notification ? { sessionId: notification.sessionId } : {};
    log(context, "error", { event: "poison", queue: "notifications", ...about });
    await app().sessions.notifyPoison(notification, correlationIdOf(context));
  };
