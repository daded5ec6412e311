import type { Principal } from "../access/principal.ts";
import type { AuditEntry, AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import type { Access } from "../connector/access.ts";
import type { Policy } from "../devices/eligibility.ts";
import type { DeviceDirectory } from "../devices/ports.ts";
import { isAppError } from "../errors.ts";
import { secondsUntilBudget } from "../notifications/budget.ts";
import type { DeviceHour, NotificationLedger } from "../notifications/ports.ts";
import { budgetUsedUp, type UsedUpBudgets } from "../notifications/used-up.ts";
import type { AccessFor } from "./assignee.ts";
import { changeSession } from "./change.ts";
import { checkedDevice } from "./checked-device.ts";
import { claimAgain, inProgress, isSession } from "./claim.ts";
import type { DoOwed } from "./do-owed.ts";
import { draftOf, type SessionRequest } from "./draft.ts";
import { openRemote } from "./open-remote.ts";
import { type OpenedSession, openedSession } from "./opened.ts";
import type { Owed, RemoteSessions, SessionStore, StoredSession } from "./ports.ts";
import { type RequestRules, refusalOf } from "./rules.ts";
import type { Session } from "./session.ts";
import type { SupporterLinks } from "./supporter-links.ts";

type Deps = {
  devices: DeviceDirectory;
  sessions: SessionStore;
  remote: RemoteSessions;
  accessFor: AccessFor;
  ledger: NotificationLedger;
  budgets: UsedUpBudgets;
  links: SupporterLinks;
  audit: Audit;
  doOwed: DoOwed;
  now: () => Date;
  newMatchCode: () => string;
  sessionMinutes: number;
  showAgentName: boolean;
  policy: Policy;
  rules: RequestRules;
};

/** Of a device that nobody is going to be asked on. */
const NO_HOUR: DeviceHour = { times: [], etag: undefined };

/**
 * An agent asks for a session. The row, whose key follows from principal and Idempotency-Key, is the lock and the record:
 * same key and body -> the same session, other body -> `idempotency-key-reused`, still running -> `request-in-progress`.
 * Row, audit intent, device, connection and budget go out side by side; then TeamViewer; then session and what is owed in one
 * transaction; then what is owed. A refused request takes its row back and leaves nothing but its audit entries.
 */
export function makeRequestSession(deps: Deps) {
  const { devices, sessions, accessFor, ledger, budgets, links, audit, now, policy, rules } = deps;

  return async (principal: Principal, request: SessionRequest, idempotencyKey: string, correlationId: string) => {
    const draft = draftOf(deps, principal, request, idempotencyKey);
    const { id, device } = draft;
    const actor = { id: principal.id, kind: principal.kind };
    const subject: AuditSubject = {
      actor,
      action: "session.request",
      deviceId: device.id,
      sessionId: id,
      correlationId,
    };

    const refusal = refusalOf(rules, request, now()) ?? (await knownToBeUsedUp(deps, request));
    const unlessRefused = <T>(work: () => T) => (refusal ? Promise.reject(refusal) : work());
    const [row, intent, found, teamviewer, sent] = await Promise.allSettled([
      sessions.create(draft),
      audit.intent(subject),
      unlessRefused(() => devices.find(device.id)),
      unlessRefused(() => accessFor(principal)),
      unlessRefused(() => (request.notify ? ledger.sentTimes(device.id) : NO_HOUR)),
    ]);
    const isAudited = intent.status === "fulfilled";
    if (row.status === "rejected") {
      if (isAudited) await audit.outcome(subject, { result: "failed", reason: "storage" });
      throw row.reason;
    }
    const claimed = row.value ?? (await claimAgain(deps, draft, subject, isAudited));
    if (isSession(claimed)) return { session: claimed, supporterUrl: await links.ofSession(claimed, principal) };

    const trace = { mayExist: row.value === undefined };
    try {
      if (intent.status === "rejected") throw intent.reason;
      const target = checkedDevice(settled(found), policy, rules, request.reason);
      const teamviewerAccess = settled(teamviewer);
      const hour = target.channels.length > 0 ? settled(sent) : NO_HOUR;
      const waitSeconds = secondsUntilBudget(hour.times, now());
      if (waitSeconds > 0) {
        budgets.remember(device.id, waitSeconds);
        throw tooOften(waitSeconds);
      }

      const opened = await openRemote(deps, teamviewerAccess, claimed.session, target.device, trace);
      const { connectionId } = teamviewerAccess;
      const entry = audit.outcomeEntry(subject, { result: "success" });
      const asking = { now: now(), correlationId, hour, intent: audit.begin() };
      const asked = openedSession({ ...claimed.session, connectionId }, target, opened, request.notify, asking);
      const session = await record(deps, teamviewerAccess, claimed, asked, entry);
      links.remember(session, opened.supporterUrl);
      return { session, supporterUrl: opened.supporterUrl };
    } catch (error) {
      await giveUp(deps, claimed, trace.mayExist);
      if (isAudited) await audit.outcome(subject, endingOf(error, trace.mayExist));
      throw error;
    }
  };
}

async function knownToBeUsedUp({ budgets }: Deps, { notify, deviceId }: SessionRequest) {
  const waitSeconds = notify ? await budgets.waitSeconds(deviceId) : 0;
  return waitSeconds > 0 ? tooOften(waitSeconds) : undefined;
}

/**
 * Stores the opened session with what is owed in one transaction, then does what is owed. A request that was overtaken
 * (its session closed, given up or opened by another meanwhile) closes the TeamViewer session that nobody else knows.
 */
async function record(deps: Deps, access: Access, claimed: StoredSession, opened: OpenedSession, entry: AuditEntry) {
  const { sessions, remote, doOwed } = deps;
  const { session, message } = opened;
  const owed: Owed[] = [{ kind: "audit", entry }];
  if (message) owed.push({ kind: "notify", message });
  const decide = (stored: Session) => (stored.state === "requested" ? { session, owed } : undefined);
  const stored = await changeSession(sessions, session.id, decide, claimed).catch((error: unknown) => {
    if (!isAppError(error, "session-not-found")) throw error;
  });
  if (!stored || stored.session.code !== session.code) {
    // What fails here is closed by `follow-sessions`, which knows it by our id.
    if (session.code) await remote.close(access, session.code).catch(() => undefined);
    throw inProgress();
  }
  await doOwed(owed);
  return stored.session;
}

/** A refused request takes its row back. Where a TeamViewer session may exist the row stays, free for a second try that looks it up first. */
async function giveUp({ sessions, now }: Deps, claimed: StoredSession, mayExist: boolean) {
  if (!mayExist) return sessions.remove(claimed);
  await sessions.update(claimed, { ...claimed.session, leaseUntil: now().toISOString() });
}

function endingOf(error: unknown, mayExist: boolean) {
  if (mayExist) return { result: "unknown" as const, reason: isAppError(error) ? error.code : "internal-error" };
  return isAppError(error)
    ? { result: "refused" as const, reason: error.code }
    : { result: "failed" as const, reason: "internal-error" };
}

const tooOften = (waitSeconds: number) => budgetUsedUp(waitSeconds, 'send "notify": false and pass the link on');

function settled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === "fulfilled") return result.value;
  throw result.reason;
}
