import type { Platform } from "../../lib/devices/device.ts";

const names: Record<Platform, string> = {
  windows: "Windows",
  macos: "macOS",
  ios: "iOS",
  ipados: "iPadOS",
  android: "Android",
  linux: "Linux",
  chromeos: "ChromeOS",
  visionos: "visionOS",
  tvos: "tvOS",
  unknown: "",
};

/** A platform as its maker writes it; the same in every language. */
export const platformName = (platform: Platform): string => names[platform];
