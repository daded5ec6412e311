import { appleKinds } from "./apple-kinds.ts";
import { blankDevice } from "./blank-device.ts";
import type { Kind } from "./kind.ts";
import type { ManagedDevice } from "./managed-device.ts";
import { oddNames, oddSerialNumbers } from "./odd-names.ts";
import { otherKinds } from "./other-kinds.ts";
import { demoUsers, type GraphUser } from "./people.ts";
import { type Seeded, seeded } from "./random.ts";
import { wellKnown } from "./well-known.ts";
import { windowsKinds } from "./windows-kinds.ts";

const DEMO_NOW = new Date("2026-11-22T08:00:00Z");
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

const kinds: readonly Kind[] = [...windowsKinds, ...appleKinds, ...otherKinds];

/** An invented company's devices, the same in every run: the well-known ones first, every kind Intune knows, odd names, odd serial numbers. */
export function demoDevices(now: Date = DEMO_NOW): ManagedDevice[] {
  const users = demoUsers();
  const ordinaryUsers = users.filter((user) => user.accountEnabled);
  const make = (kind: Kind, deviceName: string, seed: string, is: Partial<ManagedDevice> = {}, owner?: GraphUser) => {
    const random = seeded(`device ${seed}`);
    const user = owner ?? random.pick(ordinaryUsers);
    return deviceOf({ kind, deviceName, random, owner: kind.user === "somebody" ? user : kind.user, now, is });
  };

  const known = wellKnown.map(({ kind, deviceName, account, is }) =>
    make(kindNamed(kind), deviceName, deviceName, is, account === undefined ? undefined : userOf(users, account)),
  );
  const many = kinds.flatMap((kind) =>
    Array.from({ length: kind.count }, (_, index) => {
      const name = `${kind.name}-${String(index + 1).padStart(3, "0")}`;
      return make(kind, name, name);
    }),
  );
  const oddKinds = ["WIN-PRO", "IPHONE-OWN", "ANDROID-BYOD", "MAC"].map(kindNamed);
  const odd = oddNames.map((name, index) => make(seeded(`odd ${index}`).pick(oddKinds), name, `odd ${index}`));
  const oddSerials = oddSerialNumbers.map((serialNumber, index) =>
    make(kindNamed("WIN-PRO"), `SERIAL-${index + 1}`, `serial ${index}`, { serialNumber }),
  );
  const stateless = withoutManagementState(make(kindNamed("WIN-PRO"), "WIN-NO-STATE-001", "no state"));
  return [...known, ...many, ...odd, ...oddSerials, stateless];
}

type Making = {
  kind: Kind;
  deviceName: string;
  random: Seeded;
  owner: GraphUser | "" | null;
  now: Date;
  is: Partial<ManagedDevice>;
};

function deviceOf({ kind, deviceName, random, owner, now, is }: Making): ManagedDevice {
  const [manufacturer, model] = random.pick(kind.models);
  const serialNumber = random.hex(10).toUpperCase();
  const syncedAgo = random.below(20) === 0 ? 200 * DAY_MINUTES : random.below(30 * DAY_MINUTES);
  const device: ManagedDevice = {
    ...blankDevice({ id: random.guid(), at: minutesBefore(now, syncedAgo) }),
    deviceName,
    managedDeviceName: `${deviceName}_${random.hex(4)}`,
    osVersion: random.pick(kind.osVersions),
    model,
    manufacturer,
    serialNumber,
    ...ownerFields(owner),
    azureADDeviceId: random.guid(),
    complianceState: random.pick(["compliant", "compliant", "compliant", "noncompliant", "inGracePeriod", "unknown"]),
    enrolledDateTime: minutesBefore(now, (210 + random.below(900)) * DAY_MINUTES),
    roleScopeTagIds: [random.pick(["0", "0", "0", "1", "7"])],
    hardwareInformation: { operatingSystemEdition: kind.is.skuFamily ?? null, serialNumber },
    ...kind.is,
    ...is,
  };
  return { ...device, ownerType: device.managedDeviceOwnerType };
}

function ownerFields(owner: GraphUser | "" | null) {
  if (!owner) return { userId: owner, userPrincipalName: owner, userDisplayName: owner, emailAddress: owner };
  return {
    userId: owner.id,
    userPrincipalName: owner.userPrincipalName,
    userDisplayName: owner.displayName,
    emailAddress: owner.mail ?? "",
  };
}

/** Intune leaves the state out of some answers altogether. */
function withoutManagementState({ managementState: _, ...device }: ManagedDevice): ManagedDevice {
  return device;
}

function kindNamed(name: string): Kind {
  const kind = kinds.find((candidate) => candidate.name === name);
  if (!kind) throw new Error(`no kind of device is called ${name}`);
  return kind;
}

function userOf(users: GraphUser[], account: string): GraphUser {
  const user = users.find(({ userPrincipalName }) => userPrincipalName === `${account}@contoso.example`);
  if (!user) throw new Error(`nobody signs in as ${account}`);
  return user;
}

function minutesBefore(now: Date, minutes: number): string {
  return new Date(now.getTime() - minutes * MINUTE_MS).toISOString().replace(/\.\d+Z$/, "Z");
}
