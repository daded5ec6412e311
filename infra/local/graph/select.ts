import { defaultsUnlessSelected, deviceProperties, type GraphVersion, type ManagedDevice } from "./managed-device.ts";
import { Refusal } from "./refusal.ts";

/** The properties that `$select` asks for, those of the version when it asks for none; an unknown one is a 400. */
export function selection(select: string | null, version: GraphVersion): readonly string[] {
  const known = deviceProperties(version);
  return selectedNames(select, known, "microsoft.management.services.api.managedDevice") ?? known;
}

/** The names in a `$select`; undefined when there is none. */
export function selectedNames(select: string | null, known: readonly string[], type: string): string[] | undefined {
  if (!select) return undefined;
  const names = select.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  const message = `Parsing OData Select and Expand failed: Could not find a property named '${unknown}' on type '${type}'.`;
  throw new Refusal(400, "BadRequest", message);
}

/** A device in a list, where some properties show their default only. */
export function selected(device: ManagedDevice, properties: readonly string[]) {
  return only({ ...device, ...defaultsUnlessSelected }, properties);
}

/** One device asked for by id: the same, unless `$select` names what it wants. */
export function selectedById(device: ManagedDevice, select: string | null, version: GraphVersion) {
  const properties = selection(select, version);
  return select ? only(device, properties) : selected(device, properties);
}

/** The object with these properties only, in this order. */
export function only<T extends object>(value: T, properties: readonly string[]): Record<string, unknown> {
  const chosen: Record<string, unknown> = {};
  for (const name of properties) if (Object.hasOwn(value, name)) chosen[name] = value[name as keyof T];
  return chosen;
}
