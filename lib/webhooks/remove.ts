import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/record.ts";
import { audited } from "./audited.ts";
import { changeWebhook, findWebhook } from "./change.ts";
import type { KnownWebhooks } from "./known.ts";
import type { WebhookStore } from "./ports.ts";
import { viewOfWebhook, type WebhookView } from "./webhook.ts";

type Deps = { store: WebhookStore; known: KnownWebhooks; audit: Audit };

/** Deletes an endpoint: from now on it is told nothing. Its secret and its deliveries are removed by the timer. */
export function makeDeleteWebhook(deps: Deps) {
  const { audit } = deps;
  return async (principal: Principal, id: string, correlationId: string): Promise<WebhookView> => {
    await findWebhook(deps, id);
    return audited(audit, { principal, action: "webhook.delete", correlationId, webhookId: id }, async () => {
      const { webhook } = await changeWebhook(deps, id, (each) => ({ ...each, status: "deleted" }));
      return { answer: viewOfWebhook(webhook) };
    });
  };
}
