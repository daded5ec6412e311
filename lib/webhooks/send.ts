import { cloudEventOf, type WebhookEvent } from "./event.ts";
import type { CallTarget, SignWebhook, WebhookSecrets } from "./ports.ts";
import type { TargetAnswer } from "./target-answer.ts";

type Deps = { callTarget: CallTarget; sign: SignWebhook; now: () => Date; source: string };

/** Sends one event to a target, signed. */
export type SendEvent = (url: string, secrets: WebhookSecrets, event: WebhookEvent) => Promise<TargetAnswer>;

/**
 * A signed POST with the headers of Standard Webhooks 1.0.0. `webhook-id` is the event's and the same in each attempt, so a
 * receiver knows a repeat; for a day after a rotation there are two signatures, by the new and by the old secret.
 */
export function makeSendEvent({ callTarget, sign, now, source }: Deps): SendEvent {
  return (url, { current, previous, previousUntil }, event) => {
    const at = now();
    const isOverlap = previous !== undefined && previousUntil !== undefined && previousUntil > at.toISOString();
    const body = cloudEventOf(event, source);
    const headers = {
      "content-type": "application/cloudevents+json; charset=utf-8",
      "webhook-id": event.id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": sign(isOverlap ? [current, previous] : [current], event.id, at, body),
    };
    return callTarget(url, { method: "POST", headers, body });
  };
}
