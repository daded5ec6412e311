/**
 * A device as Intune keeps it: microsoft.graph.managedDevice of the beta metadata, without what nobody here looks at.
 * Enumerations stay strings: they grow without notice (https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations).
 */
export type ManagedDevice = {
  id: string;
  deviceName: string;
  managedDeviceName: string;
  operatingSystem: string | null;
  osVersion: string | null;
  model: string | null;
  manufacturer: string | null;
  serialNumber: string | null;
  userId: string | null;
  userPrincipalName: string | null;
  userDisplayName: string | null;
  emailAddress: string | null;
  azureADDeviceId: string | null;
  managedDeviceOwnerType: string;
  deviceEnrollmentType: string;
  managementAgent: string;
  managementState?: string | null;
  complianceState: string;
  jailBroken: string;
  deviceCategoryDisplayName: string;
  lastSyncDateTime: string;
  enrolledDateTime: string;
  deviceActionResults: unknown[];
  remoteAssistanceSessionUrl: string;
  remoteAssistanceSessionErrorDetails: string;
  ownerType: string;
  deviceType: string;
  chassisType: string;
  skuFamily: string | null;
  skuNumber: number;
  roleScopeTagIds: string[];
  joinType: string;
  hardwareInformation: { operatingSystemEdition: string | null; serialNumber: string | null };
};

export type GraphVersion = "v1.0" | "beta";

/** Properties that the v1.0 metadata does not have. */
const betaOnly: readonly string[] = [
  "ownerType",
  "deviceType",
  "chassisType",
  "skuFamily",
  "skuNumber",
  "roleScopeTagIds",
  "joinType",
  "hardwareInformation",
] satisfies (keyof ManagedDevice)[];

const everywhere: readonly string[] = [
  "id",
  "deviceName",
  "managedDeviceName",
  "operatingSystem",
  "osVersion",
  "model",
  "manufacturer",
  "serialNumber",
  "userId",
  "userPrincipalName",
  "userDisplayName",
  "emailAddress",
  "azureADDeviceId",
  "managedDeviceOwnerType",
  "deviceEnrollmentType",
  "managementAgent",
  "managementState",
  "complianceState",
  "jailBroken",
  "deviceCategoryDisplayName",
  "lastSyncDateTime",
  "enrolledDateTime",
  "deviceActionResults",
  "remoteAssistanceSessionUrl",
  "remoteAssistanceSessionErrorDetails",
] satisfies (keyof ManagedDevice)[];

/** What a version of Graph knows of a managed device. */
export function deviceProperties(version: GraphVersion): readonly string[] {
  return version === "beta" ? [...everywhere, ...betaOnly] : everywhere;
}

/** "To retrieve actual values GET call needs to be made, with device id and included in select parameter": what shows until then. */
export const defaultsUnlessSelected: Partial<ManagedDevice> = {
  remoteAssistanceSessionUrl: "",
  remoteAssistanceSessionErrorDetails: "",
  roleScopeTagIds: [],
  hardwareInformation: { operatingSystemEdition: null, serialNumber: null },
};
