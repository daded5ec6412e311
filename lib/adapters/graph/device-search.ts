import type { Device } from "../../devices/device.ts";
import type { DeviceSearch } from "../../devices/ports.ts";

type Filters = { atOnce: (string | undefined)[]; byUser?: string; bySignInName?: string };

/** A query for each field that Intune may be able to search; with no text, one for all. */
export function filtersOf({ text }: DeviceSearch): Filters {
  if (text === "") return { atOnce: [undefined] };
  const quoted = quotedText(text);
  return {
    atOnce: [`contains(deviceName,${quoted})`, `serialNumber eq ${quoted}`],
    byUser: `startswith(userDisplayName,${quoted})`,
    bySignInName: `startswith(userPrincipalName,${quoted})`,
  };
}

const namesOfPeople = ["displayName", "givenName", "surname", "userPrincipalName", "mail"];

/** Finds people by how any of their names begins (learn.microsoft.com/graph/query-parameters: "across multiple properties"). */
export function peopleFilterOf({ text }: DeviceSearch): string {
  return namesOfPeople.map((name) => `startswith(${name},${quotedText(text)})`).join(" or ");
}

const quotedText = (text: string) => `'${text.replaceAll("'", "''")}'`;

const searched = ["deviceName", "serialNumber", "userDisplayName", "userPrincipalName", "emailAddress"];

/** Tells without understanding it: of the many devices that come unasked, most need not be read. */
export function mayFit(value: unknown, { text }: DeviceSearch): boolean {
  if (typeof value !== "object" || value === null) return false;
  const wanted = text.toLowerCase();
  return searched.some((name) =>
    String((value as Record<string, unknown>)[name] ?? "")
      .toLowerCase()
      .includes(wanted),
  );
}

/** Whether a device is what is searched for: Intune may have answered with others, too. */
export function isFitting(device: Device, { text, platform }: DeviceSearch): boolean {
  if (platform && device.platform !== platform) return false;
  const wanted = text.toLowerCase();
  const fields = [device.name, device.serialNumber, device.userName, device.userPrincipalName, device.email];
  return fields.some((field) => field?.toLowerCase().includes(wanted));
}
