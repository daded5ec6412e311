import { channels, type Device } from "../../../lib/devices/device.ts";
import type { Policy } from "../../../lib/devices/eligibility.ts";

/** A managed Windows PC with a user, with `changes`. */
export function aDevice(changes: Partial<Device> = {}): Device {
  return {
    id: "d0000000-0000-4000-8000-000000000002",
    name: "PC-001",
    platform: "windows",
    operatingSystem: "Windows",
    osVersion: "10.0.26200.7171",
    model: "Latitude 7450",
    manufacturer: "Dell Inc.",
    serialNumber: "A1B2C3",
    ownership: "company",
    compliance: "compliant",
    lastSyncAt: "2026-11-22T08:00:00.000Z",
    managementState: "managed",
    managementAgent: "mdm",
    enrollmentType: "windowsAzureADJoin",
    deviceType: "windowsRT",
    skuFamily: "Enterprise",
    skuNumber: 4,
    userId: "a0000000-0000-4000-8000-000000000001",
    userName: "Paula Person",
    userPrincipalName: "paula@contoso.example",
    email: "paula@contoso.example",
    ...changes,
  };
}

/** What a company allows that changed no setting, with `changes`. */
export function aPolicy(changes: Partial<Policy> = {}): Policy {
  return { allowCorporateAndroid: false, channelOrder: { "*": channels }, channelsOn: ["companyPortal"], ...changes };
}
