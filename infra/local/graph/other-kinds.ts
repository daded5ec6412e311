import type { Kind } from "./kind.ts";
import type { ManagedDevice } from "./managed-device.ts";

const phones = [
  ["samsung", "SM-S931B"],
  ["Google", "Pixel 10"],
  ["Zebra Technologies", "TC58"],
  ["Fairphone", "FP6"],
] as const;

const corporate = { deviceType: "androidEnterprise", managementAgent: "googleCloudDevicePolicyController" };
const workProfile = { managedDeviceOwnerType: "personal", deviceEnrollmentType: "userEnrollment" };

/** Every way an Android device can be managed, and the few platforms that are neither Windows, Apple nor Android. */
export const otherKinds: readonly Kind[] = [
  android("ANDROID-ADMIN", 5, { managedDeviceOwnerType: "personal", deviceEnrollmentType: "userEnrollment" }),
  android("ANDROID-NO-GMS", 2, { deviceType: "androidnGMS", deviceEnrollmentType: "userEnrollment" }),
  android("ANDROID-BYOD", 22, { ...workProfile, operatingSystem: "AndroidForWork", deviceType: "androidForWork" }),
  android("ANDROID-BYOD-API", 4, { ...corporate, ...workProfile }),
  android("ANDROID-DEDICATED", 6, { ...corporate, deviceEnrollmentType: "androidEnterpriseDedicatedDevice" }, ""),
  android("ANDROID-MANAGED", 10, {
    ...corporate,
    operatingSystem: "AndroidEnterprise",
    deviceEnrollmentType: "androidEnterpriseFullyManaged",
  }),
  android("ANDROID-COPE", 8, { ...corporate, deviceEnrollmentType: "androidEnterpriseCorporateWorkProfile" }),
  android("AOSP-USER", 3, aosp("androidAOSPUserOwnedDeviceEnrollment")),
  android("AOSP-USERLESS", 3, aosp("androidAOSPUserlessDeviceEnrollment"), null),
  other("LINUX", 6, { operatingSystem: "Linux", deviceType: "linux" }, ["24.04"], ["Framework", "Laptop 13"]),
  other(
    "CHROMEBOOK",
    4,
    { operatingSystem: "ChromeOS", deviceType: "chromeOS", managementAgent: "google" },
    ["142.0"],
    ["Acer", "Chromebook Plus 515"],
  ),
  other("UNKNOWN", 2, { operatingSystem: "" }, [""], ["", ""]),
  other("UNKNOWN-NULL", 1, { operatingSystem: null, osVersion: null, model: null, manufacturer: null }, [""], ["", ""]),
];

function android(name: string, count: number, is: Partial<ManagedDevice>, user: Kind["user"] = "somebody"): Kind {
  return {
    name,
    count,
    user,
    models: phones,
    osVersions: ["16.0", "15.0", "13.0"],
    is: {
      operatingSystem: "Android",
      deviceType: "android",
      managementAgent: "mdm",
      chassisType: "phone",
      joinType: "azureADRegistered",
      ...is,
    },
  };
}

function aosp(deviceEnrollmentType: string): Partial<ManagedDevice> {
  return {
    operatingSystem: "AndroidAOSP",
    deviceType: "androidEnterprise",
    managementAgent: "intuneAosp",
    deviceEnrollmentType,
  };
}

function other(
  name: string,
  count: number,
  is: Partial<ManagedDevice>,
  osVersions: readonly string[],
  model: readonly [string, string],
): Kind {
  return {
    name,
    count,
    user: "somebody",
    models: [model],
    osVersions,
    is: { managedDeviceOwnerType: "unknown", deviceType: "unknown", ...is },
  };
}
