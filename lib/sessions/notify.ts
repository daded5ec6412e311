import type { AuditLog } from "../audit/ports.ts";
import type { Audit } from "../audit/record.ts";
import type { Policy } from "../devices/eligibility.ts";
import type { DeviceDirectory } from "../devices/ports.ts";
import type { AskThrough } from "../notifications/ask-through.ts";
import type { NotificationLedger, NotificationMessage, NotificationQueue } from "../notifications/ports.ts";
import type { UserLanguageOf } from "../notifications/user-language.ts";
import { makeFinishNotification } from "./finish-notification.ts";
import { makeEndInterrupted } from "./interrupted.ts";
import { beginsWith, type Plan, planOf } from "./plan-notification.ts";
import type { SessionStore } from "./ports.ts";
import { readNotification } from "./read-notification.ts";
import type { Notification } from "./session.ts";
import { makeTakeAhead } from "./take-ahead.ts";
import { makeTakePlace } from "./take-place.ts";
import { afterNoTry, afterTry } from "./tried.ts";
import { LOOK_AGAIN_SECONDS, makeTryChannel } from "./try-channel.ts";
import { makeTryThrough } from "./try-through.ts";

type Deps = {
  sessions: SessionStore;
  devices: DeviceDirectory;
  userLanguageOf: UserLanguageOf;
  ledger: NotificationLedger;
  askThrough: AskThrough;
  queue: NotificationQueue;
  audit: Audit;
  auditLog: AuditLog;
  answerUrl: (sessionId: string) => Promise<string>;
  now: () => Date;
  policy: Policy;
  organization: string;
  defaultLanguage: string;
};

/**
 * Sends one notification through the first channel that takes it. A channel's key is taken before the call leaves, so a
 * message that comes twice, late or after a crash sends nothing twice: only a plain refusal leads to the next channel, and
 * what nobody can tell is `unknown` and never sent again by itself. A message that comes for the first time, as nearly all
 * do, has its place taken while session and device are read; if it turns out that nothing is to be sent, that is given back.
 */
export function makeNotify(deps: Deps) {
  const { now, policy, queue } = deps;
  const takePlace = makeTakePlace(deps);
  const takeAhead = makeTakeAhead({ ...deps, takePlace });
  const finish = makeFinishNotification(deps);
  const endInterrupted = makeEndInterrupted({ ...deps, finish });
  const tryThrough = makeTryThrough({ ...deps, tryChannel: makeTryChannel({ ...deps, takePlace }), finish });

  return async (
    { seen, ...message }: NotificationMessage,
    correlationId: string,
    isFirstDelivery = true,
  ): Promise<void> => {
    const [reading, taking] = await Promise.allSettled([
      readNotification(deps, message),
      isFirstDelivery ? takeAhead.take({ ...message, seen }, correlationId) : undefined,
    ]);
    const taken = taking.status === "fulfilled" ? taking.value : undefined;
    const ahead = taken === "copy" ? undefined : taken;
    if (reading.status === "rejected") {
      if (ahead) await takeAhead.giveBack(ahead, { result: "failed", reason: "later" });
      throw reading.reason;
    }
    if (taking.status === "rejected") throw taking.reason;

    const end = async (state: Notification["state"], reason?: string) => {
      const at = now().toISOString();
      await finish(message, (held) => afterNoTry(held, { state, at, ...(reason ? { reason } : {}) }));
    };
    const plan = planOf(reading.value, policy, taken && { taken, channel: seen?.channel });
    const isMeant = ahead !== undefined && beginsWith(plan, ahead);
    if (ahead && !isMeant) await takeAhead.giveBack(ahead, endingOf(plan));

    const doing = { message, correlationId };
    if (plan.do === "leave") return;
    if (plan.do === "come-again") return queue.send(message, LOOK_AGAIN_SECONDS);
    if (plan.do === "end") return end(plan.state, plan.reason);
    if (plan.do === "interrupted") return endInterrupted(doing, plan);
    if (plan.do === "refused") {
      await finish(message, (held) => afterTry(held, plan.refusal, undefined));
      return;
    }
    if (ahead && !isMeant) return queue.send(message);
    const ending = await tryThrough(doing, plan, ahead);
    if (ending === "used-up") return end("failed", "too-many-notifications");
    if (ending === "late") return end("expired");
  };
}

const endingOf = (plan: Plan) =>
  plan.do === "end"
    ? { result: "refused" as const, reason: plan.reason ?? plan.state }
    : { result: "replayed" as const };
