import { demoDevices } from "../../../../infra/local/graph/devices.ts";
import type { ManagedDevice } from "../../../../infra/local/graph/managed-device.ts";
import { oddNames } from "../../../../infra/local/graph/odd-names.ts";
import { demoUsers } from "../../../../infra/local/graph/people.ts";

const GUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const company = demoDevices();

function valuesOf(property: keyof ManagedDevice): unknown[] {
  return [...new Set(company.map((device) => device[property]))];
}

test("the company has the same 320 devices or more each time", () => {
  expect(company.length).toBeGreaterThanOrEqual(320);
  expect(demoDevices(new Date("2026-11-22T08:00:00Z"))).toEqual(company);
});

test("its devices keep their ids: the ones that others wrote down", () => {
  const ids = Object.fromEntries(company.map(({ deviceName, id }) => [deviceName, id]));
  expect(ids).toMatchObject({
    "PHONE-ANA": "d0000000-0000-4000-8000-000000000001",
    "ANDROID-CORP": "d0000000-0000-4000-8000-000000000008",
  });
  expect(company.find(({ deviceName }) => deviceName === "WIN-ENT-001")?.id).toBe(
    "183bc5fd-57a6-4b7b-96a1-d3c84a7b94f5",
  );
});

test("every device has an id of its own, a GUID", () => {
  expect(company.every(({ id }) => GUID.test(id))).toBe(true);
  expect(valuesOf("id").length).toBe(company.length);
});

test("dates follow the moment given, and no device synchronized before it was enrolled", () => {
  const now = new Date("2030-01-01T00:00:00Z");
  for (const { lastSyncDateTime, enrolledDateTime } of demoDevices(now)) {
    expect(lastSyncDateTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Date.parse(lastSyncDateTime)).toBeLessThanOrEqual(now.getTime());
    expect(lastSyncDateTime > enrolledDateTime).toBe(true);
  }
});

const everyValue: [keyof ManagedDevice, unknown[]][] = [
  [
    "deviceType",
    "desktop windowsRT winEmbedded windows10x cloudPC windowsPhone holoLens surfaceHub iPhone iPad iPod mac macMDM visionOS tvOS android androidnGMS androidForWork androidEnterprise linux chromeOS unknown".split(
      " ",
    ),
  ],
  [
    "deviceEnrollmentType",
    "unknown userEnrollment deviceEnrollmentManager appleBulkWithUser appleBulkWithoutUser windowsAzureADJoin windowsBulkUserless windowsAutoEnrollment windowsBulkAzureDomainJoin windowsCoManagement windowsAzureADJoinUsingDeviceAuth appleUserEnrollment appleUserEnrollmentWithServiceAccount azureAdJoinUsingAzureVmExtension androidEnterpriseDedicatedDevice androidEnterpriseFullyManaged androidEnterpriseCorporateWorkProfile androidAOSPUserOwnedDeviceEnrollment androidAOSPUserlessDeviceEnrollment appleAccountDrivenUserEnrollment".split(
      " ",
    ),
  ],
  ["managedDeviceOwnerType", ["company", "personal", "unknown"]],
  ["managementState", ["managed", "retirePending", "wipePending", null, undefined]],
  [
    "managementAgent",
    ["mdm", "configurationManagerClientMdm", "msSense", "googleCloudDevicePolicyController", "intuneAosp", "google"],
  ],
  ["skuNumber", [4, 48, 101, 119, 121, 135, 136, 175, 178, 179, 180, 188, 202, 203]],
  [
    "skuFamily",
    ["Enterprise", "Pro", "Home", "EnterpriseMultisession", "Holographic", "PPIPro", "Cloud", "CloudN", null],
  ],
  [
    "operatingSystem",
    ["Windows", "Windows Holographic", "iOS", "iPadOS", "macOS", "MacMDM", "Android", "AndroidForWork"],
  ],
  ["operatingSystem", ["AndroidEnterprise", "AndroidAOSP", "Linux", "ChromeOS", "visionOS", "tvOS", "", null]],
  ["userId", ["", null]],
  ["serialNumber", ["", null]],
];
test.each(everyValue)("%s has every value there is", (property, values) => {
  expect(valuesOf(property)).toEqual(expect.arrayContaining(values));
});

test("every odd name is somebody's device, one of them three times", () => {
  const names = company.map(({ deviceName }) => deviceName);
  expect(names).toEqual(expect.arrayContaining([...oddNames]));
  expect(names.filter((name) => name === "DUPLICATE-PC").length).toBe(3);
  expect(company.filter(({ serialNumber }) => serialNumber === "SN-TWICE-0001").length).toBe(2);
});

const known: [string, Partial<ManagedDevice>][] = [
  ["PHONE-ANA", { operatingSystem: "iOS", userDisplayName: "Ana Duval" }],
  ["PC-001", { operatingSystem: "Windows", deviceType: "windowsRT", skuNumber: 4, managementState: "managed" }],
  ["ANDROID-LEE", { deviceType: "androidForWork", managedDeviceOwnerType: "personal" }],
  ["MAC-KIM", { operatingSystem: "macOS", deviceType: "macMDM" }],
  ["HOLO-01", { deviceType: "holoLens" }],
  ["HUB-01", { deviceType: "surfaceHub", skuNumber: 119 }],
  ["KIOSK-01", { operatingSystem: "Windows", userId: null, userPrincipalName: null, emailAddress: null }],
  ["ANDROID-CORP", { deviceType: "androidEnterprise", deviceEnrollmentType: "androidEnterpriseFullyManaged" }],
];
test.each(known)("%s is what its name says", (name, is) => {
  expect(company.filter(({ deviceName }) => deviceName === name)).toMatchObject([is]);
});

test("every device with a user belongs to one of the people, under that person's name", () => {
  const people = new Map(demoUsers().map((user) => [user.id, user]));
  for (const { userId, userPrincipalName, userDisplayName, emailAddress } of company) {
    if (!userId) continue;
    const user = people.get(userId);
    expect({ userPrincipalName, userDisplayName, emailAddress }).toEqual({
      userPrincipalName: user?.userPrincipalName,
      userDisplayName: user?.displayName,
      emailAddress: user?.mail ?? "",
    });
  }
});

test("people speak twelve languages or more, some have none set, one has no mailbox; ids and accounts are their own", () => {
  const people = demoUsers();
  const languages = new Set(people.map(({ preferredLanguage }) => preferredLanguage?.split("-")[0]));
  expect(languages.size).toBeGreaterThanOrEqual(13);
  expect(languages).toContain(undefined);
  expect(people.filter(({ mail }) => mail === null).length).toBe(1);
  expect(new Set(people.map(({ id }) => id)).size).toBe(people.length);
  expect(new Set(people.map(({ userPrincipalName }) => userPrincipalName)).size).toBe(people.length);
  expect(people.find(({ preferredLanguage }) => preferredLanguage === "ja-JP")?.displayName).toBe("髙橋 美咲");
});
