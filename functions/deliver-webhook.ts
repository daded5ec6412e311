import type { StorageQueueHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { correlate, log } from "../lib/http/log.ts";
import { readDeliveryMessage } from "../lib/webhooks/ports.ts";

/**
 * Queue `webhooks`: delivers one event to one endpoint. What a receiver does wrong is put back by the product itself; what
 * throws is a bug or an outage of the queue, and the host tries the message again, then moves it to the poison queue.
 */
export const deliverWebhook =
  (app: () => App): StorageQueueHandler =>
  async (message, context) => {
    const delivery = readDeliveryMessage(message);
    if (!delivery) {
      log(context, "error", { event: "malformed-message" });
      return app().webhooks.sendToPoison(message);
    }
    correlate(context, delivery.correlationId);
    await app().webhooks.deliver(delivery);
  };
