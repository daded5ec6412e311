import { expect, test } from "@jest/globals";
import { demoDevices } from "../../../infra/local/graph/devices.ts";
import { deviceOf, managedDeviceSchema } from "../../../lib/adapters/graph/managed-device.ts";
import { deviceSchema } from "../../../lib/devices/device.ts";
import { viewOfDevice } from "../../../lib/devices/view.ts";
import { aDevice, aPolicy } from "./a-device.ts";

const policy = aPolicy();

test("callers see these fields of a device and no others", () => {
  expect(viewOfDevice(aDevice(), policy)).toEqual({
    id: "d0000000-0000-4000-8000-000000000002",
    name: "PC-001",
    platform: "windows",
    osVersion: "10.0.26200.7171",
    model: "Latitude 7450",
    manufacturer: "Dell Inc.",
    serialNumber: "A1B2C3",
    ownership: "company",
    compliance: "compliant",
    lastSyncAt: "2026-11-22T08:00:00.000Z",
    userName: "Paula Person",
    userPrincipalName: "paula@contoso.example",
    eligibility: { eligible: true, reasons: [], channels: [] },
  });
});

test("what Intune does not tell is missing", () => {
  const view = viewOfDevice(
    aDevice({ lastSyncAt: undefined, userId: undefined, userName: undefined, userPrincipalName: undefined }),
    policy,
  );
  expect(view).not.toHaveProperty("lastSyncAt");
  expect(view).not.toHaveProperty("userName");
  expect(view).not.toHaveProperty("userPrincipalName");
});

test("who generates a client from the document gets a type called Device", () => {
  expect(deviceSchema.meta()?.id).toBe("Device");
});

test("every device of the demo company fits the documented schema", () => {
  const views = demoDevices().map((managed) => viewOfDevice(deviceOf(managedDeviceSchema.parse(managed)), policy));
  expect(views.map((view) => deviceSchema.safeParse(view).error?.message).filter(Boolean)).toEqual([]);
});
