import type { AuditLog } from "../audit/ports.ts";
import type { Audit } from "../audit/record.ts";
import type { Channel } from "../devices/device.ts";
import type { Policy } from "../devices/eligibility.ts";
import type { DeviceDirectory } from "../devices/ports.ts";
import type { AskThrough } from "../notifications/ask-through.ts";
import type { NotificationLedger, NotificationMessage, NotificationQueue } from "../notifications/ports.ts";
import { chooseLanguage } from "../notifications/texts.ts";
import type { UserLanguageOf } from "../notifications/user-language.ts";
import { type FinishNotification, makeFinishNotification } from "./finish-notification.ts";
import { notifyKeyOf } from "./id.ts";
import { outcomeTold } from "./outcome-told.ts";
import { isTried, type Plan, planOf } from "./plan-notification.ts";
import type { SessionStore } from "./ports.ts";
import { isTooLate, type Reading, readNotification } from "./read-notification.ts";
import type { Notification, Try } from "./session.ts";
import { type Ahead, makeTakeAhead, notificationSubject } from "./take-ahead.ts";
import { makeTakePlace } from "./take-place.ts";
import { afterNoTry, afterTry } from "./tried.ts";
import { makeTryChannel } from "./try-channel.ts";

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

type Due = Extract<Reading, { state: "due" }>;
type Doing = { message: NotificationMessage; correlationId: string; due: Due };

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
  const interrupt = makeInterrupt(deps, finish);
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
    if (plan.do === "interrupted") return interrupt(doing, plan);
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

/** A process died while it tried a channel: what the audit tells of that try is believed, else it is `unknown`. */
function makeInterrupt({ audit, auditLog, queue, now }: Deps, finish: FinishNotification) {
  return async (
    { message, correlationId, due }: Doing,
    { reservation, next }: Extract<Plan, { do: "interrupted" }>,
  ): Promise<void> => {
    const { session } = due.stored;
    const { channel } = reservation;
    const told = await outcomeTold(auditLog, { sessionId: session.id, channel, reservation, now: now() });
    const made: Try = told ?? { channel, state: "unknown", reason: "interrupted", at: now().toISOString() };
    const about = { sessionId: session.id, deviceId: session.device.id, correlationId };
    const subject = notificationSubject(about, channel);
    const entry = audit.outcomeEntry(subject, { result: "unknown", reason: "interrupted" });
    // Another copy may just have been told by the service, and be with the next channel.
    const become = (held: Notification) => (isTried(held, channel) ? undefined : afterTry(held, made, next));
    const changed = await finish(message, become, told ? undefined : entry);
    if (changed?.notification.state === "queued") await queue.send(message);
  };
}

type Trying = Deps & { tryChannel: ReturnType<typeof makeTryChannel>; finish: FinishNotification };

/** Asks through one channel after another until one takes it. */
function makeTryThrough({ tryChannel, finish, ledger, now, organization, defaultLanguage }: Trying) {
  return async (
    { message, correlationId, due }: Doing,
    { channels, known }: Extract<Plan, { do: "try" }>,
    ahead: Ahead | undefined,
  ): Promise<"done" | "used-up" | "late"> => {
    const { stored, around, url } = due;
    const { session } = stored;
    const { id: deviceId } = session.device;
    const device = around.device;
    if (!device) return "done";
    const language = chooseLanguage([due.language, defaultLanguage]);
    const { matchCode, reason } = session;
    const ask = { device, language, organization, matchCode, url, reason };
    const subjectOf = (channel: Channel) =>
      notificationSubject({ sessionId: session.id, deviceId, correlationId }, channel);
    let spentAt = known.map(({ at }) => at).sort((a, b) => b.getTime() - a.getTime())[0];
    for (const [index, channel] of channels.entries()) {
      const isFirst = index === 0;
      const outcome = await tryChannel({
        message,
        channel,
        ask,
        subject: subjectOf(channel),
        budget: isFirst ? around.budget : undefined,
        previous: known.find((each) => each.channel === channel),
        spentAt,
        ahead: isFirst ? ahead : undefined,
      });
      if (outcome.state === "put-back") return "done";
      if (outcome.state === "used-up") return "used-up";
      const { made, entry, reservation } = outcome;
      const marked = made.state === "failed" ? "failed" : "done";
      const become = (held: Notification) => afterTry(held, made, channels[index + 1]);
      const [changed] = await Promise.all([
        finish(message, become, entry, isFirst ? stored : undefined),
        ledger.mark(deviceId, notifyKeyOf(message, channel), reservation, marked),
      ]);
      if (changed?.notification.state !== "queued") return "done";
      if (isTooLate(changed, message, now())) return "late";
      spentAt = reservation.at;
    }
    return "done";
  };
}
