import { describe, expect, test } from "@jest/globals";
import type { Connection } from "../../../lib/connector/connection.ts";
import type { Check } from "../../../lib/devices/check.ts";
import { type Channel, type Device, deviceSchema } from "../../../lib/devices/device.ts";
import { AppError } from "../../../lib/errors.ts";
import { makeCheckDevice } from "../../../lib/sessions/check-device.ts";
import type { RequestRules } from "../../../lib/sessions/rules.ts";
import { quietHours } from "../../../lib/setting-policy.ts";
import { aConnection } from "../connector/a-connection.ts";
import { aDevice, aPolicy } from "../devices/a-device.ts";
import { aRules } from "./a-rules.ts";

const NOW = new Date("2026-11-22T10:00:00.000Z");
const phone = { platform: "ios", operatingSystem: "iOS" } as const;
const storageIsDown = async () => {
  throw new AppError("upstream-unavailable", "The storage account does not answer.", { retryAfterSeconds: 30 });
};

type About = {
  device?: Partial<Device>;
  rules?: Partial<RequestRules>;
  status?: Connection["status"] | undefined;
  sent?: number;
  channelsOn?: readonly Channel[];
  storage?: () => Promise<never>;
  held?: readonly string[] | undefined;
};

/** A phone that can be helped, with `about`. */
async function checked(about: About = {}) {
  const { device = phone, rules, sent = 0, channelsOn = ["companyPortal"], storage } = about;
  const status = "status" in about ? about.status : "connected";
  const current = status && { value: aConnection({ status }), etag: "1" };
  let running = 0;
  let most = 0;
  const sideBySide = async <T>(value: T): Promise<T> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((done) => setTimeout(done, 5));
    running -= 1;
    return value;
  };
  const check = makeCheckDevice({
    devices: { find: (id) => sideBySide(id === "d1" ? aDevice({ id, ...device }) : undefined) },
    permissionsHeld: () => sideBySide(about.held),
    connections: { read: storage ?? (() => sideBySide({ current, others: [], pointerEtag: undefined })) },
    ledger: { sentTimes: storage ?? (() => sideBySide({ times: Array<Date>(sent).fill(NOW), etag: undefined })) },
    now: () => NOW,
    policy: aPolicy({ channelsOn }),
    rules: aRules(rules),
  });
  const view = deviceSchema.parse(await check("d1"));
  return { check, view, checks: view.checks ?? [], requirements: view.requirements, most };
}
const inShort = (checks: readonly Check[]) => checks.map(({ code, severity }) => `${severity} ${code}`);

describe("A device that can be helped", () => {
  test("meets nothing, and nothing is demanded by default", async () => {
    const { view, checks, requirements } = await checked();
    expect([checks, view.eligibility.channels]).toEqual([[], ["companyPortal"]]);
    expect(requirements).toEqual({ reason: false, ticket: { required: false }, notify: true });
  });

  test("is looked up beside the connection and the budget", async () => {
    expect((await checked()).most).toBe(4);
  });

  test("that Intune does not have is not found", async () => {
    const { check } = await checked();
    await expect(check("d2")).rejects.toMatchObject({ code: "device-not-found" });
  });
});

describe("What a request has to say", () => {
  test("follows from the settings", async () => {
    const rules = { requireReason: true, ticketPattern: /^(?:INC\d{7})$/ };
    const { requirements } = await checked({ rules });
    expect(requirements).toEqual({ reason: true, ticket: { required: true, pattern: "INC\\d{7}" }, notify: true });
  });

  test("is a reason on a device that is not compliant, where that is asked for", async () => {
    const rules = { compliance: "require-reason" } as const;
    const bad = await checked({ rules, device: { ...phone, compliance: "noncompliant" } });
    expect([bad.requirements?.reason, inShort(bad.checks)]).toEqual([true, ["warning device-not-compliant"]]);
    expect(bad.checks[0]?.remedy).toContain("reason");
    expect((await checked({ rules })).requirements?.reason).toBe(false);
  });
});

describe("Each blocker is told with its code and a remedy", () => {
  const quiet = { quietHours: quietHours.parse("09:00-10:30 UTC") };
  const ten = { sent: 10 };
  const bad = { ...phone, compliance: "noncompliant" };
  test.each<[string, About]>([
    ["blocker connector-not-connected", { status: undefined }],
    ["blocker connector-not-connected", { status: "disconnecting" }],
    ["blocker connector-needs-consent", { status: "needsConsent" }],
    ["blocker upstream-unavailable", { storage: storageIsDown }],
    ["blocker too-many-notifications", ten],
    ["blocker quiet-hours", { rules: quiet }],
    ["blocker device-not-compliant", { rules: { compliance: "block" }, device: bad }],
    ["warning device-not-compliant", { rules: { compliance: "warn" }, device: bad }],
    [
      "warning device-compliance-unsure",
      { rules: { compliance: "warn" }, device: { ...phone, compliance: "unknown" } },
    ],
    [
      "warning device-compliance-unsure",
      { rules: { compliance: "block" }, device: { ...phone, compliance: "inGracePeriod" } },
    ],
    ["warning no-channel", { device: {} }],
    ["warning no-user", { device: { ...phone, userId: undefined } }],
    ["blocker device-not-managed", { device: { ...phone, managementState: "wipePending" } }],
    ["blocker surface-hub", { device: { deviceType: "surfaceHub" } }],
  ])("%s", async (expected, about) => {
    const { checks } = await checked(about);
    expect(inShort(checks)).toEqual([expected]);
    for (const { text, remedy } of checks) for (const said of [text, remedy]) expect(said).toMatch(/^[A-Z].+\.$/);
  });

  test("several stand beside each other", async () => {
    const { checks } = await checked({ status: undefined, ...ten, rules: quiet });
    expect(inShort(checks)).toEqual([
      "blocker connector-not-connected",
      "blocker quiet-hours",
      "blocker too-many-notifications",
    ]);
  });

  test("where waiting helps, how long is said; a notification may not be asked for until then", async () => {
    for (const [about, seconds] of [
      [ten, 3600],
      [{ rules: quiet }, 1800],
    ] as const) {
      const { checks, requirements } = await checked(about);
      expect([checks[0]?.retryAfterSeconds, requirements?.notify]).toEqual([seconds, false]);
    }
  });

  test("a used-up budget is none of a device whose user nothing leads to", async () => {
    const { checks, requirements } = await checked({ ...ten, device: {} });
    expect([inShort(checks), requirements?.notify]).toEqual([["warning no-channel"], true]);
  });

  test("why no channel leads to the user is said of each", async () => {
    const [why] = (await checked({ device: {} })).checks;
    expect(why?.text).toMatch(/Company Portal shows no.*Teams is not turned on; e-mail is not turned on/);
    const noMail = await checked({ device: { email: undefined }, channelsOn: ["companyPortal", "email"] });
    expect(noMail.checks[0]?.text).toContain("Intune knows no e-mail address");
  });
});

describe("A Graph permission that the app lacks", () => {
  const lacking = "graph-permission-missing";
  test("is told of each channel that leads to the user and will be refused", async () => {
    const about: About = { device: phone, channelsOn: ["companyPortal", "teams", "email"], held: ["User.Read.All"] };
    const { checks, requirements } = await checked(about);
    expect(inShort(checks)).toEqual([`warning ${lacking}`, `warning ${lacking}`]);
    expect(
      checks.map(({ text }) => /DeviceManagementManagedDevices.ReadWrite.All|TeamsActivity.Send/.exec(text)?.[0]),
    ).toEqual(["DeviceManagementManagedDevices.ReadWrite.All", "TeamsActivity.Send"]);
    for (const { remedy } of checks) expect(remedy).toMatch(/^Pass the link on.*grants.*consents/);
    expect(requirements?.notify).toBe(true);
  });

  test.each(["DeviceManagementManagedDevices", "DeviceManagementConfiguration", "DeviceManagementServiceConfig"])(
    "is none where %s.ReadWrite.All is held",
    async (family) => {
      expect((await checked({ held: [`${family}.ReadWrite.All`] })).checks).toEqual([]);
    },
  );

  test("is told neither of a channel that does not lead to the user, nor where nobody knows what is held", async () => {
    expect((await checked({ device: {}, held: [] })).checks.map(({ code }) => code)).toEqual(["no-channel"]);
    expect((await checked({ device: { deviceType: "surfaceHub" }, held: [] })).checks.map(({ code }) => code)).toEqual([
      "surface-hub",
    ]);
    expect((await checked({ held: undefined })).checks).toEqual([]);
  });
});

test("an error that is none of storage's is not hidden", async () => {
  const broken = async () => {
    throw new TypeError("a bug");
  };
  await expect(checked({ storage: broken })).rejects.toThrow("a bug");
});
