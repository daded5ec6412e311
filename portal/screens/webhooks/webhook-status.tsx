import type { WebhookView } from "../../../lib/webhooks/webhook.ts";
import { Badge, type Tone } from "../../parts/badge.tsx";
import { usePortal } from "../../portal.ts";

const tones: Record<WebhookView["status"], Tone> = {
  pending: "warning",
  active: "success",
  paused: "neutral",
  deleted: "neutral",
};

/** Whether a webhook gets events; one that fails, or was paused by itself, stands out. */
export function WebhookStatus({ webhook: { status, problem, failingSince } }: { webhook: WebhookView }) {
  const { t } = usePortal().texts;
  const isInTrouble = problem !== undefined || failingSince !== undefined;
  return <Badge tone={isInTrouble ? "danger" : tones[status]}>{t(`webhooks.status.${status}`)}</Badge>;
}
