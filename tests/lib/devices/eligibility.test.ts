import { describe, expect, test } from "@jest/globals";
import { demoDevices } from "../../../infra/local/graph/devices.ts";
import { deviceOf, managedDeviceSchema } from "../../../lib/adapters/graph/managed-device.ts";
import type { Device, EligibilityCode } from "../../../lib/devices/device.ts";
import { eligibilityOf } from "../../../lib/devices/eligibility.ts";
import { aDevice, aPolicy } from "./a-device.ts";

/** What is decided about a device, in one line: its reasons, or `ok`, and its channels. */
function decided(device: Device, allowCorporateAndroid = false): string {
  const { eligible, reasons, channels } = eligibilityOf(device, aPolicy({ allowCorporateAndroid }));
  return [eligible ? "ok" : "no", ...reasons.map(({ code }) => code), ...channels].join(" ");
}

const ios = {
  platform: "ios",
  operatingSystem: "iOS",
  deviceType: "iPhone",
  skuFamily: "",
  skuNumber: undefined,
} as const;
const android = { ...ios, platform: "android", operatingSystem: "Android", deviceType: "android" } as const;
const byod = {
  ...android,
  deviceType: "androidForWork",
  ownership: "personal",
  enrollmentType: "userEnrollment",
} as const;
const corporate = {
  ...android,
  deviceType: "androidEnterprise",
  managementAgent: "googleCloudDevicePolicyController",
  ownership: "company",
} as const;

describe("A device", () => {
  test.each<[string, Partial<Device>, string]>([
    ["that Intune manages", { managementState: "managed" }, "ok"],
    ["that Intune manages, in other letters", { managementState: "Managed" }, "ok"],
    ["whose state Intune leaves out", { managementState: undefined }, "ok"],
    ["that is being retired", { managementState: "retirePending" }, "no device-not-managed"],
    ["that is being wiped", { managementState: "wipePending" }, "no device-not-managed"],
    ["that was only discovered", { managementState: "discovered" }, "no device-not-managed"],
    ["that is unhealthy", { managementState: "unhealthy" }, "no device-not-managed"],
    [
      "that is not managed and a HoloLens",
      { managementState: "retirePending", deviceType: "holoLens" },
      "no device-not-managed",
    ],
    ["without a user", { userId: undefined }, "ok no-user"],
    [
      "that is not managed and has no user",
      { managementState: "wipePending", userId: undefined },
      "no device-not-managed no-user",
    ],
  ])("%s", (_title, changes, decision) => {
    expect(decided(aDevice(changes))).toBe(decision);
  });
});

describe("On Windows", () => {
  test.each<[string, Partial<Device>, string]>([
    ["a PC is helped", {}, "ok"],
    ["a desktop is helped", { deviceType: "desktop" }, "ok"],
    ["an embedded PC is helped", { deviceType: "winEmbedded", skuFamily: "IoTEnterprise", skuNumber: 188 }, "ok"],
    ["10X is helped", { deviceType: "windows10x" }, "ok"],
    ["a Cloud PC is helped", { deviceType: "cloudPC" }, "ok"],
    ["multi-session is helped", { skuFamily: "EnterpriseMultisession", skuNumber: 175 }, "ok"],
    [
      "a PC that v1.0 of Graph tells nothing more of is helped",
      { deviceType: "", skuFamily: "", skuNumber: undefined },
      "ok",
    ],
    [
      "a phone is not helped",
      { deviceType: "windowsPhone", operatingSystem: "Windows Phone", skuFamily: "", skuNumber: undefined },
      "no platform-not-supported",
    ],
    [
      "a phone that only its device type tells is not helped",
      { deviceType: "windowsPhone", operatingSystem: "Windows", skuFamily: "", skuNumber: undefined },
      "no platform-not-supported",
    ],
    [
      "a phone that only its system tells is not helped",
      { deviceType: "", operatingSystem: "Windows Phone" },
      "no platform-not-supported",
    ],
    ["a HoloLens by its device type", { deviceType: "holoLens" }, "no hololens"],
    ["a HoloLens by SKU 135", { skuNumber: 135 }, "no hololens"],
    ["a HoloLens by SKU 136", { skuNumber: 136 }, "no hololens"],
    ["a HoloLens by its family", { skuFamily: "HolographicForBusiness", skuNumber: undefined }, "no hololens"],
    ["a HoloLens by its system", { operatingSystem: "Windows Holographic" }, "no hololens"],
    ["a HoloLens by its model", { model: "Microsoft HOLOLENS 2" }, "no hololens"],
    ["a Surface Hub by its device type", { deviceType: "surfaceHub" }, "no surface-hub"],
    ["a Surface Hub by SKU 119", { skuFamily: "", skuNumber: 119 }, "no surface-hub"],
    ["a Surface Hub by SKU 180", { skuFamily: "", skuNumber: 180 }, "no surface-hub"],
    ["a Surface Hub by its family", { skuFamily: "PPIPro", skuNumber: undefined }, "no surface-hub"],
    ["the number of an ordinary SKU outweighs the family PPIPro", { skuFamily: "PPIPro", skuNumber: 48 }, "ok"],
    [
      "a Surface Hub 3 runs IoT Enterprise and is helped",
      { model: "Surface Hub 3", skuFamily: "IoTEnterprise", skuNumber: 188 },
      "ok",
    ],
    ["10 S by SKU 178", { skuNumber: 178 }, "no windows-10-s"],
    ["10 S N by SKU 179", { skuNumber: 179 }, "no windows-10-s"],
    ["11 SE by SKU 203", { skuNumber: 203 }, "no windows-10-s"],
    ["11 SE N by SKU 202", { skuNumber: 202 }, "no windows-10-s"],
    ["10 S by its family", { skuFamily: "Cloud", skuNumber: undefined }, "no windows-10-s"],
    ["10 S N by its family", { skuFamily: "CloudN", skuNumber: undefined }, "no windows-10-s"],
    ["11 SE by its family", { skuFamily: "CloudEdition", skuNumber: undefined }, "no windows-10-s"],
    ["11 SE N by its family", { skuFamily: "CLOUDEDITIONN", skuNumber: undefined }, "no windows-10-s"],
    ["the number of an ordinary SKU outweighs the family Cloud", { skuFamily: "Cloud", skuNumber: 48 }, "ok"],
    ["S mode on Home cannot be told and is helped", { skuFamily: "Home", skuNumber: 101 }, "ok"],
    [
      "a PC enrolled by a device enrolment manager has nobody to ask",
      { enrollmentType: "deviceEnrollmentManager", userId: undefined },
      "ok no-user",
    ],
    [
      "a PC enrolled in bulk has nobody to ask",
      { enrollmentType: "windowsBulkUserless", userId: undefined },
      "ok no-user",
    ],
  ])("%s", (_title, changes, decision) => {
    expect(decided(aDevice(changes))).toBe(decision);
  });
});

describe("Elsewhere", () => {
  test.each<[string, Partial<Device>, string]>([
    ["an iPhone is helped and asked in Company Portal", ios, "ok companyPortal"],
    ["an iPad is helped and asked in Company Portal", { ...ios, platform: "ipados" }, "ok companyPortal"],
    ["an iPhone of nobody is not asked", { ...ios, userId: undefined }, "ok no-user"],
    ["an iPhone that is being wiped is not asked", { ...ios, managementState: "wipePending" }, "no device-not-managed"],
    ["what looks like Windows in S mode on another system is helped", { platform: "macos", skuNumber: 178 }, "ok"],
    ["a Mac is helped and not asked", { ...ios, platform: "macos", operatingSystem: "macOS" }, "ok"],
    [
      "Vision Pro is not helped",
      { ...ios, platform: "visionos", operatingSystem: "visionOS" },
      "no platform-not-supported",
    ],
    ["Apple TV is not helped", { ...ios, platform: "tvos", operatingSystem: "tvOS" }, "no platform-not-supported"],
    ["Linux is not helped", { ...ios, platform: "linux", operatingSystem: "Linux" }, "no platform-not-supported"],
    [
      "a Chromebook is not helped",
      { ...ios, platform: "chromeos", operatingSystem: "ChromeOS" },
      "no platform-not-supported",
    ],
    [
      "an unknown system is not helped",
      { ...ios, platform: "unknown", operatingSystem: "" },
      "no platform-not-supported",
    ],
  ])("%s", (_title, changes, decision) => {
    expect(decided(aDevice(changes))).toBe(decision);
  });
});

describe("On Android", () => {
  test.each<[string, Partial<Device>, string, string]>([
    ["a personally-owned work profile", byod, "ok companyPortal", "ok companyPortal"],
    ["a personally-owned work profile of nobody", { ...byod, userId: undefined }, "ok no-user", "ok no-user"],
    [
      "a personal device under Android Management API",
      { ...corporate, ownership: "personal", enrollmentType: "userEnrollment" },
      "ok companyPortal",
      "ok companyPortal",
    ],
    ["a device administrator's", { ...android, ownership: "personal" }, "ok", "ok"],
    [
      "a device administrator's without Google",
      { ...android, deviceType: "androidnGMS", ownership: "personal" },
      "ok",
      "ok",
    ],
    ["a company's device administrator's", { ...android, ownership: "company" }, "ok", "ok"],
    [
      "a dedicated device",
      { ...corporate, enrollmentType: "androidEnterpriseDedicatedDevice" },
      "no corporate-android",
      "ok",
    ],
    [
      "a fully managed device",
      { ...corporate, enrollmentType: "androidEnterpriseFullyManaged" },
      "no corporate-android",
      "ok",
    ],
    [
      "a corporate-owned work profile",
      { ...corporate, enrollmentType: "androidEnterpriseCorporateWorkProfile" },
      "no corporate-android",
      "ok",
    ],
    [
      "a corporate enrolment, whoever owns it",
      { ...corporate, ownership: "personal", enrollmentType: "androidEnterpriseFullyManaged" },
      "no corporate-android",
      "ok",
    ],
    [
      "a dedicated device, whoever owns it",
      { ...corporate, ownership: "personal", enrollmentType: "androidEnterpriseDedicatedDevice" },
      "no corporate-android",
      "ok",
    ],
    [
      "a corporate-owned work profile, whoever is said to own it",
      { ...corporate, ownership: "personal", enrollmentType: "androidEnterpriseCorporateWorkProfile" },
      "no corporate-android",
      "ok",
    ],
    ["a work profile of unknown ownership", { ...byod, ownership: "unknown" }, "ok companyPortal", "ok companyPortal"],
    ["a device that Intune tells nothing of", { ...android, deviceType: "", ownership: "unknown" }, "ok", "ok"],
    [
      "a company's device told by its agent",
      { ...corporate, deviceType: "", enrollmentType: "unknown" },
      "no corporate-android",
      "ok",
    ],
    [
      "a company's device told by its type",
      { ...corporate, managementAgent: "mdm", enrollmentType: "" },
      "no corporate-android",
      "ok",
    ],
    [
      "AOSP with a user",
      { ...android, enrollmentType: "androidAOSPUserOwnedDeviceEnrollment" },
      "no corporate-android",
      "ok",
    ],
    [
      "AOSP without a user",
      { ...android, enrollmentType: "androidAOSPUserlessDeviceEnrollment", userId: undefined },
      "no corporate-android no-user",
      "ok no-user",
    ],
    ["AOSP told by its agent", { ...byod, managementAgent: "intuneAosp" }, "no corporate-android", "ok"],
    ["AOSP told by its system", { ...byod, operatingSystem: "AndroidAOSP" }, "no corporate-android", "ok"],
  ])("%s", (_title, changes, usually, whenAllowed) => {
    expect([decided(aDevice(changes)), decided(aDevice(changes), true)]).toEqual([usually, whenAllowed]);
  });
});

test.each<[EligibilityCode, Partial<Device>, RegExp]>([
  ["platform-not-supported", { platform: "linux" }, /Windows, macOS, iOS, iPadOS and Android/],
  ["hololens", { deviceType: "holoLens" }, /HoloLens/],
  ["surface-hub", { deviceType: "surfaceHub" }, /Surface Hub/],
  ["windows-10-s", { skuNumber: 178 }, /S mode/],
  ["corporate-android", corporate, /ALLOW_CORPORATE_ANDROID/],
  ["device-not-managed", { managementState: "wipePending" }, /not manage/],
  ["no-user", { userId: undefined }, /pass the link on/],
])("the reason %s says in words what is the matter and what may be done", (code, changes, words) => {
  const { reasons } = eligibilityOf(aDevice(changes), aPolicy());
  expect(reasons).toEqual([{ code, text: expect.stringMatching(words) }]);
});

/** What is decided about each kind of device of the demo company; devices are called `<kind>-001` and so on. */
const demo: Record<string, string> = {
  "WIN-ENT WIN-PRO WIN-HOME WIN-EDU WIN-EMBEDDED WIN-10X CLOUDPC WIN-COMANAGED WIN-HYBRID WIN-NO-SKU": "ok",
  "WIN-BULK-ENTRA WIN-S-MODE WIN-NULL-STATE WIN-NO-STATE MAC MAC-OWN MAC-OLD ANDROID-ADMIN ANDROID-NO-GMS": "ok",
  "WIN-MULTISESSION WIN-DEFENDER WIN-DEM WIN-BULK WIN-SELF-DEPLOYED WIN-KIOSK HUB3 TEAMS-ROOM MAC-LAB": "ok no-user",
  "IPHONE-SHARED IPAD-SHARED": "ok no-user",
  "WIN-RETIREPENDING WIN-WIPEPENDING WIN-RETIREFAILED WIN-WIPEFAILED WIN-WIPEISSUED WIN-UNHEALTHY WIN-DISCOVERED":
    "no device-not-managed",
  "WIN-10S WIN-10SN WIN-10S-FAMILY WIN-11SE WIN-11SEN": "no windows-10-s",
  "HOLO-TYPE HOLO-SKU-135 HOLO-SKU-136 HOLO-FAMILY HOLO-MODEL HOLO-OS": "no hololens no-user",
  "HUB-TYPE HUB-SKU-119 HUB-SKU-180 HUB-FAMILY": "no surface-hub no-user",
  "IPHONE IPHONE-OWN IPHONE-USER-ENROLLED IPHONE-ACCOUNT IPHONE-SERVICE IPOD IPAD IPAD-AS-IOS": "ok companyPortal",
  "ANDROID-BYOD ANDROID-BYOD-API": "ok companyPortal",
  "ANDROID-MANAGED ANDROID-COPE AOSP-USER": "no corporate-android",
  "ANDROID-DEDICATED AOSP-USERLESS": "no corporate-android no-user",
  "VISION LINUX CHROMEBOOK UNKNOWN UNKNOWN-NULL WIN-PHONE": "no platform-not-supported",
  "APPLE-TV": "no platform-not-supported no-user",
};
const wellKnown: Record<string, string> = {
  "PHONE-ANA": "ok companyPortal",
  "PC-001": "ok",
  "ANDROID-LEE": "ok companyPortal",
  "MAC-KIM": "ok",
  "HOLO-01": "no hololens no-user",
  "HUB-01": "no surface-hub no-user",
  "KIOSK-01": "ok no-user",
  "ANDROID-CORP": "no corporate-android",
};

describe("In the demo company", () => {
  const byName = new Map(
    demoDevices().map((managed) => [managed.deviceName, decided(deviceOf(managedDeviceSchema.parse(managed)))]),
  );
  const kindOf = (name: string) => /^(.+)-\d{3}$/.exec(name)?.[1] ?? name;
  const decisions = new Map(
    Object.entries(demo).flatMap(([kinds, decision]) => kinds.split(" ").map((kind) => [kind, decision] as const)),
  );

  test("every device of every kind is decided as Intune's rules say", () => {
    const ofKinds = [...byName].filter(([name]) => decisions.has(kindOf(name)) && !(name in wellKnown));
    expect(ofKinds.length).toBeGreaterThan(300);
    expect(ofKinds.filter(([name, decision]) => decision !== decisions.get(kindOf(name)))).toEqual([]);
    expect(new Set(ofKinds.map(([name]) => kindOf(name))).size).toBe(decisions.size);
  });

  test("the devices that documentation names are decided as it says", () => {
    expect(Object.fromEntries(byName)).toMatchObject(wellKnown);
  });

  test("no device is left out but those with odd names, and each of those can be helped", () => {
    const rest = [...byName].filter(([name]) => !decisions.has(kindOf(name)) && !(name in wellKnown));
    expect(rest.length).toBeLessThan(byName.size / 4);
    expect(rest.filter(([, decision]) => !decision.startsWith("ok"))).toEqual([]);
  });
});
