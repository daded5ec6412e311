import type { AuditEntry } from "../../../lib/audit/entry.ts";
import type { AuditLog } from "../../../lib/audit/ports.ts";
import { makeAudit } from "../../../lib/audit/record.ts";
import type { WebhookEvent } from "../../../lib/webhooks/event.ts";
import { makeKnownWebhooks } from "../../../lib/webhooks/known.ts";
import { makeLanes } from "../../../lib/webhooks/lanes.ts";
import type { DeliveryMessage } from "../../../lib/webhooks/ports.ts";
import type { TargetAnswer } from "../../../lib/webhooks/target-answer.ts";
import { makeWebhooks } from "../../../lib/webhooks/use-cases.ts";
import type { Webhook } from "../../../lib/webhooks/webhook.ts";
import { aWebhook } from "./a-webhook.ts";
import { START } from "./in-memory.ts";
import { makeNewEventId, makeStoredDeliveries, makeStoredSecrets, makeStoredWebhooks } from "./stored.ts";

/** What a receiver answers to the attempt with this number (from 1) to bring it an event, at this moment. */
export type Receiver = (attempt: number, at: Date) => TargetAnswer;

type Waiting = { message: DeliveryMessage; visibleAtMs: number; dequeued: number };

/** host.json: a message whose function failed comes back then; after five tries it is poison. */
const VISIBILITY_MS = 30_000;
const MAX_DEQUEUED = 5;
/** The host's lease of a message: that of a process that died comes back after it. */
const LEASE_MS = 600_000;

/** Dies at a call: before it leaves, or when it was done and its answer is not known yet. */
export type Death = { atCall: number; when: "before" | "after" };

/** Stores, queue and clock that outlive processes, receivers by name, and a process that may die at one of its calls. */
export function makeRetryWorld(receivers: Record<string, Receiver>, death?: Death) {
  const state = { nowMs: Date.parse(START), calls: 0, dead: false, deaths: 0, made: 0 };
  const now = () => new Date(state.nowMs);
  const newEventId = makeNewEventId();
  const [store, secrets, deliveries] = [makeStoredWebhooks(), makeStoredSecrets(), makeStoredDeliveries()];
  const queue: Waiting[] = [];
  const entries: AuditEntry[] = [];
  /** What each receiver was brought: `<receiver> <event id>`, how often, and how often it took it. */
  const brought = new Map<string, { attempts: number; taken: number; takenAtMs: number }>();
  let die: () => void = () => undefined;

  /** A call that leaves. In a process that died nothing goes on. */
  async function call<T>(work: () => Promise<T>): Promise<T> {
    const never = new Promise<never>(() => undefined);
    if (state.dead) return never;
    state.calls += 1;
    const isLast = death !== undefined && state.deaths === 0 && state.calls === death.atCall;
    if (isLast && death.when === "before") return end();
    const answer = await work();
    return isLast ? end() : answer;

    function end() {
      state.dead = true;
      state.deaths += 1;
      die();
      return never;
    }
  }
  function mortal<Port extends Record<string, unknown>>(port: Port): Port {
    const wrapped = Object.entries(port).map(([name, work]) => [
      name,
      typeof work === "function" && name !== "list"
        ? (...given: unknown[]) => call(async () => (work as (...all: unknown[]) => unknown)(...given))
        : work,
    ]);
    return Object.fromEntries(wrapped) as Port;
  }

  function newProcess() {
    const { list, ...others } = deliveries;
    const { names: _names, ...vault } = secrets;
    const kept = mortal({ ...store });
    const known = makeKnownWebhooks({ store: kept, now });
    const auditLog: AuditLog = mortal({
      append: async (entry: AuditEntry) => entries.push(entry) > 0,
      missing: async () => [],
      dropBefore: async () => undefined,
      read: undefined as unknown as AuditLog["read"],
    });
    return makeWebhooks({
      ports: {
        store: kept,
        deliveries: { ...mortal(others), list },
        queue: mortal({
          send: async (message: DeliveryMessage, delaySeconds = 0) =>
            void queue.push({ message, visibleAtMs: state.nowMs + delaySeconds * 1000, dequeued: 0 }),
          sendToPoison: async () => undefined,
        }),
        vault: mortal(vault),
        callTarget: (url, { headers }) =>
          call(async () => bring(new URL(url).hostname.split(".")[0] ?? "", headers["webhook-id"] ?? "")),
        sign: () => "v1,none",
        newSecret: () => "whsec_AAAA",
        random: () => 0,
      },
      known,
      lanes: makeLanes({ now }),
      audit: makeAudit({ auditLog, now, newAuditId: newEventId }),
      now,
      newId: () => `id-${state.made}`,
      newEventId,
      randomText: () => "challenge",
      publicUrl: "https://help.example",
      allowLoopback: false,
      sessionRetentionDays: 90,
    });
  }
  let process = newProcess();

  function bring(name: string, eventId: string): TargetAnswer {
    const key = `${name} ${eventId}`;
    const record = brought.get(key) ?? { attempts: 0, taken: 0, takenAtMs: 0 };
    record.attempts += 1;
    const answer = receivers[name]?.(record.attempts, now()) ?? { outcome: "unreachable" as const, durationMs: 0 };
    if (answer.outcome === "answered" && answer.status < 300) {
      record.taken += 1;
      record.takenAtMs = state.nowMs;
    }
    brought.set(key, record);
    return answer;
  }

  /** The host hands one message to the function, and looks at what became of it. */
  async function deliverNext(waiting: Waiting): Promise<void> {
    waiting.dequeued += 1;
    const died = new Promise<"died">((resolve) => {
      die = () => resolve("died");
    });
    const work =
      waiting.dequeued > MAX_DEQUEUED ? process.giveUp(waiting.message, "c-poison") : process.deliver(waiting.message);
    const ended = await Promise.race([
      work.then(
        () => "done" as const,
        () => "failed" as const,
      ),
      died,
    ]);
    if (ended === "done") return void queue.splice(queue.indexOf(waiting), 1);
    waiting.visibleAtMs = state.nowMs + (ended === "died" ? LEASE_MS : VISIBILITY_MS);
    if (ended === "died") {
      state.dead = false;
      process = newProcess();
    }
  }

  return {
    state,
    brought,
    entries,
    queue,
    now,
    async endpoints(): Promise<Webhook[]> {
      return (await store.list()).map(({ value }) => value);
    },
    /** Registers each receiver, as if long ago. */
    async register(): Promise<void> {
      for (const [index, name] of Object.keys(receivers).entries()) {
        const id = `0d000000-0000-4000-8000-${String(index + 1).padStart(12, "0")}`;
        await store.add(aWebhook({ id, url: `https://${name}.example/in`, secretName: `wh-${name}` }));
        await secrets.write(`wh-${name}`, id, { current: "whsec_AAAA" });
      }
    },
    /** Something happens: one message for each endpoint that is active, as the audit tells it. */
    async happen(): Promise<WebhookEvent> {
      state.made += 1;
      const at = now();
      const event = { id: newEventId(at), type: "session.requested", state: "open", at: at.toISOString() } as const;
      for (const { value } of await store.list()) {
        if (value.status !== "active") continue;
        const message = { v: 1, webhookId: value.id, attempt: 1, putBacks: 0, event } as const;
        queue.push({ message, visibleAtMs: state.nowMs, dequeued: 0 });
      }
      return event;
    },
    /** Goes on until `untilMs`, message by message as they become visible. */
    async runUntil(untilMs: number): Promise<void> {
      for (;;) {
        const next = queue.reduce<Waiting | undefined>(
          (first, each) => (first && first.visibleAtMs <= each.visibleAtMs ? first : each),
          undefined,
        );
        if (!next || next.visibleAtMs > untilMs) break;
        state.nowMs = Math.max(state.nowMs, next.visibleAtMs);
        await deliverNext(next);
      }
      state.nowMs = untilMs;
    },
    attemptsOf: async (webhookId: string, eventId: string) => deliveries.ofEvent(webhookId, eventId),
  };
}
