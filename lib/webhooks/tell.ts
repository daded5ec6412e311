import type { AuditLog } from "../audit/ports.ts";
import { eventOfEntry } from "./event.ts";
import type { KnownWebhooks } from "./known.ts";
import type { WebhookQueue } from "./ports.ts";
import { wants } from "./webhook.ts";

type Deps = { auditLog: AuditLog; known: KnownWebhooks; queue: WebhookQueue };

const MAX_REMEMBERED = 10_000;

/**
 * The audit, which also tells webhooks: an entry that is an event is put into the queue once for each endpoint that wants it.
 * Whoever owes an entry writes it again until that succeeds, so an event is not lost, and the second of two messages about it
 * finds its delivery made. Endpoints are known beforehand: where there are none, nothing more is asked of storage.
 */
export function makeTellingAuditLog({ auditLog, known, queue }: Deps): AuditLog {
  /** What this process has put into the queue: every entry is written twice, by whoever made it and a minute later by the timer. */
  const told = new Set<string>();

  const remember = (key: string) => {
    told.add(key);
    const oldest = told.values().next();
    if (told.size > MAX_REMEMBERED && !oldest.done) told.delete(oldest.value);
  };

  return {
    ...auditLog,
    async append(entry) {
      const event = eventOfEntry(entry);
      const { correlationId } = entry;
      if (!event) return auditLog.append(entry);
      const [webhooks] = await Promise.all([known.current(), auditLog.append(entry)]);
      await Promise.all(
        webhooks.map(async ({ value: webhook }) => {
          const key = `${webhook.id} ${event.id}`;
          if (!wants(webhook, event) || told.has(key)) return;
          await queue.send({ v: 1, webhookId: webhook.id, attempt: 1, putBacks: 0, event, correlationId });
          remember(key);
        }),
      );
    },
  };
}
