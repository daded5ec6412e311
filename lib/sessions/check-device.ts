import { usable } from "../connector/in-use.ts";
import type { ConnectionStore } from "../connector/ports.ts";
import type { Check, Requirements } from "../devices/check.ts";
import { complianceOf } from "../devices/compliance.ts";
import type { Device, DeviceView } from "../devices/device.ts";
import type { Policy } from "../devices/eligibility.ts";
import type { DeviceDirectory, PermissionsHeld } from "../devices/ports.ts";
import { channelChecks, complianceChecks, eligibilityChecks, permissionChecks } from "../devices/remedies.ts";
import { viewOfDevice } from "../devices/view.ts";
import { deviceNotFound, isAppError } from "../errors.ts";
import { secondsUntilBudget } from "../notifications/budget.ts";
import type { NotificationLedger } from "../notifications/ports.ts";
import { budgetUsedUp } from "../notifications/used-up.ts";
import { formOf, quietRefusal, type RequestRules } from "./rules.ts";

type Deps = {
  devices: Pick<DeviceDirectory, "find">;
  permissionsHeld: PermissionsHeld;
  connections: Pick<ConnectionStore, "read">;
  ledger: Pick<NotificationLedger, "sentTimes">;
  now: () => Date;
  policy: Policy;
  rules: RequestRules;
};

const INSTEAD = 'send "notify": false and pass the link on';
const UNLESS_NOTIFIED = `Wait, or ${INSTEAD} yourself.`;

const connectorRemedies: Record<string, string> = {
  "connector-not-connected": "Ask an administrator to connect TeamViewer on the connector page.",
  "connector-needs-consent": "Ask an administrator to give consent again on the connector page.",
};

/**
 * One device with what a request for it would meet: what it has to say, and every blocker with its remedy. Device, connection
 * and budget are read side by side; a storage that does not answer is one of the findings. Throws `device-not-found`.
 */
export function makeCheckDevice({ devices, permissionsHeld, connections, ledger, now, policy, rules }: Deps) {
  const connectorChecks = () =>
    connections.read().then(
      (read) => checksOf(() => usable(read), connectorRemedies),
      (error: unknown) => [storageCheck(error)],
    );
  const budgetSeconds = async (deviceId: string) => secondsUntilBudget((await ledger.sentTimes(deviceId)).times, now());

  return async (deviceId: string): Promise<DeviceView> => {
    const [device, held, connector, waitSeconds] = await Promise.all([
      devices.find(deviceId),
      permissionsHeld(),
      connectorChecks(),
      // An unreadable budget is told with the connection, which stands in the same storage.
      budgetSeconds(deviceId).catch(() => 0),
    ]);
    if (!device) throw deviceNotFound();
    const view = viewOfDevice(device, policy);
    const { eligibility } = view;
    const quiet = asCheck(quietRefusal(rules, now(), INSTEAD), UNLESS_NOTIFIED);
    const isUsedUp = eligibility.channels.length > 0 && waitSeconds > 0;
    const budget = asCheck(isUsedUp ? budgetUsedUp(waitSeconds, INSTEAD) : undefined, UNLESS_NOTIFIED);
    return {
      ...view,
      requirements: requirementsOf(rules, device, quiet.length + budget.length === 0),
      checks: [
        ...eligibilityChecks(eligibility),
        ...complianceChecks(device, rules.compliance),
        ...connector,
        ...quiet,
        ...budget,
        ...(eligibility.eligible ? channelChecks(device, eligibility, policy) : []),
        ...permissionChecks(eligibility, held),
      ],
    };
  };
}

function requirementsOf(rules: RequestRules, device: Device, notify: boolean): Requirements {
  const isReasonOwed = rules.compliance === "require-reason" && complianceOf(device) === "not-compliant";
  const pattern = rules.ticketPattern && formOf(rules.ticketPattern);
  return {
    reason: rules.requireReason || isReasonOwed,
    ticket: { required: pattern !== undefined, ...(pattern === undefined ? {} : { pattern }) },
    notify,
  };
}

function checksOf(work: () => unknown, remedies: Record<string, string>): Check[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return asCheck(error, remedies[error.code] ?? error.message);
  }
}

function asCheck(error: unknown, remedy: string): Check[] {
  if (!isAppError(error)) return [];
  const { code, message, retryAfterSeconds } = error;
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return [{ code, severity: "blocker", text: message, remedy, ...wait }];
}

function storageCheck(error: unknown): Check {
  if (!isAppError(error, "upstream-unavailable", "upstream-timeout")) throw error;
  const remedy = "Try again in half a minute. If it lasts, an administrator looks at GET /api/health.";
  return { code: error.code, severity: "blocker", text: error.message, remedy };
}
