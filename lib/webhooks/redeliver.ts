import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/record.ts";
import { AppError, deliveryNotFound } from "../errors.ts";
import { audited } from "./audited.ts";
import { findWebhook } from "./change.ts";
import { type DeliveryView, viewOfDelivery } from "./delivery.ts";
import type { DeliveryStore, WebhookQueue, WebhookStore } from "./ports.ts";

type Deps = {
  store: WebhookStore;
  deliveries: DeliveryStore;
  queue: WebhookQueue;
  audit: Audit;
  now: () => Date;
};

/** Sends an event once more, now: as the next attempt, with the same `webhook-id`, whatever became of those before. */
export function makeRedeliver(deps: Deps) {
  const { deliveries, queue, audit, now } = deps;
  return async (
    principal: Principal,
    webhookId: string,
    eventId: string,
    correlationId: string,
  ): Promise<DeliveryView> => {
    const { value: webhook } = await findWebhook(deps, webhookId);
    if (webhook.status !== "active")
      throw new AppError("webhook-not-active", "The webhook is paused or pending. Make it active first.");
    const attempts = await deliveries.ofEvent(webhookId, eventId);
    const last = attempts.at(-1);
    const view = viewOfDelivery(attempts);
    if (!last || !view) throw deliveryNotFound();
    if (last.state === "sending" && last.until > now().toISOString())
      throw new AppError("request-in-progress", "The event is being delivered right now. Try again in a minute.", {
        retryAfterSeconds: 60,
      });
    return audited(audit, { principal, action: "webhook.deliver", correlationId, webhookId }, async () => {
      await queue.send({ v: 1, webhookId, attempt: last.number + 1, putBacks: 0, event: last.event, correlationId });
      return { answer: view, word: "again" };
    });
  };
}
