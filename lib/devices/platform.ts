import type { Platform } from "./device.ts";

const prefixes: readonly [string, Platform][] = [
  ["windows", "windows"],
  ["ipados", "ipados"],
  ["ios", "ios"],
  ["mac", "macos"],
  ["android", "android"],
  ["linux", "linux"],
  ["ubuntu", "linux"],
  ["chrome", "chromeos"],
  ["visionos", "visionos"],
  ["tvos", "tvos"],
];

/**
 * The platform that Intune's `operatingSystem` names. The strings vary ("Android", "AndroidForWork", "MacMDM"), so a
 * prefix decides, ignoring case; an iPad that says "iOS" is told by its model or device type.
 */
export function platformOf(operatingSystem: string, deviceType: string, model: string): Platform {
  const text = operatingSystem.toLowerCase();
  const named = prefixes.find(([prefix]) => text.startsWith(prefix))?.[1] ?? "unknown";
  const isTablet = deviceType.toLowerCase() === "ipad" || /^ipad/i.test(model);
  return named === "ios" && isTablet ? "ipados" : named;
}
