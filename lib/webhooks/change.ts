import type { Stored } from "../connector/ports.ts";
import { AppError, webhookNotFound } from "../errors.ts";
import type { KnownWebhooks } from "./known.ts";
import type { WebhookStore } from "./ports.ts";
import type { Webhook } from "./webhook.ts";

type Deps = { store: WebhookStore; known: KnownWebhooks };

const MAX_ROUNDS = 5;

/** The endpoint as it stands now. Throws `webhook-not-found`. */
export async function findWebhook({ store }: Pick<Deps, "store">, id: string): Promise<Stored<Webhook>> {
  const stored = await store.find(id);
  if (!stored || stored.value.status === "deleted") throw webhookNotFound();
  return stored;
}

/** What to make of an endpoint: undefined leaves it as it is. */
export type WebhookDecision = (webhook: Webhook) => Webhook | undefined;

/** Reads an endpoint, decides, and stores the decision unless somebody was faster: then again. Answers it as it then stands. */
export async function changeWebhook(deps: Deps, id: string, decide: WebhookDecision) {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const stored = await findWebhook(deps, id);
    const decided = decide(stored.value);
    if (!decided) return { webhook: stored.value, changed: false };
    const updated = await deps.store.update(stored, decided);
    if (updated) deps.known.forget();
    if (updated) return { webhook: updated.value, changed: true };
  }
  throw new AppError("upstream-unavailable", "The webhook is being changed by many at once. Try again in a moment.", {
    retryAfterSeconds: 1,
  });
}
