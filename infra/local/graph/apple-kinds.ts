import type { Kind } from "./kind.ts";
import type { ManagedDevice } from "./managed-device.ts";

const iPhones = ["iPhone 17 Pro", "iPhone 16", "iPhone 14", "iPhone SE"];
const iPads = ["iPad Pro 13-inch", "iPad (10th generation)"];
const macs = ["MacBook Air", "MacBook Pro", "Mac mini"];
const personal = { managedDeviceOwnerType: "personal", deviceEnrollmentType: "userEnrollment" };

/** iPhones, iPads, Macs, and the Apple devices that get no help. A Mac's deviceType is `macMDM`; `mac` is the old agent's. */
export const appleKinds: readonly Kind[] = [
  apple("IPHONE", 24, iPhones, ["26.1", "18.7.2"], { deviceEnrollmentType: "appleBulkWithUser" }),
  apple("IPHONE-OWN", 10, iPhones, ["26.1"], personal),
  apple("IPHONE-USER-ENROLLED", 3, iPhones, ["26.0"], { ...personal, deviceEnrollmentType: "appleUserEnrollment" }),
  apple("IPHONE-ACCOUNT", 3, iPhones, ["26.0"], {
    ...personal,
    deviceEnrollmentType: "appleAccountDrivenUserEnrollment",
  }),
  apple("IPHONE-SERVICE", 1, iPhones, ["26.0"], { deviceEnrollmentType: "appleUserEnrollmentWithServiceAccount" }),
  apple("IPHONE-SHARED", 4, iPhones, ["18.7"], { deviceEnrollmentType: "appleBulkWithoutUser" }, ""),
  apple("IPOD", 1, ["iPod touch"], ["15.8.5"], { deviceType: "iPod", ...personal }),
  apple("IPAD", 14, iPads, ["26.1", "18.7"], { operatingSystem: "iPadOS", deviceType: "iPad" }),
  apple("IPAD-AS-IOS", 2, iPads, ["12.5.7"], { deviceType: "iPad" }),
  apple("IPAD-SHARED", 4, iPads, ["26.1"], { operatingSystem: "iPadOS", deviceType: "iPad" }, null),
  apple("MAC", 18, macs, ["26.1 (25B78)", "15.7.2 (24G325)"], mac({})),
  apple("MAC-OWN", 4, macs, ["26.1 (25B78)"], mac({ managedDeviceOwnerType: "personal" })),
  apple("MAC-OLD", 2, macs, ["10.15.7 (19H15)"], mac({ operatingSystem: "MacMDM", deviceType: "mac" })),
  apple("MAC-LAB", 2, macs, ["26.1 (25B78)"], mac({ deviceEnrollmentType: "appleBulkWithoutUser" }), ""),
  apple("VISION", 2, ["Apple Vision Pro"], ["26.1"], { operatingSystem: "visionOS", deviceType: "visionOS" }),
  apple("APPLE-TV", 2, ["Apple TV 4K"], ["26.1"], { operatingSystem: "tvOS", deviceType: "tvOS" }, ""),
];

function apple(
  name: string,
  count: number,
  models: readonly string[],
  osVersions: readonly string[],
  is: Partial<ManagedDevice>,
  user: Kind["user"] = "somebody",
): Kind {
  return {
    name,
    count,
    user,
    models: models.map((model) => ["Apple", model] as const),
    osVersions,
    is: {
      operatingSystem: "iOS",
      deviceType: "iPhone",
      deviceEnrollmentType: "appleBulkWithUser",
      managementAgent: "mdm",
      chassisType: "phone",
      joinType: "azureADRegistered",
      ...is,
    },
  };
}

function mac(is: Partial<ManagedDevice>): Partial<ManagedDevice> {
  return { operatingSystem: "macOS", deviceType: "macMDM", chassisType: "laptop", ...is };
}
