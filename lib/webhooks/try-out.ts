import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/record.ts";
import { audited } from "./audited.ts";
import { findWebhook } from "./change.ts";
import { type Attempt, type DeliveryView, viewOfDelivery } from "./delivery.ts";
import type { WebhookEvent } from "./event.ts";
import type { KnownWebhooks } from "./known.ts";
import type { DeliveryStore, WebhookStore, WebhookVault } from "./ports.ts";
import type { Prove } from "./prove.ts";
import type { SendEvent } from "./send.ts";
import { problemOf } from "./target-answer.ts";
import { askAgain, secretMissing } from "./update.ts";
import { viewOfWebhook, type WebhookView } from "./webhook.ts";

type Deps = {
  store: WebhookStore;
  known: KnownWebhooks;
  deliveries: DeliveryStore;
  vault: WebhookVault;
  prove: Prove;
  send: SendEvent;
  audit: Audit;
  now: () => Date;
  newEventId: (at: Date) => string;
};

type TriedOut = { webhook: WebhookView; delivery?: DeliveryView };

/**
 * A person tries an endpoint out and waits for what it says: one that is pending is asked for its consent again, any other is
 * sent a `webhook.test` event, once.
 */
export function makeTryOut(deps: Deps) {
  const { vault, audit } = deps;
  return async (principal: Principal, id: string, correlationId: string): Promise<TriedOut> => {
    const { value: webhook } = await findWebhook(deps, id);
    return audited(audit, { principal, action: "webhook.deliver", correlationId, webhookId: id }, async () => {
      if (webhook.status === "pending") {
        const asked = await askAgain(deps, webhook);
        return { answer: { webhook: viewOfWebhook(asked) }, word: "consent", result: resultOf(asked) };
      }
      const secrets = await vault.read(webhook.secretName);
      if (!secrets) throw secretMissing();
      const attempt = await sendTest(deps, id, (event) => deps.send(webhook.url, secrets, event));
      const delivery = viewOfDelivery([attempt]);
      const answer = { webhook: viewOfWebhook(webhook), ...(delivery ? { delivery } : {}) };
      return { answer, word: "test", result: resultOf(attempt) };
    });
  };
}

const resultOf = ({ problem }: { problem?: unknown }) => (problem ? "failed" : "success");

async function sendTest(
  { deliveries, now, newEventId }: Deps,
  webhookId: string,
  send: (event: WebhookEvent) => ReturnType<SendEvent>,
): Promise<Attempt> {
  const at = now().toISOString();
  const event: WebhookEvent = { id: newEventId(now()), type: "webhook.test", at };
  const fresh: Attempt = { event, number: 1, state: "sending", at, until: at };
  const claimed = await deliveries.claim(webhookId, fresh);
  const answer = await send(event);
  const problem = problemOf(answer);
  const ended: Attempt = {
    ...fresh,
    state: problem ? "failed" : "delivered",
    durationMs: answer.durationMs,
    ...(answer.outcome === "answered" ? { status: answer.status } : {}),
    ...(problem ? { problem } : {}),
  };
  if (claimed) await deliveries.update(webhookId, claimed, ended);
  return ended;
}
