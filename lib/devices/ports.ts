import type { Device, Platform } from "./device.ts";

/** One page of a search: at most `top` devices in the order of their names, from where `page` says. */
export type DeviceSearch = { text: string; platform: Platform | undefined; top: number; page: string | undefined };

/** Where devices are looked up. `find` answers undefined when Intune has no such device. */
export type DeviceDirectory = {
  find: (deviceId: string) => Promise<Device | undefined>;
  search: (search: DeviceSearch) => Promise<{ devices: Device[]; nextPage: string | undefined }>;
  /** The user's preferred language (BCP 47), undefined when unknown or not allowed to be read. */
  languageOf: (userId: string) => Promise<string | undefined>;
};

/** Which permissions this app holds at Microsoft Graph, as far as it can know; undefined when it cannot. */
export type PermissionsHeld = () => Promise<readonly string[] | undefined>;

/** What somebody or something with an id is called. */
export type Named = { kind: "person" | "device" | "application"; name: string };

/** Where names are looked up. Answers undefined when nobody and nothing has the id, or no name. */
export type NameDirectory = { nameOf: (id: string) => Promise<Named | undefined> };
