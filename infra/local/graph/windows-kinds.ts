import type { Kind } from "./kind.ts";
import type { ManagedDevice } from "./managed-device.ts";

const computers = [
  ["Dell Inc.", "Latitude 7450"],
  ["HP", "HP EliteBook 840 G11"],
  ["LENOVO", "21ML0012GE"],
  ["Microsoft Corporation", "Surface Laptop 7"],
] as const;
const windows11 = ["10.0.26200.7171", "10.0.26100.7171", "10.0.22631.6199"];
const windows10 = ["10.0.19045.6575", "10.0.19044.4529"];

/** PCs and PC-like things. SKU numbers: winnt.h, GetProductInfo (https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-getproductinfo). */
export const windowsKinds: readonly Kind[] = [
  windows("WIN-ENT", 40, {}),
  windows("WIN-PRO", 30, { deviceType: "desktop", skuFamily: "Pro", skuNumber: 48 }),
  windows("WIN-HOME", 8, {
    skuFamily: "Home",
    skuNumber: 101,
    deviceEnrollmentType: "userEnrollment",
    managedDeviceOwnerType: "personal",
    joinType: "azureADRegistered",
  }),
  windows("WIN-EDU", 5, { skuFamily: "Education", skuNumber: 121 }),
  windows("WIN-EMBEDDED", 4, { deviceType: "winEmbedded", skuFamily: "IoTEnterprise", skuNumber: 188 }),
  windows("WIN-10X", 2, { deviceType: "windows10x", skuFamily: "Pro", skuNumber: 48 }),
  windows(
    "CLOUDPC",
    10,
    { deviceType: "cloudPC", chassisType: "unknown", deviceEnrollmentType: "azureAdJoinUsingAzureVmExtension" },
    { models: [["Microsoft Corporation", "Cloud PC Enterprise 2vCPU/8GB/128GB"]] },
  ),
  windows(
    "WIN-MULTISESSION",
    5,
    { skuFamily: "EnterpriseMultisession", skuNumber: 175, deviceEnrollmentType: "azureAdJoinUsingAzureVmExtension" },
    { user: "", models: [["Microsoft Corporation", "Virtual Machine"]] },
  ),
  windows("WIN-COMANAGED", 10, {
    managementAgent: "configurationManagerClientMdm",
    deviceEnrollmentType: "windowsCoManagement",
    joinType: "hybridAzureADJoined",
  }),
  windows("WIN-HYBRID", 8, { deviceEnrollmentType: "windowsAutoEnrollment", joinType: "hybridAzureADJoined" }),
  windows("WIN-DEFENDER", 2, { managementAgent: "msSense", deviceEnrollmentType: "unknown" }, { user: null }),
  windows("WIN-NO-SKU", 2, { skuFamily: null, skuNumber: 0 }),
  windows("WIN-PHONE", 1, { deviceType: "windowsPhone", operatingSystem: "Windows Phone", skuFamily: "" }),
  windows("WIN-DEM", 4, { deviceEnrollmentType: "deviceEnrollmentManager" }, { user: "" }),
  windows("WIN-BULK", 4, { deviceEnrollmentType: "windowsBulkUserless" }, { user: "" }),
  windows("WIN-BULK-ENTRA", 2, { deviceEnrollmentType: "windowsBulkAzureDomainJoin" }),
  windows("WIN-SELF-DEPLOYED", 2, { deviceEnrollmentType: "windowsAzureADJoinUsingDeviceAuth" }, { user: "" }),
  windows("WIN-KIOSK", 4, { deviceEnrollmentType: "windowsAutoEnrollment" }, { user: null }),
  ...["retirePending", "wipePending", "retireFailed", "wipeFailed", "wipeIssued", "unhealthy", "discovered"].map(
    (managementState) => windows(`WIN-${managementState.toUpperCase()}`, 1, { managementState }),
  ),
  windows("WIN-NULL-STATE", 1, { managementState: null }),
  windows("HUB3", 2, { skuFamily: "IoTEnterprise", skuNumber: 188 }, surface("Surface Hub 3")),
  windows(
    "TEAMS-ROOM",
    2,
    { skuFamily: "IoTEnterprise", skuNumber: 188 },
    { user: "", models: [["LENOVO", "ThinkSmart Core"]] },
  ),
  windows("WIN-S-MODE", 2, { skuFamily: "Home", skuNumber: 101 }, surface("Surface Laptop Go 3", "somebody")),
  windows("WIN-10S", 2, { skuFamily: "Cloud", skuNumber: 178 }, { osVersions: windows10 }),
  windows("WIN-10SN", 1, { skuFamily: "CloudN", skuNumber: 179 }, { osVersions: windows10 }),
  windows("WIN-10S-FAMILY", 1, { skuFamily: "Cloud", skuNumber: 0 }, { osVersions: windows10 }),
  windows("WIN-11SE", 2, { skuFamily: "CloudEdition", skuNumber: 203 }),
  windows("WIN-11SEN", 1, { skuFamily: "CloudEditionN", skuNumber: 202 }),
  windows("HOLO-TYPE", 3, { deviceType: "holoLens", skuFamily: "Holographic", skuNumber: 136 }, surface("HoloLens 2")),
  windows("HOLO-SKU-135", 1, { skuFamily: "", skuNumber: 135 }, surface("PC")),
  windows("HOLO-SKU-136", 1, { skuFamily: "", skuNumber: 136 }, surface("PC")),
  windows("HOLO-FAMILY", 1, { skuFamily: "HolographicForBusiness", skuNumber: 0 }, surface("PC")),
  windows("HOLO-MODEL", 1, { deviceType: "unknown", skuFamily: "", skuNumber: 0 }, surface("Microsoft HoloLens 2")),
  windows("HOLO-OS", 1, { operatingSystem: "Windows Holographic", skuFamily: "", skuNumber: 0 }, surface("PC")),
  windows("HUB-TYPE", 2, { deviceType: "surfaceHub", skuFamily: "PPIPro", skuNumber: 119 }, surface("Surface Hub 2S")),
  windows("HUB-SKU-119", 1, { skuFamily: "", skuNumber: 119 }, surface("Surface Hub 2S")),
  windows("HUB-SKU-180", 1, { skuFamily: "", skuNumber: 180 }, surface("Surface Hub 2S")),
  windows("HUB-FAMILY", 1, { skuFamily: "PPIPro", skuNumber: 0 }, surface("Surface Hub")),
];

function windows(name: string, count: number, is: Partial<ManagedDevice>, also: Partial<Kind> = {}): Kind {
  return {
    name,
    count,
    user: "somebody",
    models: computers,
    osVersions: windows11,
    is: {
      operatingSystem: "Windows",
      deviceType: "windowsRT",
      chassisType: "laptop",
      skuFamily: "Enterprise",
      skuNumber: 4,
      deviceEnrollmentType: "windowsAzureADJoin",
      managementAgent: "mdm",
      joinType: "azureADJoined",
      ...is,
    },
    ...also,
  };
}

function surface(model: string, user: Kind["user"] = ""): Partial<Kind> {
  return { user, models: [["Microsoft Corporation", model]] };
}
