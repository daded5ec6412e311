import * as z from "zod";
import type { Device } from "../../devices/device.ts";
import { platformOf } from "../../devices/platform.ts";

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** microsoft.graph.managedDevice, as far as it is used here; everything but the id may be missing or null. */
export const managedDeviceSchema = z.object({
  id: z.guid(),
  deviceName: text,
  operatingSystem: text,
  osVersion: text,
  model: text,
  manufacturer: text,
  serialNumber: text,
  managedDeviceOwnerType: text,
  complianceState: text,
  lastSyncDateTime: z.string().nullish(),
  managementState: z.string().nullish(),
  managementAgent: text,
  deviceEnrollmentType: text,
  deviceType: text,
  skuFamily: text,
  skuNumber: z.number().nullish(),
  userId: z.string().nullish(),
  userDisplayName: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  emailAddress: z.string().nullish(),
});
export type ManagedDevice = z.infer<typeof managedDeviceSchema>;

/** What `$select` asks for: exactly what is read. */
export const managedDeviceProperties = Object.keys(managedDeviceSchema.shape).join(",");

/** Intune's device in our words; empty texts of optional fields count as missing. */
export function deviceOf(managed: ManagedDevice): Device {
  const { managedDeviceOwnerType: owner, operatingSystem, deviceType, model } = managed;
  return {
    id: managed.id.toLowerCase(),
    name: managed.deviceName,
    platform: platformOf(operatingSystem, deviceType, model),
    operatingSystem,
    osVersion: managed.osVersion,
    model,
    manufacturer: managed.manufacturer,
    serialNumber: managed.serialNumber,
    ownership: owner === "company" || owner === "personal" ? owner : "unknown",
    compliance: managed.complianceState || "unknown",
    lastSyncAt: isoOf(managed.lastSyncDateTime),
    managementState: managed.managementState || undefined,
    managementAgent: managed.managementAgent,
    enrollmentType: managed.deviceEnrollmentType,
    deviceType,
    skuFamily: managed.skuFamily,
    skuNumber: managed.skuNumber || undefined,
    userId: managed.userId || undefined,
    userName: managed.userDisplayName || managed.userPrincipalName || undefined,
    userPrincipalName: managed.userPrincipalName || undefined,
    email: managed.emailAddress || undefined,
  };
}

/** Graph writes `0001-01-01T00:00:00Z` for "never". */
function isoOf(time: string | null | undefined): string | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) || ms < 0 ? undefined : new Date(ms).toISOString();
}
