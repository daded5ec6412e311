import type { Principal } from "../../../lib/access/principal.ts";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import type { AuditLog } from "../../../lib/audit/ports.ts";
import { makeAudit } from "../../../lib/audit/record.ts";
import type { WebhookEvent } from "../../../lib/webhooks/event.ts";
import { makeKnownWebhooks } from "../../../lib/webhooks/known.ts";
import { makeLanes } from "../../../lib/webhooks/lanes.ts";
import type { DeliveryMessage, TargetCall, WebhookQueue } from "../../../lib/webhooks/ports.ts";
import type { TargetAnswer } from "../../../lib/webhooks/target-answer.ts";
import { makeWebhooks } from "../../../lib/webhooks/use-cases.ts";
import type { Webhook } from "../../../lib/webhooks/webhook.ts";
import { makeJournal } from "../../memory/journal.ts";
import { aWebhook } from "./a-webhook.ts";
import { makeNewEventId, makeStoredDeliveries, makeStoredSecrets, makeStoredWebhooks } from "./stored.ts";

export const START = "2026-11-22T10:00:00.000Z";
export const ADA: Principal = {
  id: "a0000000-0000-4000-8000-000000000001",
  kind: "person",
  clientId: "portal",
  roles: ["RemoteAssistance.Update"],
};

/** What a target answers, without what a test does not care about. */
export const answered = (status: number, change: Partial<Extract<TargetAnswer, { outcome: "answered" }>> = {}) =>
  ({
    outcome: "answered",
    durationMs: 20,
    status,
    text: "",
    allowedOrigin: undefined,
    retryAfterSeconds: undefined,
    ...change,
  }) satisfies TargetAnswer;

/** A target that agrees by the handshake and takes every event. */
const agreeing = ({ method }: TargetCall): TargetAnswer =>
  method === "OPTIONS" ? answered(200, { allowedOrigin: "help.example" }) : answered(204);

export type InMemory = ReturnType<typeof inMemory>;

/** All that can be done with webhooks, over stores in memory and a target that answers what a test says. */
export function inMemory({ allowLoopback = false }: { allowLoopback?: boolean } = {}) {
  const state = { nowMs: Date.parse(START), random: 0, made: 0, answer: agreeing as (call: TargetCall) => unknown };
  const now = () => new Date(state.nowMs);
  const newText = () => {
    state.made += 1;
    return String(state.made).padStart(12, "0");
  };
  const newEventId = makeNewEventId();
  const journal = makeJournal();
  const secrets = makeStoredSecrets();
  const entries: AuditEntry[] = [];
  const queue: { message: DeliveryMessage; delaySeconds: number | undefined }[] = [];
  const poison: unknown[] = [];
  const calls: (TargetCall & { url: string })[] = [];

  const store = journal.kept("store", makeStoredWebhooks());
  const { list, ...others } = makeStoredDeliveries();
  const deliveries = { ...journal.kept("deliveries", others), list };
  const { names, ...vaultCalls } = secrets;
  const vault = journal.kept("vault", vaultCalls);
  const queuePort: WebhookQueue = journal.kept("queue", {
    send: async (message: DeliveryMessage, delaySeconds?: number) => void queue.push({ message, delaySeconds }),
    sendToPoison: async (raw: unknown) => void poison.push(raw),
  });
  const auditLog: AuditLog = {
    ...journal.kept("audit", {
      append: async (entry: AuditEntry) => entries.push(entry) > 0,
      missing: async () => [],
      dropBefore: async () => undefined,
    }),
    read: async function* () {
      yield* entries;
    },
  };
  const known = makeKnownWebhooks({ store, now });
  const lanes = makeLanes({ now });
  const webhooks = makeWebhooks({
    ports: {
      store,
      deliveries,
      queue: queuePort,
      vault,
      callTarget: async (url, call) => {
        calls.push({ url, ...call });
        return (await journal.run(`target.${call.method}`, async () => state.answer(call))) as TargetAnswer;
      },
      sign: (by, id, at, body) => by.map((secret) => `${secret}/${id}/${at.getTime()}/${body.length}`).join(" "),
      newSecret: () => `whsec_${newText()}`,
      random: () => state.random,
    },
    known,
    lanes,
    audit: makeAudit({ auditLog, now, newAuditId: newEventId }),
    now,
    newId: () => `0d000000-0000-4000-8000-${newText()}`,
    newEventId,
    randomText: () => `challenge-${newText()}`,
    publicUrl: "https://help.example:444",
    allowLoopback,
    sessionRetentionDays: 90,
  });

  return {
    state,
    now,
    journal,
    webhooks,
    known,
    lanes,
    store,
    vault,
    deliveries,
    auditLog,
    queuePort,
    queue,
    poison,
    calls,
    entries,
    newEventId,
    /** Names of the secrets that are there. */
    secretNames: names,
    advance(ms: number) {
      state.nowMs += ms;
    },
    later: (ms: number) => new Date(state.nowMs + ms).toISOString(),
    /** What the target answers from now on. */
    answer: (what: TargetAnswer | ((call: TargetCall) => unknown)) => {
      state.answer = typeof what === "function" ? what : () => what;
    },
    /** An endpoint with its secret, as if it had been registered long ago. */
    async endpoint(change: Partial<Webhook> = {}): Promise<Webhook> {
      const webhook = aWebhook(change);
      await store.add(webhook);
      await vault.write(webhook.secretName, webhook.id, { current: "whsec_AAAA" });
      known.forget();
      journal.calls.splice(0);
      return webhook;
    },
    row: async (id: string): Promise<Webhook | undefined> => (await store.find(id))?.value,
    /** An event of this moment. */
    event: (change: Partial<WebhookEvent> = {}): WebhookEvent => ({
      id: newEventId(now()),
      type: "session.requested",
      state: "open",
      at: now().toISOString(),
      sessionId: "0123456789abcdef0123456789abcdef",
      ...change,
    }),
    /** The audit in short: action, phase, result, reason. */
    lines: () =>
      entries.map(({ action, phase, result, reason }) => [action, phase, result, reason].filter(Boolean).join(" ")),
  };
}

/** What became of `work`: its answer, or the code of its refusal. */
export const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "done",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
