import * as z from "zod";
import { eventTypes, type WebhookEvent } from "./event.ts";

/** Why a webhook that was active is paused, or one that is pending could not be proven. */
export const webhookProblems = ["gone", "failing", "not-proven", "unreachable", "timeout", "refused-address"] as const;

const statuses = ["pending", "active", "paused", "deleted"] as const;

const shared = {
  id: z.string(),
  events: z.array(z.enum(eventTypes)),
  description: z.string().optional(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  problem: z.enum(webhookProblems).optional(),
  /** Every attempt since then failed. */
  failingSince: z.iso.datetime().optional(),
  /** Until then deliveries carry a signature by the secret before the last rotation, too. */
  previousSecretUntil: z.iso.datetime().optional(),
};

/**
 * A webhook endpoint as it is stored. `pending`: its target has not agreed yet and gets nothing. `paused`: by a person, or by
 * itself with a `problem`. `deleted`: hidden; its secrets and deliveries are still to be removed.
 */
export const webhookSchema = z.object({
  ...shared,
  url: z.string(),
  status: z.enum(statuses),
  /** It is told of what happened from then on. */
  activeSince: z.iso.datetime().optional(),
  secretName: z.string(),
  /** Secrets out of use, deleted once `after` is over: until then another process may sign with them. */
  retiredSecrets: z.array(z.object({ name: z.string(), after: z.iso.datetime() })),
});
export type Webhook = z.infer<typeof webhookSchema>;

/** A webhook endpoint as administrators see it, without its secret and without the query of its address, which may be one. */
export const webhookViewSchema = z
  .strictObject({ ...shared, url: z.string(), status: z.enum(statuses) })
  .meta({ id: "Webhook" });
export type WebhookView = z.infer<typeof webhookViewSchema>;

/** The same once, when its secret is made. */
export const webhookWithSecretSchema = webhookViewSchema
  .extend({ secret: z.string() })
  .meta({ id: "WebhookWithSecret" });

/** What callers say of an endpoint. Whether `url` can be a target is decided where it is used. */
export const newWebhookSchema = z.strictObject({
  url: z.string().trim().min(1).max(2000),
  events: z.array(z.enum(eventTypes)).min(1).max(50),
  description: z.string().trim().max(200).optional(),
});

/** A pause this long after the first failure without a success in between (Svix and Standard Webhooks do the same). */
export const PAUSE_AFTER_MS = 5 * 24 * 60 * 60_000;

export const MAX_WEBHOOKS = 50;

/** Whether the endpoint is to be told of the event. */
export function wants({ status, activeSince, events }: Webhook, { type, at }: WebhookEvent): boolean {
  if (status !== "active" || activeSince === undefined || at < activeSince) return false;
  return events.some((each) => each === type);
}

/** The endpoint as administrators see it, field by field. */
export function viewOfWebhook(webhook: Webhook): WebhookView {
  const { id, url, status, events, description, problem, createdBy, createdAt } = webhook;
  const { failingSince, previousSecretUntil } = webhook;
  return {
    id,
    url: url.replace(/\?.*$/, "?…"),
    status,
    events,
    ...(description ? { description } : {}),
    ...(problem ? { problem } : {}),
    ...(failingSince ? { failingSince } : {}),
    ...(previousSecretUntil ? { previousSecretUntil } : {}),
    createdBy,
    createdAt,
  };
}
