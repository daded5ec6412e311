import * as z from "zod";
import { checkSchema, requirementsSchema } from "./check.ts";

export const platforms = [
  "windows",
  "macos",
  "ios",
  "ipados",
  "android",
  "linux",
  "chromeos",
  "visionos",
  "tvos",
  "unknown",
] as const;
export type Platform = (typeof platforms)[number];

/** A managed device as Intune tells it, with what eligibility needs; optional fields are missing on the v1.0 API or on the device. */
export type Device = {
  id: string;
  name: string;
  platform: Platform;
  operatingSystem: string;
  osVersion: string;
  model: string;
  manufacturer: string;
  serialNumber: string;
  ownership: "company" | "personal" | "unknown";
  compliance: string;
  lastSyncAt: string | undefined;
  managementState: string | undefined;
  managementAgent: string;
  enrollmentType: string;
  deviceType: string;
  skuFamily: string;
  skuNumber: number | undefined;
  userId: string | undefined;
  userName: string | undefined;
  userPrincipalName: string | undefined;
  email: string | undefined;
};

/** Through what a user can be asked. */
export const channels = ["companyPortal", "teams", "email"] as const;
export type Channel = (typeof channels)[number];

export const eligibilityCodes = [
  "platform-not-supported",
  "hololens",
  "surface-hub",
  "windows-10-s",
  "corporate-android",
  "device-not-managed",
  "no-user",
] as const;
export type EligibilityCode = (typeof eligibilityCodes)[number];

export const eligibilitySchema = z.strictObject({
  eligible: z.boolean(),
  reasons: z.array(z.strictObject({ code: z.enum(eligibilityCodes), text: z.string() })),
  channels: z.array(z.enum(channels)),
});
export type Eligibility = z.infer<typeof eligibilitySchema>;

/** A device as callers see it. */
export const deviceSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    platform: z.enum(platforms),
    osVersion: z.string(),
    model: z.string(),
    manufacturer: z.string(),
    serialNumber: z.string(),
    ownership: z.enum(["company", "personal", "unknown"]),
    compliance: z.string(),
    lastSyncAt: z.string().optional(),
    userName: z.string().optional(),
    userPrincipalName: z.string().optional(),
    eligibility: eligibilitySchema,
    /** What a request has to say and what it would meet now: told of one device, not in lists. */
    requirements: requirementsSchema.optional(),
    checks: z.array(checkSchema).optional(),
  })
  .meta({ id: "Device" });
export type DeviceView = z.infer<typeof deviceSchema>;
