import type { Principal } from "../access/principal.ts";
import type { AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import { eligibilityOf, type Policy } from "../devices/eligibility.ts";
import type { DeviceDirectory } from "../devices/ports.ts";
import { AppError, isAppError, sessionNotFound } from "../errors.ts";
import { secondsUntilBudget } from "../notifications/budget.ts";
import type { NotificationLedger } from "../notifications/ports.ts";
import { budgetUsedUp, type UsedUpBudgets } from "../notifications/used-up.ts";
import { changeSession } from "./change.ts";
import type { DoOwed } from "./do-owed.ts";
import { requestHashOf } from "./id.ts";
import { askedSession } from "./opened.ts";
import type { Owed, SessionStore } from "./ports.ts";
import { quietRefusal, type RequestRules } from "./rules.ts";
import type { Session } from "./session.ts";

type Deps = {
  devices: DeviceDirectory;
  sessions: SessionStore;
  ledger: NotificationLedger;
  budgets: UsedUpBudgets;
  audit: Audit;
  doOwed: DoOwed;
  now: () => Date;
  policy: Policy;
  rules: RequestRules;
};

/** The agent asks the user once more. The same Idempotency-Key asks once. Throws `session-ended`, `quiet-hours`, `too-many-notifications`. */
export function makeNotifyAgain({ devices, sessions, ledger, budgets, audit, doOwed, now, policy, rules }: Deps) {
  return async (
    principal: Principal,
    id: string,
    idempotencyKey: string | undefined,
    correlationId: string,
  ): Promise<Session> => {
    const known = await sessions.find(id);
    if (!known) throw sessionNotFound();
    const askKey = idempotencyKey === undefined ? undefined : requestHashOf({ by: principal.id, idempotencyKey });
    if (askKey !== undefined && known.session.askKeys?.includes(askKey)) return known.session;
    assertWaiting(known.session);

    const deviceId = known.session.device.id;
    const actor = { id: principal.id, kind: principal.kind };
    const subject: AuditSubject = { actor, action: "notification.request", deviceId, sessionId: id, correlationId };
    await audit.intent(subject);
    try {
      const quiet = quietRefusal(rules, now(), "pass the link on");
      if (quiet) throw quiet;
      const knownWaitSeconds = await budgets.waitSeconds(deviceId);
      if (knownWaitSeconds > 0) throw tooOften(knownWaitSeconds);
      const [device, sent] = await Promise.all([devices.find(deviceId), ledger.sentTimes(deviceId)]);
      const channels = device ? eligibilityOf(device, policy).channels : [];
      const waitSeconds = channels.length > 0 ? secondsUntilBudget(sent.times, now()) : 0;
      if (waitSeconds > 0) {
        budgets.remember(deviceId, waitSeconds);
        throw tooOften(waitSeconds);
      }

      const entry = audit.outcomeEntry(subject, { result: "success" });
      const intent = audit.begin();
      const decide = (session: Session) => {
        if (askKey !== undefined && session.askKeys?.includes(askKey)) return undefined;
        assertWaiting(session);
        const asking = { now: now(), correlationId, hour: sent, intent };
        const { session: asked, message } = askedSession(session, channels, asking);
        const owed: Owed[] = [{ kind: "audit", entry }];
        if (message) owed.push({ kind: "notify", message });
        const askKeys = [...(session.askKeys ?? []), ...(askKey ? [askKey] : [])].slice(-20);
        return { session: { ...asked, ...(askKeys.length > 0 ? { askKeys } : {}) }, owed };
      };
      const { session, changed, owed } = await changeSession(sessions, id, decide, known);
      await doOwed(owed);
      if (!changed) await audit.outcome(subject, { result: "replayed" });
      return session;
    } catch (error) {
      const isRefused = isAppError(error);
      await audit.outcome(subject, {
        result: isRefused ? "refused" : "failed",
        reason: isRefused ? error.code : "internal-error",
      });
      throw error;
    }
  };
}

const tooOften = (waitSeconds: number) => budgetUsedUp(waitSeconds, "pass the link on");

function assertWaiting({ state }: Session) {
  if (state === "open" || state === "accepted") return;
  const text = `The session is ${state}: its user can no longer be asked. Start a new one if help is still needed.`;
  throw new AppError("session-ended", text);
}
