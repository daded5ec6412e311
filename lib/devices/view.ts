import type { Device, DeviceView } from "./device.ts";
import { eligibilityOf, type Policy } from "./eligibility.ts";

/** The device as callers see it, field by field. */
export function viewOfDevice(device: Device, policy: Policy): DeviceView {
  return {
    id: device.id,
    name: device.name,
    platform: device.platform,
    osVersion: device.osVersion,
    model: device.model,
    manufacturer: device.manufacturer,
    serialNumber: device.serialNumber,
    ownership: device.ownership,
    compliance: device.compliance,
    ...(device.lastSyncAt ? { lastSyncAt: device.lastSyncAt } : {}),
    ...(device.userName ? { userName: device.userName } : {}),
    ...(device.userPrincipalName ? { userPrincipalName: device.userPrincipalName } : {}),
    eligibility: eligibilityOf(device, policy),
  };
}
