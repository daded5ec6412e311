import type { Stored } from "../connector/ports.ts";
import { isAppError } from "../errors.ts";
import type { Attempt } from "./delivery.ts";
import type { KnownWebhooks } from "./known.ts";
import type { Lanes, Taken } from "./lanes.ts";
import type { DeliveryMessage, DeliveryStore, WebhookQueue, WebhookVault } from "./ports.ts";
import { secondsToNext } from "./schedule.ts";
import type { SendEvent } from "./send.ts";
import { type AttemptProblem, problemOf, type TargetAnswer } from "./target-answer.ts";
import type { NoteOutcome } from "./trouble.ts";
import type { Webhook } from "./webhook.ts";

type Deps = {
  known: KnownWebhooks;
  deliveries: DeliveryStore;
  queue: WebhookQueue;
  vault: WebhookVault;
  lanes: Lanes;
  send: SendEvent;
  noteOutcome: NoteOutcome;
  now: () => Date;
  /** 0 to 1. */
  random: () => number;
};

/** An attempt that has no end after this long belongs to a process that died: a call takes 15 s at most. */
const ATTEMPT_MS = 60_000;
const QUICK_MS = 2_000;
const OUTAGE_SECONDS = 60;

/** What a delivery counts as that did not come to its end: one that does not fail at once. */
const BROKEN_OFF: Taken = { isQuick: false, tookMs: 1_000 };

/**
 * Delivers one event to one endpoint, once: storing the attempt is the lock. What fails comes back later by a message that is
 * sent before the attempt is marked as failed, so no process can die between the two and leave the event behind; a message
 * that comes twice finds its attempt. While vault or tables do not answer the message is put back and counts as no attempt.
 */
export function makeDeliver(deps: Deps) {
  const { known, queue, lanes } = deps;
  return async (message: DeliveryMessage): Promise<void> => {
    const putBack = (seconds: number) => queue.send({ ...message, putBacks: message.putBacks + 1 }, seconds);
    try {
      const webhook = (await known.find(message.webhookId))?.value;
      // Deleted: nobody is there to be told.
      if (!webhook || webhook.status === "deleted") return;
      const lane = await lanes.enter(webhook.id, message.putBacks);
      if (typeof lane === "number") return await putBack(lane);
      let taken: Taken | undefined = BROKEN_OFF;
      try {
        taken = await attempt(deps, webhook, message, putBack);
      } finally {
        lane.leave(taken);
      }
    } catch (error) {
      if (!isAppError(error, "upstream-unavailable")) throw error;
      await putBack(OUTAGE_SECONDS);
    }
  };
}

/** How the receiver took it; undefined when it was not called. */
async function attempt(
  deps: Deps,
  webhook: Webhook,
  message: DeliveryMessage,
  putBack: (seconds: number) => Promise<void>,
): Promise<Taken | undefined> {
  const { deliveries, queue, vault, send, noteOutcome, now, random } = deps;
  // Read before the attempt is stored: a vault that does not answer is no attempt.
  const secrets = webhook.status === "active" ? await vault.read(webhook.secretName) : undefined;
  const claimed = await claim(deps, message);
  if (claimed === "done") return undefined;
  if (claimed === "under-way") {
    await putBack(ATTEMPT_MS / 1000);
    return undefined;
  }
  const end = (attempt: Partial<Attempt> & Pick<Attempt, "state">) =>
    deliveries.update(webhook.id, claimed, { ...claimed.value, ...attempt });
  if (!secrets) {
    await end({ state: "cancelled", problem: webhook.status === "active" ? "given-up" : "paused" });
    return undefined;
  }

  const answer = await send(webhook.url, secrets, message.event);
  const problem = problemOf(answer);
  const seen = seenOf(answer, problem);
  if (!problem) {
    await end({ state: "delivered", ...seen });
  } else {
    const retryAfter = answer.outcome === "answered" ? answer.retryAfterSeconds : undefined;
    const seconds = problem === "gone" ? undefined : secondsToNext(message.attempt, random(), retryAfter);
    const nextAt = seconds && new Date(now().getTime() + seconds * 1000).toISOString();
    if (seconds) await queue.send({ ...message, attempt: message.attempt + 1, putBacks: 0 }, seconds);
    await end(nextAt ? { state: "waiting", ...seen, nextAt } : { state: "failed", ...seen });
  }
  await noteOutcome(webhook, problem);
  return { isQuick: !problem && answer.durationMs < QUICK_MS, tookMs: answer.durationMs };
}

const seenOf = (answer: TargetAnswer, problem: AttemptProblem | undefined) => ({
  durationMs: answer.durationMs,
  ...(answer.outcome === "answered" ? { status: answer.status } : {}),
  ...(problem ? { problem } : {}),
});

/** The attempt is ours, or was made before, or another process is making it. One whose process died is taken over. */
async function claim(
  { deliveries, now }: Deps,
  { webhookId, attempt: number, event }: DeliveryMessage,
): Promise<Stored<Attempt> | "done" | "under-way"> {
  const at = now().toISOString();
  const until = new Date(now().getTime() + ATTEMPT_MS).toISOString();
  const fresh: Attempt = { event, number, state: "sending", at, until };
  const claimed = await deliveries.claim(webhookId, fresh);
  if (claimed) return claimed;
  const existing = await deliveries.find(webhookId, event.id, number);
  if (existing?.value.state !== "sending") return "done";
  if (existing.value.until > at) return "under-way";
  return (await deliveries.update(webhookId, existing, fresh)) ?? "under-way";
}
