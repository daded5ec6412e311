import type { StorageQueueHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { correlate, correlationIdOf, log } from "../lib/http/log.ts";
import { readDeliveryMessage } from "../lib/webhooks/ports.ts";

/** Queue `webhooks-poison`: an event that could not be delivered is marked in its delivery and audited. */
export const deliverWebhookPoison =
  (app: () => App): StorageQueueHandler =>
  async (message, context) => {
    const delivery = readDeliveryMessage(message);
    correlate(context, delivery?.correlationId);
    const about = delivery ? { webhookId: delivery.webhookId } : {};
    log(context, "error", { event: "poison", queue: "webhooks", ...about });
    await app().webhooks.giveUp(delivery, correlationIdOf(context));
  };
