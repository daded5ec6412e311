import { pageNotOurs } from "../errors.ts";
import { findWebhook } from "./change.ts";
import { type Attempt, type DeliveryView, viewOfDelivery } from "./delivery.ts";
import type { DeliveryStore, WebhookStore } from "./ports.ts";
import { viewOfWebhook, type WebhookView } from "./webhook.ts";

type Deps = { store: WebhookStore; deliveries: DeliveryStore };

/** All endpoints, oldest first. */
export function makeListWebhooks({ store }: Pick<Deps, "store">) {
  return async (): Promise<{ value: WebhookView[] }> => {
    const webhooks = (await store.list()).map(({ value }) => value).filter(({ status }) => status !== "deleted");
    return { value: webhooks.sort((a, b) => a.createdAt.localeCompare(b.createdAt)).map(viewOfWebhook) };
  };
}

export function makeReadWebhook({ store }: Pick<Deps, "store">) {
  return async (id: string): Promise<WebhookView> => viewOfWebhook((await findWebhook({ store }, id)).value);
}

type List = { top: number; page?: string | undefined };

/** The deliveries of an endpoint, newest event first. `page` is the id of the last delivery seen. */
export function makeListDeliveries({ store, deliveries }: Deps) {
  return async (id: string, { top, page }: List): Promise<{ value: DeliveryView[]; nextPage?: string }> => {
    await findWebhook({ store }, id);
    if (page !== undefined && !/^\d{19}-[0-9a-f]{16}$/.test(page)) throw pageNotOurs();
    const value: DeliveryView[] = [];
    let attempts: Attempt[] = [];
    const close = () => {
      const view = viewOfDelivery(attempts);
      if (view) value.push(view);
      attempts = [];
    };
    for await (const attempt of deliveries.list(id, page)) {
      if (attempts[0] && attempts[0].event.id !== attempt.event.id) close();
      if (value.length === top) return { value, nextPage: value.at(-1)?.id ?? "" };
      attempts.push(attempt);
    }
    close();
    return { value };
  };
}
