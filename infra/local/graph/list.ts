import type { StandInAnswer } from "../stand-in.ts";
import type { GraphCall } from "./call.ts";
import { filtered } from "./filter.ts";
import type { ManagedDevice } from "./managed-device.ts";
import { Refusal } from "./refusal.ts";
import { selected, selection } from "./select.ts";

/** Intune's own page holds 1,000; smaller here, so that a company of 400 devices has pages at all. */
const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 999;

/**
 * A page of managed devices. They come in the order of name, then id, since that is what Intune's `$skiptoken` goes on from
 * (`LastDeviceName='…',LastDeviceId='…'`). `@odata.count` counts the page, as Intune's does; with `$count=true` everything found.
 */
export function deviceList(call: GraphCall, devices: readonly ManagedDevice[], collection: string): StandInAnswer {
  const { query, version, origin, path } = call;
  if (query.has("$search")) throw new Refusal(400, "BadRequest", "The query option '$search' is not supported.");
  const properties = selection(query.get("$select"), version);
  const size = pageSize(query.get("$top"));
  const found = filtered(devices, query.get("$filter"), version).sort(byNameThenId);
  const rest = found.filter(isAfter(skipToken(query)));
  const page = rest.slice(0, size);
  const last = rest.length > size ? page.at(-1) : undefined;
  return {
    status: 200,
    headers: { "content-type": "application/json;odata.metadata=minimal;charset=utf-8" },
    json: {
      "@odata.context": `${origin}/${version}/$metadata#${collection}`,
      "@odata.count": query.get("$count") === "true" ? found.length : page.length,
      ...(last ? { "@odata.nextLink": `${origin}${path}?${nextQuery(query, last)}` } : {}),
      value: page.map((device) => selected(device, properties)),
    },
  };
}

function pageSize(top: string | null): number {
  if (top === null) return DEFAULT_PAGE_SIZE;
  const size = Number(top);
  if (!/^\d+$/.test(top) || size === 0) {
    throw new Refusal(400, "BadRequest", `Invalid value '${top}' for $top query option found.`);
  }
  if (size > MAX_PAGE_SIZE) {
    const message = `The limit of '${MAX_PAGE_SIZE}' for Top query has been exceeded. The value from the incoming request is '${top}'.`;
    throw new Refusal(400, "BadRequest", message);
  }
  return size;
}

function nextQuery(query: URLSearchParams, { deviceName, id }: ManagedDevice): string {
  const kept = [...query].filter(([name]) => !isSkipToken(name));
  const token = `LastDeviceName='${deviceName.replaceAll("'", "''")}',LastDeviceId='${id}'`;
  return [...kept, ["$skiptoken", token] as const]
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("'", "%27")}`)
    .join("&");
}

/** The Graph client for JavaScript writes it `$skipToken`; links do not. */
function isSkipToken(name: string): boolean {
  return name.toLowerCase() === "$skiptoken";
}

function skipToken(query: URLSearchParams): string | undefined {
  return [...query].find(([name]) => isSkipToken(name))?.[1];
}

function isAfter(token: string | undefined): (device: ManagedDevice) => boolean {
  if (token === undefined) return () => true;
  const [, name, id] = /^LastDeviceName='((?:[^']|'')*)',LastDeviceId='([^']*)'$/.exec(token) ?? [];
  if (name === undefined || id === undefined) throw new Refusal(400, "BadRequest", "Skip token is not valid.");
  const last = { deviceName: name.replaceAll("''", "'"), id };
  return (device) => byNameThenId(last, device) < 0;
}

type Place = Pick<ManagedDevice, "deviceName" | "id">;

function byNameThenId(one: Place, other: Place): number {
  if (one.deviceName !== other.deviceName) return one.deviceName < other.deviceName ? -1 : 1;
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}
