import type { AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import { isAppError } from "../errors.ts";
import { changeWebhook } from "./change.ts";
import type { KnownWebhooks } from "./known.ts";
import type { WebhookStore } from "./ports.ts";
import type { AttemptProblem } from "./target-answer.ts";
import { PAUSE_AFTER_MS, type Webhook } from "./webhook.ts";

type Deps = { store: WebhookStore; known: KnownWebhooks; audit: Audit; now: () => Date; newId: () => string };

/** What an attempt's outcome makes of its endpoint. */
export type NoteOutcome = (webhook: Webhook, problem: AttemptProblem | undefined) => Promise<void>;

/** What a row has to become after `problem`; undefined when it stays as it is, which it mostly does. */
export function afterOutcome(webhook: Webhook, problem: AttemptProblem | undefined, now: Date): Webhook | undefined {
  const { failingSince, ...rest } = webhook;
  if (webhook.status !== "active") return undefined;
  if (!problem) return failingSince ? rest : undefined;
  if (problem === "gone") return { ...webhook, status: "paused", problem: "gone" };
  if (!failingSince) return { ...webhook, failingSince: now.toISOString() };
  if (now.getTime() - Date.parse(failingSince) < PAUSE_AFTER_MS) return undefined;
  return { ...webhook, status: "paused", problem: "failing" };
}

/**
 * Notes when an endpoint begins and ends to fail; one that answers 410, or has failed for five days without a success, is
 * paused and audited. Costs a call only when something changes.
 */
export function makeNoteOutcome(deps: Deps): NoteOutcome {
  const { audit, now, newId } = deps;
  return async (known, problem) => {
    const next = afterOutcome(known, problem, now());
    if (!next) return;
    const decide = (webhook: Webhook) => afterOutcome(webhook, problem, now());
    try {
      if (next.status !== "paused") return void (await changeWebhook(deps, known.id, decide));
      const actor = { id: "connector", kind: "system" } as const;
      const subject: AuditSubject = { actor, action: "webhook.pause", correlationId: newId() };
      await audit.intent(subject);
      const { changed } = await changeWebhook(deps, known.id, decide);
      const reason = `${next.problem} ${known.id}`;
      await audit.outcome(subject, { result: changed ? "success" : "replayed", reason });
    } catch (error) {
      // The delivery has its end already; the next one notes the same again.
      if (!isAppError(error)) throw error;
    }
  };
}
