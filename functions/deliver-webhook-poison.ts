import type { StorageQueueHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { readDeliveryMessage } from "../lib/webhooks/ports.ts";

/** Queue `webhooks-poison`: an event that could not be delivered is marked in its delivery and audited. */
export const deliverWebhookPoison =
  (app: () => App): StorageQueueHandler =>
  async (message, context) => {
    await app().webhooks.giveUp(readDeliveryMessage(message), context.invocationId);
  };
