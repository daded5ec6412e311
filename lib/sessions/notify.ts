import type { AuditLog } from "../audit/ports.ts";
import type { Audit } from "../audit/record.ts";
import type { Channel } from "../devices/device.ts";
import type { Policy } from "../devices/eligibility.ts";
import type { DeviceDirectory } from "../devices/ports.ts";
import type { AskThrough } from "../notifications/ask-through.ts";
import type { NotificationLedger, NotificationMessage, NotificationQueue } from "../notifications/ports.ts";
import type { UserLanguageOf } from "../notifications/user-language.ts";
import { makeFinishNotification } from "./finish-notification.ts";
import { makeEndInterrupted } from "./interrupted.ts";
import { type Plan, planOf } from "./plan-notification.ts";
import type { SessionStore } from "./ports.ts";
import { type Due, readNotification } from "./read-notification.ts";
import type { Notification } from "./session.ts";
import { type Ahead, makeTakeAhead } from "./take-ahead.ts";
import { makeTakePlace } from "./take-place.ts";
import { afterNoTry, afterTry } from "./tried.ts";
import { makeTryChannel } from "./try-channel.ts";
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

/** When a message comes back that cannot be decided on now. */
const LOOK_AGAIN_SECONDS = 5;

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
    const read = reading.value;
    if (read.state === "left") return ahead && takeAhead.giveBack(ahead, { result: "replayed" });
    if (read.state === "late") {
      if (ahead) await takeAhead.giveBack(ahead, { result: "refused", reason: "expired" });
      return end("expired");
    }
    if (taken && isElsewhere(taken, read, seen?.channel)) {
      if (ahead) await takeAhead.giveBack(ahead, { result: "replayed" });
      return queue.send(message, LOOK_AGAIN_SECONDS);
    }
    const { session } = read.stored;
    const isOwn = ahead?.deviceId === session.device.id && ahead.reservation !== undefined;
    const plan = planOf(session, read.around, policy, isOwn ? ahead?.channel : undefined);
    const fitting = ahead && isMeant(ahead, read, plan) ? ahead : undefined;
    if (ahead && !fitting) await takeAhead.giveBack(ahead, endingOf(plan));

    const doing = { message, correlationId, due: read };
    if (plan.do === "end") return end(plan.state, plan.reason);
    if (plan.do === "interrupted") return endInterrupted(doing, plan);
    if (plan.do === "refused") {
      await finish(message, (held) => afterTry(held, plan.refusal, undefined));
      return;
    }
    if (ahead && !fitting) return queue.send(message);
    const ending = await tryThrough(doing, plan, fitting);
    if (ending === "used-up") return end("failed", "too-many-notifications");
    if (ending === "late") return end("expired");
  };
}

/** Whether another copy of the message may be sending at this moment. */
function isElsewhere(taken: Ahead | "copy", { around }: Due, seen: Channel | undefined): boolean {
  const state = around.known.find(({ channel }) => channel === seen)?.state;
  if (taken === "copy") return state !== "later" && state !== "failed";
  return !taken.reservation && (state === "sending" || state === "done");
}

/** Whether what was taken ahead is what the plan begins with. */
const isMeant = ({ deviceId, channel }: Ahead, { stored }: Due, plan: Plan) =>
  plan.do === "try" && plan.channels[0] === channel && deviceId === stored.session.device.id;

const endingOf = (plan: Plan) =>
  plan.do === "end" ? { result: "refused" as const, reason: plan.reason } : { result: "replayed" as const };
