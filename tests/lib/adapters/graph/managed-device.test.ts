import { describe, expect, test } from "@jest/globals";
import {
  deviceOf,
  managedDeviceProperties,
  managedDeviceSchema,
} from "../../../../lib/adapters/graph/managed-device.ts";

const ID = "D0000000-0000-4000-8000-00000000000A";
const whole = {
  id: ID,
  deviceName: "PC-001",
  operatingSystem: "Windows",
  osVersion: "10.0.26200.7171",
  model: "Latitude 7450",
  manufacturer: "Dell Inc.",
  serialNumber: "A1B2C3",
  managedDeviceOwnerType: "company",
  complianceState: "compliant",
  lastSyncDateTime: "2026-11-22T09:00:00+01:00",
  managementState: "managed",
  managementAgent: "mdm",
  deviceEnrollmentType: "windowsAzureADJoin",
  deviceType: "windowsRT",
  skuFamily: "Enterprise",
  skuNumber: 4,
  userId: "a0000000-0000-4000-8000-000000000001",
  userDisplayName: "Paula Person",
  userPrincipalName: "paula@contoso.example",
  emailAddress: "paula.person@contoso.example",
};
const read = (managed: unknown) => deviceOf(managedDeviceSchema.parse(managed));
const bare = {
  id: ID.toLowerCase(),
  name: "",
  platform: "unknown",
  operatingSystem: "",
  osVersion: "",
  model: "",
  manufacturer: "",
  serialNumber: "",
  ownership: "unknown",
  compliance: "unknown",
  lastSyncAt: undefined,
  managementState: undefined,
  managementAgent: "",
  enrollmentType: "",
  deviceType: "",
  skuFamily: "",
  skuNumber: undefined,
  userId: undefined,
  userName: undefined,
  userPrincipalName: undefined,
  email: undefined,
};

describe("Intune's device", () => {
  test("is told in our words, its id in small letters and its times in UTC", () => {
    expect(read(whole)).toEqual({
      id: ID.toLowerCase(),
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
      email: "paula.person@contoso.example",
    });
  });

  test("may lack everything but its id: by missing properties, nulls or empty texts", () => {
    const nulls = Object.fromEntries(Object.keys(whole).map((name) => [name, null]));
    const empty = Object.fromEntries(Object.keys(whole).map((name) => [name, name === "skuNumber" ? 0 : ""]));
    expect(read({ id: ID })).toEqual(bare);
    expect(read({ ...nulls, id: ID })).toEqual(bare);
    expect(read({ ...empty, id: ID })).toEqual(bare);
  });

  test.each([{}, { id: null }, { id: "1" }, { id: ID, deviceName: 1 }, { id: ID, skuNumber: "4" }, null, [], "d"])(
    "is none when it is %j",
    (value) => {
      expect(managedDeviceSchema.safeParse(value).success).toBe(false);
    },
  );

  test.each([
    ["company", "company"],
    ["personal", "personal"],
    ["unknown", "unknown"],
    ["unknownFutureValue", "unknown"],
  ])("whose owner type is %s belongs to: %s", (managedDeviceOwnerType, ownership) => {
    expect(read({ id: ID, managedDeviceOwnerType }).ownership).toBe(ownership);
  });

  test.each([
    ["0001-01-01T00:00:00Z", undefined],
    ["soon", undefined],
    ["1969-12-31T23:59:59Z", undefined],
    ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"],
  ])("that synchronized at %s did so at %p", (lastSyncDateTime, at) => {
    expect(read({ id: ID, lastSyncDateTime }).lastSyncAt).toBe(at);
  });

  test("names its user by the display name, else by the sign-in name", () => {
    expect(read({ ...whole, userDisplayName: "" }).userName).toBe("paula@contoso.example");
    expect(read({ ...whole, userDisplayName: null, userPrincipalName: null }).userName).toBeUndefined();
  });

  test("is an iPad by its model or its device type, whatever its system calls itself", () => {
    expect(read({ id: ID, operatingSystem: "iOS", model: "iPad Air" }).platform).toBe("ipados");
    expect(read({ id: ID, operatingSystem: "iOS", deviceType: "iPad" }).platform).toBe("ipados");
    expect(read({ id: ID, operatingSystem: "iOS", model: "iPhone 17" }).platform).toBe("ios");
  });

  test("is asked for by exactly the properties that are read", () => {
    expect(managedDeviceProperties.split(",").sort()).toEqual(Object.keys(whole).sort());
  });
});
