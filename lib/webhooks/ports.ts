import * as z from "zod";
import type { Stored } from "../connector/ports.ts";
import type { Attempt } from "./delivery.ts";
import { webhookEventSchema } from "./event.ts";
import type { TargetAnswer } from "./target-answer.ts";
import type { Webhook } from "./webhook.ts";

/**
 * A queue message of `webhooks`: ids, states and times only. `putBacks`: how often it waited for a free lane;
 * `correlationId`: the request that the event stems from.
 */
export const deliveryMessageSchema = z.strictObject({
  v: z.literal(1),
  webhookId: z.guid(),
  attempt: z.number().int().min(1).max(1000),
  putBacks: z.number().int().min(0).max(1_000_000),
  event: webhookEventSchema,
  correlationId: z.string().max(64).optional(),
});
export type DeliveryMessage = z.infer<typeof deliveryMessageSchema>;

/** The message as the host hands it over (an object, or text when it is not JSON); undefined when it is not one of ours. */
export function readDeliveryMessage(raw: unknown): DeliveryMessage | undefined {
  try {
    return deliveryMessageSchema.safeParse(typeof raw === "string" ? JSON.parse(raw) : raw).data;
  } catch {
    // Not JSON: not one of ours.
    return undefined;
  }
}

/** The queue. `delaySeconds` hides the message that long. */
export type WebhookQueue = {
  send: (message: DeliveryMessage, delaySeconds?: number) => Promise<void>;
  sendToPoison: (raw: unknown) => Promise<void>;
};

/** Where webhook endpoints are kept. Conditional changes answer undefined or false when somebody else was faster. */
export type WebhookStore = {
  list: () => Promise<Stored<Webhook>[]>;
  find: (id: string) => Promise<Stored<Webhook> | undefined>;
  add: (webhook: Webhook) => Promise<Stored<Webhook> | undefined>;
  update: (stored: Stored<Webhook>, webhook: Webhook) => Promise<Stored<Webhook> | undefined>;
  remove: (stored: Stored<Webhook>) => Promise<void>;
};

/** Where attempts are kept, by endpoint, event and number. */
export type DeliveryStore = {
  /** Storing an attempt for the first time is the lock: undefined when it is there. */
  claim: (webhookId: string, attempt: Attempt) => Promise<Stored<Attempt> | undefined>;
  find: (webhookId: string, eventId: string, number: number) => Promise<Stored<Attempt> | undefined>;
  update: (webhookId: string, stored: Stored<Attempt>, attempt: Attempt) => Promise<Stored<Attempt> | undefined>;
  /** Every attempt of one event, oldest first. */
  ofEvent: (webhookId: string, eventId: string) => Promise<Attempt[]>;
  /** Newest event first, of one event the oldest attempt first; from the event after `afterId` on. */
  list: (webhookId: string, afterId?: string) => AsyncIterable<Attempt>;
  /** Deletes attempts for events older than `before`. */
  dropBefore: (webhookId: string, before: Date) => Promise<void>;
};

/** The secrets of one endpoint: the one to sign with and, until `previousUntil`, the one before it. */
export type WebhookSecrets = { current: string; previous?: string | undefined; previousUntil?: string | undefined };

/** Where they are kept: a name is written once and never changed. `read` answers undefined when there is none. */
export type WebhookVault = {
  write: (name: string, webhookId: string, secrets: WebhookSecrets) => Promise<void>;
  read: (name: string) => Promise<WebhookSecrets | undefined>;
  remove: (name: string) => Promise<void>;
};

export type TargetCall = { method: "OPTIONS" | "POST"; headers: Record<string, string>; body?: string };

/** Calls the target of a webhook. Never throws for what the other side does, follows nothing, ends in 15 s. */
export type CallTarget = (url: string, call: TargetCall) => Promise<TargetAnswer>;

/** Signs a body: the value of `webhook-signature` (Standard Webhooks 1.0.0), one signature for each secret. */
export type SignWebhook = (secrets: readonly string[], id: string, at: Date, body: string) => string;
