import type { TokenCredential } from "@azure/identity";
import type { StorageSettings } from "../../settings.ts";
import type { DeliveryMessage, WebhookQueue } from "../../webhooks/ports.ts";
import { makeQueue } from "./queue.ts";

/** The queues `webhooks` and `webhooks-poison`. */
export const makeWebhookQueue = (storage: StorageSettings, credential: TokenCredential): WebhookQueue =>
  makeQueue<DeliveryMessage>(storage, credential, "webhooks");
