import { expect, test } from "@jest/globals";
import { platformOf } from "../../../lib/devices/platform.ts";

test.each([
  ["Windows", "windows"],
  ["windows", "windows"],
  ["WINDOWS 10", "windows"],
  ["Windows Holographic", "windows"],
  ["macOS", "macos"],
  ["MacMDM", "macos"],
  ["iOS", "ios"],
  ["iPadOS", "ipados"],
  ["Android", "android"],
  ["AndroidForWork", "android"],
  ["AndroidEnterprise", "android"],
  ["AndroidAOSP", "android"],
  ["Linux", "linux"],
  ["Ubuntu", "linux"],
  ["ChromeOS", "chromeos"],
  ["visionOS", "visionos"],
  ["tvOS", "tvos"],
  ["", "unknown"],
  ["Solaris", "unknown"],
  ["not Windows", "unknown"],
])("Intune's operating system %j is the platform %s", (operatingSystem, platform) => {
  expect(platformOf(operatingSystem, "", "")).toBe(platform);
});

test.each([
  ["iOS", "iPad", "", "ipados"],
  ["iOS", "ipad", "", "ipados"],
  ["iOS", "", "iPad Pro 13-inch", "ipados"],
  ["iOS", "iPhone", "iPhone 17", "ios"],
  ["iOS", "iPod", "iPod touch", "ios"],
  ["Android", "", "iPad look-alike", "android"],
])("%s on deviceType %j and model %j is %s", (operatingSystem, deviceType, model, platform) => {
  expect(platformOf(operatingSystem, deviceType, model)).toBe(platform);
});
