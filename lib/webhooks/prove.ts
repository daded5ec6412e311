import type { WebhookEvent } from "./event.ts";
import type { CallTarget, WebhookSecrets } from "./ports.ts";
import type { SendEvent } from "./send.ts";
import type { TargetAnswer } from "./target-answer.ts";
import type { Webhook } from "./webhook.ts";

type Deps = {
  callTarget: CallTarget;
  send: SendEvent;
  now: () => Date;
  newEventId: (at: Date) => string;
  randomText: () => string;
  /** The host name that targets see as the sender. */
  origin: string;
};

/** Why a target may not be sent events; undefined when it agreed to get them. */
export type Prove = (webhook: Webhook, secrets: WebhookSecrets) => Promise<Webhook["problem"]>;

/**
 * Asks a target for its consent, so that nobody is flooded by being named here: by the handshake of CloudEvents' "HTTP 1.1 Web
 * Hooks for Event Delivery" (section 4), or, where OPTIONS is not understood, by a signed `webhook.test` event whose
 * `data.challenge` the answer's body must repeat. Answering 200 to everything is no consent.
 */
export function makeProve({ callTarget, send, now, newEventId, randomText, origin }: Deps): Prove {
  return async ({ url }, secrets) => {
    const asked = await callTarget(url, { method: "OPTIONS", headers: { "webhook-request-origin": origin } });
    if (asked.outcome === "answered" && isOk(asked) && [origin, "*"].includes(asked.allowedOrigin ?? ""))
      return undefined;
    if (asked.outcome !== "answered" && asked.outcome !== "cut") return asked.outcome;

    const challenge = randomText();
    const event: WebhookEvent = {
      id: newEventId(now()),
      type: "webhook.test",
      at: now().toISOString(),
      challenge,
    };
    const pinged = await send(url, secrets, event);
    if (pinged.outcome === "answered")
      return isOk(pinged) && pinged.text.includes(challenge) ? undefined : "not-proven";
    return pinged.outcome === "cut" ? "unreachable" : pinged.outcome;
  };
}

const isOk = ({ status }: Extract<TargetAnswer, { outcome: "answered" }>) => status >= 200 && status < 300;
