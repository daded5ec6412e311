import type { Stored } from "../../../lib/connector/ports.ts";
import type { Attempt } from "../../../lib/webhooks/delivery.ts";
import type { DeliveryStore, WebhookSecrets, WebhookStore, WebhookVault } from "../../../lib/webhooks/ports.ts";
import type { Webhook } from "../../../lib/webhooks/webhook.ts";

/** Values by key, each with a tag that a change has to name; what is kept and given are copies. */
function rows<T>() {
  const kept = new Map<string, Stored<T>>();
  let changes = 0;
  const put = (key: string, value: T): Stored<T> => {
    changes += 1;
    kept.set(key, { value: structuredClone(value), etag: `W/${changes}` });
    return { value, etag: `W/${changes}` };
  };
  return {
    keys: () => [...kept.keys()].sort(),
    read: (key: string) => structuredClone(kept.get(key)),
    insert: (key: string, value: T) => (kept.has(key) ? undefined : put(key, value)),
    replace: (key: string, etag: string, value: T) => (kept.get(key)?.etag === etag ? put(key, value) : undefined),
    drop: (key: string) => void kept.delete(key),
  };
}

/** Endpoints, in the order of their ids. */
export function makeStoredWebhooks(): WebhookStore {
  const endpoints = rows<Webhook>();
  return {
    list: async () => endpoints.keys().flatMap((id) => endpoints.read(id) ?? []),
    find: async (id) => endpoints.read(id),
    add: async (webhook) => endpoints.insert(webhook.id, webhook),
    update: async ({ etag }, webhook) => endpoints.replace(webhook.id, etag, webhook),
    remove: async ({ value }) => endpoints.drop(value.id),
  };
}

/** Attempts, newest event first, since ids of events count down. */
export function makeStoredDeliveries(): DeliveryStore {
  const attempts = rows<Attempt>();
  const keyOf = (webhookId: string, eventId: string, number: number) =>
    `${webhookId}|${eventId}|${String(number).padStart(4, "0")}`;
  const under = (start: string) =>
    attempts.keys().flatMap((key) => (key.startsWith(start) ? (attempts.read(key)?.value ?? []) : []));
  return {
    claim: async (webhookId, attempt) => attempts.insert(keyOf(webhookId, attempt.event.id, attempt.number), attempt),
    find: async (webhookId, eventId, number) => attempts.read(keyOf(webhookId, eventId, number)),
    update: async (webhookId, { etag }, attempt) =>
      attempts.replace(keyOf(webhookId, attempt.event.id, attempt.number), etag, attempt),
    ofEvent: async (webhookId, eventId) => under(`${webhookId}|${eventId}|`),
    async *list(webhookId, afterId = "") {
      yield* under(`${webhookId}|`).filter(({ event }) => event.id > afterId);
    },
    dropBefore: async (webhookId, before) => {
      for (const { event, number } of under(`${webhookId}|`))
        if (event.at < before.toISOString()) attempts.drop(keyOf(webhookId, event.id, number));
    },
  };
}

/** Secrets by name. */
export function makeStoredSecrets(): WebhookVault & { names: () => string[] } {
  const secrets = rows<WebhookSecrets>();
  return {
    names: secrets.keys,
    write: async (name, _webhookId, value) => void secrets.insert(name, value),
    read: async (name) => secrets.read(name)?.value,
    remove: async (name) => secrets.drop(name),
  };
}

/** Ids of entries and events, counting down from one to the next. */
export function makeNewEventId() {
  let made = 0;
  return (at: Date): string => {
    made += 1;
    const us = BigInt(at.getTime()) * 1000n + BigInt(made);
    return `${String(8_640_000_000_000_000_000n - us).padStart(19, "0")}-${String(made).padStart(16, "0")}`;
  };
}
