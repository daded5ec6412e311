import { type Client, GraphError } from "@microsoft/microsoft-graph-client";
import * as z from "zod";
import type { NameDirectory, Named } from "../../devices/ports.ts";
import { translateGraphError } from "./client.ts";

const userSchema = z.object({ displayName: z.string().nullish() });
const deviceSchema = z.object({ deviceName: z.string().nullish() });

/** Looks for a person with an id, then for a device: the id itself does not tell which it is. */
export function makeNameDirectory(client: Client): NameDirectory {
  /** What Graph has there; undefined when it has nothing there. */
  async function read<T>(path: string, property: string, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      return schema.parse(await client.api(path).version("v1.0").query({ $select: property }).get());
    } catch (error) {
      if (error instanceof GraphError && error.statusCode === 404) return undefined;
      throw translateGraphError(error);
    }
  }

  async function personWith(id: string): Promise<Named | undefined> {
    const user = await read(`/users/${encodeURIComponent(id)}`, "displayName", userSchema);
    return user?.displayName ? { kind: "person", name: user.displayName } : undefined;
  }

  async function deviceWith(id: string): Promise<Named | undefined> {
    const path = `/deviceManagement/managedDevices/${encodeURIComponent(id)}`;
    const device = await read(path, "deviceName", deviceSchema);
    return device?.deviceName ? { kind: "device", name: device.deviceName } : undefined;
  }

  return {
    async nameOf(id) {
      const [person] = await Promise.allSettled([personWith(id)]);
      if (person.status === "fulfilled" && person.value) return person.value;
      // Without the right to read people, devices still have their names.
      const device = await deviceWith(id);
      if (!device && person.status === "rejected") throw person.reason;
      return device;
    },
  };
}
