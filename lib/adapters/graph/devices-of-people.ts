import type { Client } from "@microsoft/microsoft-graph-client";
import * as z from "zod";
import type { Device } from "../../devices/device.ts";
import type { DeviceSearch } from "../../devices/ports.ts";
import { insteadOf, usable } from "./answer.ts";
import { translateGraphError } from "./client.ts";
import { encoded, readDevicesOf } from "./device-list.ts";
import { peopleFilterOf } from "./device-search.ts";

/** Whoever is meant by a text that fits more people has to be named more closely. */
const MOST_PEOPLE = 10;

const peopleSchema = z.object({ value: z.array(z.object({ id: z.string() })) });

/** The devices of the people whom a search by its text may mean: Entra finds people by how their names begin, however many there are. */
export async function devicesOfPeople(client: Client, search: DeviceSearch): Promise<Device[]> {
  // Without the right to read people (403), and for a text that Entra does not take (400), a search finds what Intune found.
  const people = await findPeople(client, search).catch(insteadOf([400, 403], []));
  const lists = await Promise.all(
    // Who has left since, or has no licence for Intune, has no devices there.
    people.map((id) => readDevicesOf(client, id, search).catch(insteadOf([403, 404], []))),
  );
  return lists.flat();
}

async function findPeople(client: Client, search: DeviceSearch): Promise<string[]> {
  const query = encoded({ $select: "id", $top: String(MOST_PEOPLE), $filter: peopleFilterOf(search) });
  try {
    const found: unknown = await client.api(`/users?${query}`).version("v1.0").get();
    return usable(peopleSchema, found).value.map(({ id }) => id);
  } catch (error) {
    throw translateGraphError(error);
  }
}
