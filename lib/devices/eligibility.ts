import { type ChannelPolicy, channelsTo } from "./channels.ts";
import { isCorporateAndroid } from "./corporate-android.ts";
import type { Device, Eligibility, EligibilityCode } from "./device.ts";

/** Windows SKU numbers of GetProductInfo (learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-getproductinfo). */
const HOLOGRAPHIC_SKUS = [135, 136];
const SURFACE_HUB_SKUS = [119, 180];
const WINDOWS_S_SKUS = [178, 179, 202, 203];

const texts: Record<EligibilityCode, string> = {
  "platform-not-supported": "TeamViewer help is offered on Windows, macOS, iOS, iPadOS and Android only.",
  hololens: "HoloLens cannot be helped through TeamViewer.",
  "surface-hub": "Surface Hub cannot be helped through TeamViewer.",
  "windows-10-s": "Windows in S mode and Windows SE cannot run the TeamViewer client.",
  "corporate-android":
    "Corporate-owned Android is left out. An administrator can allow it with ALLOW_CORPORATE_ANDROID.",
  "device-not-managed": "Intune does not manage this device now: it is being retired, wiped or removed.",
  "no-user": "No user belongs to this device, so nobody can be notified: pass the link on yourself.",
};

/** What a company allows. */
export type Policy = ChannelPolicy & { allowCorporateAndroid: boolean };

/** Whether help can be offered on `device`, why not, and through which channels its user can be asked. */
export function eligibilityOf(device: Device, policy: Policy): Eligibility {
  const blocker = blockerOf(device, policy);
  const codes: EligibilityCode[] = blocker ? [blocker] : [];
  if (!device.userId) codes.push("no-user");
  return {
    eligible: !blocker,
    reasons: codes.map((code) => ({ code, text: texts[code] })),
    channels: blocker ? [] : channelsTo(device, policy),
  };
}

function blockerOf(device: Device, { allowCorporateAndroid }: Policy): EligibilityCode | undefined {
  if (device.managementState !== undefined && device.managementState.toLowerCase() !== "managed")
    return "device-not-managed";
  if (isHoloLens(device)) return "hololens";
  if (isSurfaceHub(device)) return "surface-hub";
  if (isWindowsS(device)) return "windows-10-s";
  if (isWindowsPhone(device)) return "platform-not-supported";
  if (device.platform === "android")
    return isCorporateAndroid(device) && !allowCorporateAndroid ? "corporate-android" : undefined;
  return ["windows", "macos", "ios", "ipados"].includes(device.platform) ? undefined : "platform-not-supported";
}

function isHoloLens({ deviceType, skuNumber, skuFamily, operatingSystem, model }: Device): boolean {
  if (deviceType.toLowerCase() === "hololens") return true;
  if (skuNumber !== undefined && HOLOGRAPHIC_SKUS.includes(skuNumber)) return true;
  return /holographic/i.test(skuFamily) || /holographic/i.test(operatingSystem) || /hololens/i.test(model);
}

/** Windows Team only: Surface Hub 3 and Teams Rooms run Windows IoT Enterprise and can be helped, whatever their model says. */
function isSurfaceHub({ deviceType, skuNumber, skuFamily }: Device): boolean {
  if (deviceType.toLowerCase() === "surfacehub") return true;
  return skuNumber === undefined ? skuFamily.toLowerCase() === "ppipro" : SURFACE_HUB_SKUS.includes(skuNumber);
}

/** The SKU number is trusted before the family's name; S mode on Home or Pro keeps their numbers and cannot be told. */
function isWindowsS({ platform, skuNumber, skuFamily }: Device): boolean {
  if (platform !== "windows") return false;
  if (skuNumber !== undefined) return WINDOWS_S_SKUS.includes(skuNumber);
  return ["cloud", "cloudn", "cloudedition", "cloudeditionn"].includes(skuFamily.toLowerCase());
}

function isWindowsPhone({ deviceType, operatingSystem }: Device): boolean {
  return deviceType.toLowerCase() === "windowsphone" || /^windows phone/i.test(operatingSystem);
}
