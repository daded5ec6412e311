import type { StorageQueueHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { correlate, correlationIdOf, log } from "../lib/http/log.ts";
import { readNotificationMessage } from "../lib/notifications/ports.ts";

/**
 * Queue `notifications`: asks a user through the first channel that takes it. Nothing is caught: what throws is a bug or
 * an outage, and the host tries the message again, then moves it to the poison queue. What cannot be read goes there at once.
 */
export const notify =
  (app: () => App): StorageQueueHandler =>
  async (message, context) => {
    const notification = readNotificationMessage(message);
    if (!notification) {
      log(context, "error", { event: "malformed-message" });
      return app().sendToPoison(message);
    }
    correlate(context, notification.correlationId);
    const isFirstDelivery = Number(context.triggerMetadata?.dequeueCount ?? 1) === 1;
    await app().sessions.notify(notification, correlationIdOf(context), isFirstDelivery);
  };
