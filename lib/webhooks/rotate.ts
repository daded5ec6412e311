import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/record.ts";
import type { Stored } from "../connector/ports.ts";
import { AppError } from "../errors.ts";
import { audited } from "./audited.ts";
import { findWebhook } from "./change.ts";
import type { KnownWebhooks } from "./known.ts";
import type { WebhookSecrets, WebhookStore, WebhookVault } from "./ports.ts";
import { viewOfWebhook, type Webhook, type WebhookView } from "./webhook.ts";

type Deps = {
  store: WebhookStore;
  known: KnownWebhooks;
  vault: WebhookVault;
  audit: Audit;
  now: () => Date;
  newId: () => string;
  newSecret: () => string;
};

/** For so long deliveries are signed with the old secret as well. */
const OVERLAP_MS = 24 * 60 * 60_000;

/** Longer than any process remembers an endpoint, and than a rotation takes. */
const RETIRE_AFTER_MS = 60 * 60_000;

/**
 * Gives an endpoint a new secret, answered here and never again. The secrets go under a new name (a vault keeps no more than
 * 500 versions that can be backed up, and deletes none of them); the old name is deleted by the timer.
 */
export function makeRotateSecret(deps: Deps) {
  const { store, known, vault, audit, now, newId, newSecret } = deps;
  return async (principal: Principal, id: string, correlationId: string): Promise<WebhookView & { secret: string }> => {
    const stored = await findWebhook(deps, id);
    return audited(audit, { principal, action: "webhook.rotate", correlationId, webhookId: id }, async () => {
      const previous = (await vault.read(stored.value.secretName))?.current;
      const previousUntil = new Date(now().getTime() + OVERLAP_MS).toISOString();
      const secrets: WebhookSecrets = { current: newSecret(), ...(previous ? { previous, previousUntil } : {}) };
      const rotated = await replace(stored, secrets);
      known.forget();
      if (!rotated)
        throw new AppError("webhook-changed", "Somebody else changed the webhook at the same time. Try again.");
      return { answer: { ...viewOfWebhook(rotated.value), secret: secrets.current } };
    });
  };

  /** The row names the new secret before it is written, so that a process that dies leaves none that nobody knows of. */
  async function replace(stored: Stored<Webhook>, secrets: WebhookSecrets): Promise<Stored<Webhook> | undefined> {
    const { retiredSecrets: retired, previousSecretUntil: _before, ...webhook } = stored.value;
    const secretName = `wh-${newId()}`;
    const after = new Date(now().getTime() + RETIRE_AFTER_MS).toISOString();
    const retiring = (name: string) => [...retired, { name, after }];
    const announced = await store.update(stored, { ...stored.value, retiredSecrets: retiring(secretName) });
    if (!announced) return undefined;
    await vault.write(secretName, webhook.id, secrets);
    const { previousUntil } = secrets;
    return store.update(announced, {
      ...webhook,
      secretName,
      ...(previousUntil ? { previousSecretUntil: previousUntil } : {}),
      retiredSecrets: retiring(webhook.secretName),
    });
  }
}
