import type { Device } from "./device.ts";

const CORPORATE_ANDROID_ENROLLMENTS = [
  "androidenterprisededicateddevice",
  "androidenterprisefullymanaged",
  "androidenterprisecorporateworkprofile",
];

/** Whether the company owns this Android device, or it runs Android without Google (AOSP). */
export function isCorporateAndroid(device: Device): boolean {
  const enrollment = device.enrollmentType.toLowerCase();
  if (enrollment.startsWith("androidaosp") || device.managementAgent.toLowerCase() === "intuneaosp") return true;
  if (/aosp/i.test(device.operatingSystem)) return true;
  if (CORPORATE_ANDROID_ENROLLMENTS.includes(enrollment)) return true;
  if (device.ownership === "personal") return false;
  return (
    device.deviceType.toLowerCase() === "androidenterprise" ||
    device.managementAgent.toLowerCase() === "googleclouddevicepolicycontroller"
  );
}
