import type { Client } from "@microsoft/microsoft-graph-client";
import { GraphError } from "@microsoft/microsoft-graph-client";
import * as z from "zod";
import type { DeviceDirectory } from "../../devices/ports.ts";
import { pageNotOurs } from "../../errors.ts";
import { insteadOf, unusable, usable } from "./answer.ts";
import { translateGraphError } from "./client.ts";
import { DEVICES, type Found, readDevices } from "./device-list.ts";
import { filtersOf, isFitting } from "./device-search.ts";
import { devicesOfPeople } from "./devices-of-people.ts";
import { deviceOf, managedDeviceProperties, managedDeviceSchema } from "./managed-device.ts";

const userSchema = z.object({ preferredLanguage: z.string().nullish() });

const none: Found = { devices: [], hasOthers: false, isCut: false };
/** Which fields Intune can search is hardly documented: a search by one of them may be refused, and finds nothing then. */
const noneIfRefused = insteadOf([400], none);

export function makeDeviceDirectory(client: Client): DeviceDirectory {
  return {
    async find(deviceId) {
      try {
        const found: unknown = await client
          .api(`${DEVICES}/${encodeURIComponent(deviceId)}`)
          .version("beta")
          .query({ $select: managedDeviceProperties })
          .get();
        const device = deviceOf(usable(managedDeviceSchema, found));
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
        readDevices(client, filter, search),
      );
      const lists = await Promise.all([byName ?? none, ...others.map((list) => list.catch(noneIfRefused))]);
      // A filter that Intune does not know brings all devices: then nobody is found by asking once more.
      const isWhole = lists.some(({ hasOthers }) => hasOthers);
      if (bySignInName && !isWhole) lists.push(await readDevices(client, bySignInName, search).catch(noneIfRefused));
      // The devices of a large company are not read to the end, and a person's may be among those that are not.
      const ofPeople =
        search.text !== "" && lists.some(({ isCut }) => isCut) ? await devicesOfPeople(client, search) : [];
      const all = [...lists.flatMap(({ devices }) => devices), ...ofPeople];
      const found = new Map(all.map((device) => [device.id, device]));
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
        return usable(userSchema, user).preferredLanguage ?? undefined;
      } catch {
        // The language is a courtesy: without it (no permission, user gone, Graph busy) the default language is used.
        return undefined;
      }
    },
  };
}

function offsetOf(page: string | undefined): number {
  if (page === undefined) return 0;
  const offset = /^devices (\d{1,6})$/.exec(Buffer.from(page, "base64url").toString())?.[1];
  if (offset) return Number(offset);
  throw pageNotOurs();
}
