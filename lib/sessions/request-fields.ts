import * as z from "zod";

/** The fields of a session request, however it is made. */
export const sessionRequestFields = {
  deviceId: z.guid("must be the id of an Intune device, a GUID").toLowerCase(),
  reason: z.string().trim().min(1).max(500).optional(),
  ticket: z.string().trim().min(1).max(100).optional(),
  language: z
    .string()
    .regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/, "must be a language tag such as en or pt-BR")
    .max(35)
    .optional(),
  notify: z.boolean().default(true),
};
