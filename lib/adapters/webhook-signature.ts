import { Webhook } from "standardwebhooks";
import type { SignWebhook } from "../webhooks/ports.ts";

/** `v1,<base64>` for each secret, space-separated (Standard Webhooks 1.0.0, "Signature scheme"). */
export const signWebhook: SignWebhook = (secrets, id, at, body) =>
  secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(" ");
