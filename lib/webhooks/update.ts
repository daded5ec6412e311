import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/record.ts";
import { AppError } from "../errors.ts";
import { audited } from "./audited.ts";
import { changeWebhook, findWebhook } from "./change.ts";
import { checkTarget, proven } from "./create.ts";
import type { EventType } from "./event.ts";
import type { KnownWebhooks } from "./known.ts";
import type { WebhookStore, WebhookVault } from "./ports.ts";
import type { Prove } from "./prove.ts";
import { viewOfWebhook, type Webhook, type WebhookView } from "./webhook.ts";

type Deps = {
  store: WebhookStore;
  known: KnownWebhooks;
  vault: WebhookVault;
  prove: Prove;
  audit: Audit;
  now: () => Date;
  allowLoopback: boolean;
};

/** What may be changed; what is left out stays. */
export type WebhookChange = {
  url?: string | undefined;
  events?: readonly EventType[] | undefined;
  description?: string | undefined;
  paused?: boolean | undefined;
};

/**
 * Changes an endpoint. A new address, and one that was paused because it failed, has to agree (again) before it gets anything;
 * what a person paused goes on at once, with what happens from then on.
 */
export function makeUpdateWebhook(deps: Deps) {
  const { audit, now, allowLoopback } = deps;
  return async (
    principal: Principal,
    id: string,
    change: WebhookChange,
    correlationId: string,
  ): Promise<WebhookView> => {
    const url = change.url === undefined ? undefined : checkTarget(change.url, allowLoopback);
    await findWebhook(deps, id);
    const action = change.paused === true ? "webhook.pause" : "webhook.update";
    return audited(audit, { principal, action, correlationId, webhookId: id }, async () => {
      const decide = (webhook: Webhook) => changed(webhook, { ...change, url }, now());
      const { webhook } = await changeWebhook(deps, id, decide);
      const ended = webhook.status === "pending" ? await askAgain(deps, webhook) : webhook;
      return { answer: viewOfWebhook(ended), word: ended.status };
    });
  };
}

/**
 * The endpoint after `change`, before its target was asked. Whatever is still to be proven stays so through a pause: no way
 * leads to `active` around the target's consent.
 */
export function changed(webhook: Webhook, { url, events, description, paused }: WebhookChange, now: Date): Webhook {
  const isElsewhere = url !== undefined && url !== webhook.url;
  const isUnproven = isElsewhere || webhook.status === "pending";
  const { problem: before, ...rest } = webhook;
  const problem = before ?? (isUnproven ? "not-proven" : undefined);
  const next: Webhook = {
    ...rest,
    ...(problem ? { problem } : {}),
    ...(isElsewhere ? { url } : {}),
    ...(events ? { events: [...new Set(events)] } : {}),
    ...(description === undefined ? {} : { description }),
  };
  if (paused === true || (webhook.status === "paused" && paused !== false)) return { ...next, status: "paused" };
  if (isUnproven || (webhook.status === "paused" && problem)) return { ...next, status: "pending" };
  return webhook.status === "paused" ? { ...next, status: "active", activeSince: now.toISOString() } : next;
}

/** Asks the target of a pending endpoint for its consent and stores what it says. Throws `webhook-not-active` when its secret is gone. */
export async function askAgain(
  deps: Pick<Deps, "store" | "known" | "vault" | "prove" | "now">,
  pending: Webhook,
): Promise<Webhook> {
  const secrets = await deps.vault.read(pending.secretName);
  if (!secrets) throw secretMissing();
  const problem = await deps.prove(pending, secrets);
  const decide = (webhook: Webhook) =>
    webhook.status === "pending" && webhook.url === pending.url ? proven(webhook, problem, deps.now()) : undefined;
  return (await changeWebhook(deps, pending.id, decide)).webhook;
}

export const secretMissing = () =>
  new AppError("webhook-not-active", "The webhook's secret is missing in Key Vault. Rotate it and try again.");
