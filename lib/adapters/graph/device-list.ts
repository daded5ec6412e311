import type { Client } from "@microsoft/microsoft-graph-client";
import * as z from "zod";
import type { Device } from "../../devices/device.ts";
import type { DeviceSearch } from "../../devices/ports.ts";
import { unusable, usable } from "./answer.ts";
import { translateGraphError } from "./client.ts";
import { mayFit } from "./device-search.ts";
import { deviceOf, managedDeviceProperties, managedDeviceSchema } from "./managed-device.ts";

/** The beta API alone tells device type and SKU (learn.microsoft.com/graph/api/resources/intune-devices-manageddevice). */
export const DEVICES = "/deviceManagement/managedDevices";
const PAGE_SIZE = 999;
const MAX_PAGES = 10;

/** What a query brought of what is searched for, whether it brought others, too, and whether there was more than is read. */
export type Found = { devices: Device[]; hasOthers: boolean; isCut: boolean };

const pageSchema = z.object({ value: z.array(z.unknown()), "@odata.nextLink": z.string().optional() });

/** Reads the devices that `filter` leaves, to the end or for as many pages as are ever read. */
export async function readDevices(client: Client, filter: string | undefined, search: DeviceSearch): Promise<Found> {
  const devices: Device[] = [];
  let hasOthers = false;
  let path: string | undefined = `${DEVICES}?${queryOf(filter ? { $filter: filter } : {})}`;
  for (let page = 0; path && page < MAX_PAGES; page += 1) {
    const { fitting, others, nextLink } = await readPage(client, path, search);
    hasOthers ||= others > 0;
    devices.push(...fitting);
    path = pathOf(nextLink);
  }
  return { devices, hasOthers, isCut: path !== undefined };
}

/** Reads the devices of one person, as many as stand on a page. */
export async function readDevicesOf(client: Client, userId: string, search: DeviceSearch): Promise<Device[]> {
  const path = `/users/${encodeURIComponent(userId)}/managedDevices?${queryOf({})}`;
  return (await readPage(client, path, search)).fitting;
}

async function readPage(client: Client, path: string, search: DeviceSearch) {
  try {
    const answer = usable(pageSchema, (await client.api(path).version("beta").get()) as unknown);
    const fitting = answer.value.filter((value) => mayFit(value, search));
    return {
      fitting: fitting.flatMap(readable),
      others: answer.value.length - fitting.length,
      nextLink: answer["@odata.nextLink"],
    };
  } catch (error) {
    throw translateGraphError(error);
  }
}

const queryOf = (filter: { $filter?: string }) =>
  encoded({ $select: managedDeviceProperties, $top: String(PAGE_SIZE), ...filter });

/** A query as every server reads it: blanks are not written as plus signs. */
export function encoded(query: Record<string, string>): string {
  return new URLSearchParams(query).toString().replaceAll("+", "%20");
}

/** A device that cannot be read is left out of a list: it must not hide the others. */
function readable(value: unknown): Device[] {
  const device = managedDeviceSchema.safeParse(value);
  return device.success ? [deviceOf(device.data)] : [];
}

/** Only path and query of a next link are used: the host stays the one that is configured. */
function pathOf(nextLink: string | undefined): string | undefined {
  if (!nextLink) return undefined;
  const link = URL.parse(nextLink);
  if (link?.pathname.toLowerCase() !== `/beta${DEVICES}`.toLowerCase()) throw unusable();
  return `${DEVICES}${link.search}`;
}
