import * as z from "zod";
import { deliveryNotFound, webhookNotFound } from "../errors.ts";

const isWebhookId = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

const id = z.string().meta({ examples: ["5f0c9a52-6f0e-4f5b-9c1d-2f1f5a3b7c11"] });
const deliveryId = z.string().meta({ examples: ["1234567890123456789-0123456789abcdef"] });

/** `{id}` of a webhook. What cannot be the id of a webhook is an id that no webhook has. */
export const webhookParams = z.strictObject({ id }).transform((params) => {
  if (isWebhookId(params.id)) return params;
  throw webhookNotFound();
});

/** `{id}` of a webhook and `{deliveryId}` of one of its deliveries. */
export const deliveryParams = z.strictObject({ id, deliveryId }).transform((params) => {
  if (!isWebhookId(params.id)) throw webhookNotFound();
  if (/^\d{19}-[0-9a-f]{16}$/.test(params.deliveryId)) return params;
  throw deliveryNotFound();
});
