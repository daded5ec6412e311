import type { Stored } from "../connector/ports.ts";
import type { DeliveryStore, WebhookStore, WebhookVault } from "./ports.ts";
import { deleteAllSecrets, deleteRetired } from "./retired-secrets.ts";
import type { Webhook } from "./webhook.ts";

type Deps = {
  store: WebhookStore;
  deliveries: DeliveryStore;
  vault: WebhookVault;
  now: () => Date;
  sessionRetentionDays: number;
};

const DAY_MS = 24 * 60 * 60_000;

/** Hourly: secrets out of use, deliveries past their retention, and all of an endpoint that was deleted. Each may be cut off anywhere. */
export function makeUpkeepWebhooks({ store, deliveries, vault, now, sessionRetentionDays }: Deps) {
  async function forget(stored: Stored<Webhook>) {
    const { id } = stored.value;
    await deleteAllSecrets(vault, stored.value);
    // Some deliveries may have been made after the deletion, by a process that had not heard of it.
    await deliveries.dropBefore(id, new Date(now().getTime() + DAY_MS));
    await store.remove(stored);
  }

  return async (): Promise<void> => {
    for (const stored of await store.list()) {
      const { value: webhook } = stored;
      if (webhook.status === "deleted") {
        await forget(stored);
        continue;
      }
      await deliveries.dropBefore(webhook.id, new Date(now().getTime() - sessionRetentionDays * DAY_MS));
      const retiredSecrets = await deleteRetired(vault, webhook, now());
      if (retiredSecrets) await store.update(stored, { ...webhook, retiredSecrets });
    }
  };
}
