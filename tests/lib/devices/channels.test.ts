import { describe, expect, test } from "@jest/globals";
import { type Channel, channels, type Device, type Platform } from "../../../lib/devices/device.ts";
import { eligibilityOf } from "../../../lib/devices/eligibility.ts";
import { aDevice, aPolicy } from "./a-device.ts";

const kinds = {
  "a PC": {},
  "a Mac": { platform: "macos", operatingSystem: "macOS", deviceType: "macMDM" },
  "an iPhone": { platform: "ios", operatingSystem: "iOS", deviceType: "iPhone" },
  "an iPad": { platform: "ipados", operatingSystem: "iPadOS", deviceType: "iPad" },
  "a personal work profile": {
    platform: "android",
    operatingSystem: "Android",
    deviceType: "androidForWork",
    ownership: "personal",
  },
  "a company's Android": {
    platform: "android",
    operatingSystem: "Android",
    deviceType: "androidEnterprise",
    ownership: "company",
  },
} satisfies Record<string, Partial<Device>>;
type Kind = keyof typeof kinds;
const all = Object.keys(kinds) as Kind[];
const hasCompanyPortal: readonly Kind[] = ["an iPhone", "an iPad", "a personal work profile"];

const orders: Channel[][] = [
  ["companyPortal", "teams", "email"],
  ["companyPortal", "email", "teams"],
  ["teams", "companyPortal", "email"],
  ["teams", "email", "companyPortal"],
  ["email", "companyPortal", "teams"],
  ["email", "teams", "companyPortal"],
  ["email"],
  [],
];
const on: Channel[][] = [
  ["companyPortal"],
  ["companyPortal", "teams"],
  ["companyPortal", "email"],
  ["companyPortal", "teams", "email"],
];

function channelsOf(kind: Kind, policy: Partial<Parameters<typeof aPolicy>[0]>, changes: Partial<Device> = {}) {
  const { channels } = eligibilityOf(
    aDevice({ skuFamily: "", skuNumber: undefined, ...kinds[kind], ...changes }),
    aPolicy({ allowCorporateAndroid: true, ...policy }),
  );
  return channels;
}

describe.each(all)("The user of %s is asked", (kind) => {
  test.each(orders)("in this order: %s %s %s, through those that are on and lead there", (...order) => {
    for (const channelsOn of on) {
      const expected = order.filter(
        (channel) => channelsOn.includes(channel) && (channel !== "companyPortal" || hasCompanyPortal.includes(kind)),
      );
      expect(channelsOf(kind, { channelsOn, channelOrder: { "*": order } })).toEqual(expected);
    }
  });

  test("by e-mail only if there is an address", () => {
    const reached = channelsOf(kind, { channelsOn: channels }, { email: undefined });
    expect(reached).toEqual(hasCompanyPortal.includes(kind) ? ["companyPortal", "teams"] : ["teams"]);
  });

  test("not at all when nobody is known to use it, whatever e-mail address it has", () => {
    expect(channelsOf(kind, { channelsOn: channels }, { userId: undefined })).toEqual([]);
  });

  test("not at all while it cannot be helped", () => {
    expect(channelsOf(kind, { channelsOn: channels }, { managementState: "wipePending" })).toEqual([]);
  });

  test("as it always was where nothing is set", () => {
    expect(channelsOf(kind, {})).toEqual(hasCompanyPortal.includes(kind) ? ["companyPortal"] : []);
  });
});

test("a platform has an order of its own where one is named, none at all too; all others have the common one", () => {
  const channelOrder = { "*": ["email"], ios: ["teams", "companyPortal"], windows: [] } as const;
  const reached = all.map((kind) => [kind, channelsOf(kind, { channelsOn: channels, channelOrder })]);
  expect(Object.fromEntries(reached)).toEqual({
    "a PC": [],
    "a Mac": ["email"],
    "an iPhone": ["teams", "companyPortal"],
    "an iPad": ["email"],
    "a personal work profile": ["email"],
    "a company's Android": ["email"],
  });
});

test.each<Platform>(["linux", "chromeos", "visionos", "tvos", "unknown"])("nobody is asked on %s", (platform) => {
  const device = aDevice({ platform, operatingSystem: "" });
  expect(eligibilityOf(device, aPolicy({ channelsOn: channels })).channels).toEqual([]);
});

test("a company's Android that is left out asks nobody", () => {
  const device = aDevice({ ...kinds["a company's Android"], skuFamily: "", skuNumber: undefined });
  expect(eligibilityOf(device, aPolicy({ channelsOn: channels })).channels).toEqual([]);
});
