import * as z from "zod";
import { deliveryNotFound, webhookNotFound } from "../errors.ts";

const isWebhookId = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

/** `{id}` of a webhook. What cannot be the id of a webhook is an id that no webhook has. */
export const webhookParams = z.strictObject({ id: z.string() }).transform((params) => {
  if (isWebhookId(params.id)) return params;
  throw webhookNotFound();
});

/** `{id}` of a webhook and `{deliveryId}` of one of its deliveries. */
export const deliveryParams = z.strictObject({ id: z.string(), deliveryId: z.string() }).transform((params) => {
  if (!isWebhookId(params.id)) throw webhookNotFound();
  if (/^\d{19}-[0-9a-f]{16}$/.test(params.deliveryId)) return params;
  throw deliveryNotFound();
});
