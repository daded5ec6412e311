import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/record.ts";
import { AppError } from "../errors.ts";
import { audited } from "./audited.ts";
import { changeWebhook } from "./change.ts";
import type { EventType } from "./event.ts";
import type { KnownWebhooks } from "./known.ts";
import type { WebhookStore, WebhookVault } from "./ports.ts";
import type { Prove } from "./prove.ts";
import { targetProblem } from "./target-url.ts";
import { MAX_WEBHOOKS, viewOfWebhook, type Webhook, type WebhookView } from "./webhook.ts";

type Deps = {
  store: WebhookStore;
  known: KnownWebhooks;
  vault: WebhookVault;
  prove: Prove;
  audit: Audit;
  now: () => Date;
  newId: () => string;
  newSecret: () => string;
  allowLoopback: boolean;
};

export type NewWebhook = { url: string; events: readonly EventType[]; description?: string | undefined };

/** Throws `invalid-request` for an address that cannot be a target. */
export function checkTarget(url: string, allowLoopback: boolean): string {
  const problem = targetProblem(url, { allowLoopback });
  if (problem) throw new AppError("invalid-request", `The body is not valid. url: ${problem}`);
  return new URL(url).href;
}

/** The endpoint as it becomes once its target has agreed or not. */
export const proven = (webhook: Webhook, problem: Webhook["problem"], now: Date): Webhook => {
  const { problem: _before, failingSince: _since, ...rest } = webhook;
  if (problem) return { ...rest, status: "pending", problem };
  return { ...rest, status: "active", activeSince: now.toISOString() };
};

/**
 * Registers an endpoint. Its row comes first and names the secret, so that none is left that nobody knows of. The target is
 * asked for its consent at once; while it has not agreed the endpoint is `pending` and gets nothing. The secret is answered
 * here and never again.
 */
export function makeCreateWebhook(deps: Deps) {
  const { store, known, vault, prove, audit, now, newId, newSecret, allowLoopback } = deps;

  return async (
    principal: Principal,
    { url, events, description }: NewWebhook,
    correlationId: string,
  ): Promise<WebhookView & { secret: string }> => {
    const webhook: Webhook = {
      id: newId(),
      url: checkTarget(url, allowLoopback),
      status: "pending",
      events: [...new Set(events)],
      ...(description ? { description } : {}),
      createdBy: principal.id,
      createdAt: now().toISOString(),
      secretName: `wh-${newId()}`,
      retiredSecrets: [],
    };
    const others = (await store.list()).filter(({ value }) => value.status !== "deleted");
    if (others.length >= MAX_WEBHOOKS)
      throw new AppError("too-many-webhooks", `There are ${MAX_WEBHOOKS} webhooks already. Delete one first.`);

    const asked = { principal, action: "webhook.create", correlationId, webhookId: webhook.id } as const;
    return audited(audit, asked, async () => {
      await store.add(webhook);
      known.forget();
      try {
        const secrets = { current: newSecret() };
        await vault.write(webhook.secretName, webhook.id, secrets);
        const problem = await prove(webhook, secrets);
        const { webhook: made } = await changeWebhook(deps, webhook.id, (each) => proven(each, problem, now()));
        return { answer: { ...viewOfWebhook(made), secret: secrets.current }, word: made.status };
      } catch (error) {
        // Nobody was told its secret: the timer removes it.
        await changeWebhook(deps, webhook.id, (each) => ({ ...each, status: "deleted" })).catch(() => undefined);
        throw error;
      }
    });
  };
}
