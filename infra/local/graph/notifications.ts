import type { ManagedDevice } from "./managed-device.ts";
import { Refusal } from "./refusal.ts";
import type { CompanyPortalNotification } from "./state.ts";

/** https://learn.microsoft.com/intune/device-management/actions/send-custom-notification */
const MAX_TITLE = 50;
const MAX_BODY = 500;
const MAX_PER_HOUR = 10;
const HOUR_MS = 3_600_000;
const FIELDS = ["notificationTitle", "notificationBody"];

/** The title and body of a request, or 400: both are needed, nothing else is known, and length counts in code points. */
export function notificationText(body: string): { title: string; body: string } {
  const given = parse(body);
  const unknown = Object.keys(given).find((name) => !FIELDS.includes(name));
  if (unknown) throw invalid(`The parameter '${unknown}' in the request payload is not a valid parameter.`);
  return {
    title: text(given.notificationTitle, "notificationTitle", MAX_TITLE),
    body: text(given.notificationBody, "notificationBody", MAX_BODY),
  };
}

/**
 * Refuses the eleventh notification within an hour. What Intune itself answers is not documented; 429 is the answer that
 * a caller has to cope with anyhow, and without Retry-After because Intune is known to leave that out.
 */
export function refuseMoreThanHourly(notifications: readonly CompanyPortalNotification[], deviceId: string, now: Date) {
  const since = now.getTime() - HOUR_MS;
  const recent = notifications.filter((sent) => sent.deviceId === deviceId && Date.parse(sent.at) > since);
  if (recent.length < MAX_PER_HOUR) return;
  throw new Refusal(429, "TooManyRequests", "Too many notifications for this device", { wording: "nested" });
}

/** Why nobody sees a notification on this device, if so. Intune takes it all the same. */
export function hiddenBecause(device: ManagedDevice): "platform" | "no-user" | undefined {
  if (!isIos(device) && !isPersonalWorkProfile(device)) return "platform";
  return device.userId ? undefined : "no-user";
}

function isIos({ operatingSystem }: ManagedDevice): boolean {
  return /^(ios|ipados)/i.test(operatingSystem ?? "");
}

function isPersonalWorkProfile({ deviceType, managedDeviceOwnerType }: ManagedDevice): boolean {
  if (deviceType === "androidForWork") return true;
  return deviceType === "androidEnterprise" && managedDeviceOwnerType === "personal";
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // The same answer as for JSON that is no object.
  }
  throw invalid("Unable to read JSON request payload.");
}

function text(value: unknown, name: string, max: number): string {
  if (typeof value !== "string" || value.length === 0) throw invalid(`'${name}' is missing.`);
  if ([...value].length > max) throw invalid(`'${name}' is longer than ${max} characters.`);
  return value;
}

function invalid(message: string): Refusal {
  return new Refusal(400, "BadRequest", message, { wording: "nested" });
}
