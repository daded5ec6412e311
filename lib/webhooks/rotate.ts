import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/record.ts";
import { AppError } from "../errors.ts";
import { audited } from "./audited.ts";
import { findWebhook } from "./change.ts";
import type { KnownWebhooks } from "./known.ts";
import type { WebhookStore, WebhookVault } from "./ports.ts";
import { makeRenewSecret } from "./renew-secret.ts";
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

/** Gives an endpoint a new secret, answered here and never again. For a day deliveries are signed with the old one as well. */
export function makeRotateSecret(deps: Deps) {
  const { known, audit } = deps;
  const renew = makeRenewSecret<Webhook>("wh", deps);
  return async (principal: Principal, id: string, correlationId: string): Promise<WebhookView & { secret: string }> => {
    const stored = await findWebhook(deps, id);
    return audited(audit, { principal, action: "webhook.rotate", correlationId, webhookId: id }, async () => {
      const renewed = await renew(stored);
      known.forget();
      if (!renewed)
        throw new AppError("webhook-changed", "Somebody else changed the webhook at the same time. Try again.");
      return { answer: { ...viewOfWebhook(renewed.holder), secret: renewed.secret } };
    });
  };
}
