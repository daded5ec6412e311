import type { Client } from "@microsoft/microsoft-graph-client";
import { GraphError } from "@microsoft/microsoft-graph-client";
import * as z from "zod";
import type { Device } from "../../devices/device.ts";
import type { DeviceDirectory, DeviceSearch } from "../../devices/ports.ts";
import { AppError, pageNotOurs } from "../../errors.ts";
import { translateGraphError } from "./client.ts";
import { filtersOf, isFitting, mayFit } from "./device-search.ts";
import { deviceOf, managedDeviceProperties, managedDeviceSchema } from "./managed-device.ts";

/** The beta API alone tells device type and SKU (learn.microsoft.com/graph/api/resources/intune-devices-manageddevice). */
const DEVICES = "/deviceManagement/managedDevices";
const PAGE_SIZE = 999;
const MAX_PAGES = 10;

const pageSchema = z.object({ value: z.array(z.unknown()), "@odata.nextLink": z.string().optional() });
const userSchema = z.object({ preferredLanguage: z.string().nullish() });

export function makeDeviceDirectory(client: Client): DeviceDirectory {
  return {
    async find(deviceId) {
      try {
        const found: unknown = await client
          .api(`${DEVICES}/${encodeURIComponent(deviceId)}`)
          .version("beta")
          .query({ $select: managedDeviceProperties })
          .get();
        const device = deviceOf(parsed(managedDeviceSchema, found));
        if (device.id !== deviceId.toLowerCase()) throw unusable();
        return device;
      } catch (error) {
        if (error instanceof GraphError && error.statusCode === 404) return undefined;
        throw translateGraphError(error);
      }
    },

    async search(search) {
      const { atOnce, byUser, bySignInName } = filtersOf(search);
      const [byName, ...others] = [...atOnce, ...(byUser ? [byUser] : [])].map((filter) =>
        readAll(client, filter, search),
      );
      const lists = await Promise.all([byName ?? none, ...others.map((list) => list.catch(noneIfRefused))]);
      // A filter that Intune does not know brings all devices: then nobody is found by asking once more.
      const isWhole = lists.some(({ hasOthers }) => hasOthers);
      if (bySignInName && !isWhole) lists.push(await readAll(client, bySignInName, search).catch(noneIfRefused));
      const found = new Map(lists.flatMap(({ devices }) => devices).map((device) => [device.id, device]));
      const fitting = [...found.values()].filter((device) => isFitting(device, search));
      fitting.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
      const from = offsetOf(search.page);
      const devices = fitting.slice(from, from + search.top);
      const hasMore = fitting.length > from + search.top;
      return {
        devices,
        nextPage: hasMore ? Buffer.from(`devices ${from + search.top}`).toString("base64url") : undefined,
      };
    },

    async languageOf(userId) {
      try {
        const user: unknown = await client
          .api(`/users/${encodeURIComponent(userId)}`)
          .version("v1.0")
          .query({ $select: "preferredLanguage" })
          .get();
        return parsed(userSchema, user).preferredLanguage ?? undefined;
      } catch {
        // The language is a courtesy: without it (no permission, user gone, Graph busy) the default language is used.
        return undefined;
      }
    },
  };
}

/** What a query brought of what is searched for, and whether it brought others, too. */
type Found = { devices: Device[]; hasOthers: boolean };
const none: Found = { devices: [], hasOthers: false };

async function readAll(client: Client, filter: string | undefined, search: DeviceSearch): Promise<Found> {
  const devices: Device[] = [];
  let hasOthers = false;
  const query = new URLSearchParams({
    $select: managedDeviceProperties,
    $top: String(PAGE_SIZE),
    ...(filter ? { $filter: filter } : {}),
  });
  let path: string | undefined = `${DEVICES}?${query.toString().replaceAll("+", "%20")}`;
  for (let page = 0; path && page < MAX_PAGES; page += 1) {
    try {
      const answer = parsed(pageSchema, (await client.api(path).version("beta").get()) as unknown);
      const fitting = answer.value.filter((value) => mayFit(value, search));
      hasOthers ||= fitting.length < answer.value.length;
      devices.push(...fitting.flatMap(readable));
      path = pathOf(answer["@odata.nextLink"]);
    } catch (error) {
      throw translateGraphError(error);
    }
  }
  return { devices, hasOthers };
}

/** Which fields Intune can search is hardly documented: a search by one of them may be refused, and finds nothing then. */
function noneIfRefused(error: unknown): Found {
  if (error instanceof AppError && error.cause instanceof GraphError && error.cause.statusCode === 400) return none;
  throw error;
}

/** A device that cannot be read is left out of a list: it must not hide the others. */
function readable(value: unknown): Device[] {
  const device = managedDeviceSchema.safeParse(value);
  return device.success ? [deviceOf(device.data)] : [];
}

/** Only path and query of a next link are used: the host stays the one that is configured. */
function pathOf(nextLink: string | undefined): string | undefined {
  if (!nextLink) return undefined;
  const { pathname, search } = new URL(nextLink);
  if (pathname.toLowerCase() !== `/beta${DEVICES}`.toLowerCase()) throw unusable();
  return `${DEVICES}${search}`;
}

function offsetOf(page: string | undefined): number {
  if (page === undefined) return 0;
  const offset = /^devices (\d{1,6})$/.exec(Buffer.from(page, "base64url").toString())?.[1];
  if (offset) return Number(offset);
  throw pageNotOurs();
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw unusable();
}

const unusable = () => new AppError("upstream-invalid", "Microsoft Graph gave an answer that cannot be used.");
