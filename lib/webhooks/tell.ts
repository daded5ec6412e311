import type { AuditLog } from "../audit/ports.ts";
import { eventOfEntry, type WebhookEvent } from "./event.ts";
import type { KnownWebhooks } from "./known.ts";
import type { Lanes } from "./lanes.ts";
import type { WebhookQueue } from "./ports.ts";
import { wants } from "./webhook.ts";

type Deps = { auditLog: AuditLog; known: KnownWebhooks; queue: WebhookQueue; lanes: Lanes };

const MAX_REMEMBERED = 10_000;

/**
 * The audit, which also tells webhooks: an entry that is an event is put into the queue once for each endpoint that wants it.
 * Whoever owes an entry writes it again until that succeeds, so an event is not lost, and the second of two messages about it
 * finds its delivery made. Endpoints are known beforehand: where there are none, nothing more is asked of storage.
 */
export function makeTellingAuditLog({ auditLog, known, queue, lanes }: Deps): AuditLog {
  /** What this process has put into the queue: every entry is written twice, by whoever made it and a minute later by the timer. */
  const told = new Set<string>();

  const remember = (key: string) => {
    told.add(key);
    const oldest = told.values().next();
    if (told.size > MAX_REMEMBERED && !oldest.done) told.delete(oldest.value);
  };

  async function tell(event: WebhookEvent, correlationId: string) {
    const webhooks = await known.current();
    await Promise.all(
      webhooks.map(async ({ value: webhook }) => {
        const key = `${webhook.id} ${event.id}`;
        if (!wants(webhook, event) || told.has(key)) return;
        const message = { v: 1, webhookId: webhook.id, attempt: 1, putBacks: 0, event, correlationId } as const;
        // Seen sooner it would be put back, which is a message more.
        await queue.send(message, lanes.secondsToTurn(webhook.id));
        remember(key);
      }),
    );
  }

  return {
    ...auditLog,
    async append(entry) {
      const event = eventOfEntry(entry);
      if (!event) return auditLog.append(entry);
      const [, isNew] = await Promise.all([known.current(), auditLog.append(entry)]);
      await tell(event, entry.correlationId);
      return isNew;
    },
    async missing(entries) {
      const missing = await auditLog.missing(entries);
      // Whoever wrote the others may have died before they told.
      const written = entries.filter((entry) => !missing.includes(entry));
      await Promise.all(
        written.map(async (entry) => {
          const event = eventOfEntry(entry);
          if (event) await tell(event, entry.correlationId);
        }),
      );
      return missing;
    },
  };
}
