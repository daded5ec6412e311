import type { AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import type { Attempt } from "./delivery.ts";
import type { DeliveryMessage, DeliveryStore } from "./ports.ts";

type Deps = { deliveries: DeliveryStore; audit: Audit; now: () => Date };

/** A queue message that failed too often: its delivery says so, and the audit. */
export function makeGiveUpDelivery({ deliveries, audit, now }: Deps) {
  return async (message: DeliveryMessage | undefined, correlationId: string): Promise<void> => {
    const actor = { id: "connector", kind: "system" } as const;
    const subject: AuditSubject = {
      actor,
      action: "webhook.deliver",
      sessionId: message?.event.sessionId,
      correlationId,
    };
    if (!message) return audit.outcome(subject, { result: "failed", reason: "malformed-message" });
    const { webhookId, attempt: number, event } = message;
    const at = now().toISOString();
    const failed: Attempt = { event, number, state: "failed", at, until: at, problem: "given-up" };
    if (!(await deliveries.claim(webhookId, failed))) {
      const existing = await deliveries.find(webhookId, event.id, number);
      // What has its end keeps it; what another process is sending right now ends as that says.
      if (existing?.value.state === "sending")
        await deliveries.update(webhookId, existing, { ...existing.value, state: "failed", problem: "given-up" });
    }
    await audit.outcome(subject, { result: "failed", reason: `given-up ${webhookId}` });
  };
}
