import { z } from "zod";

/** Field rules: API documentation 4.6.2 and the schemas `SessionsPostParameters` / `SessionsPutParameters` of webapi.teamviewer.com. */
export const endCustomer = z.strictObject({
  name: z.string().max(100).optional(),
  email: z.string().max(254).optional(),
});

const changeable = {
  groupid: z
    .string()
    .regex(/^g\d+$/)
    .optional(),
  groupname: z.string().min(1).optional(),
  description: z.string().max(4000).optional(),
  waiting_message: z.string().optional(),
  end_customer: endCustomer.optional(),
  assigned_userid: z
    .string()
    .regex(/^u\d+$/)
    .optional(),
  custom_api: z.string().max(4000).optional(),
  sms_invite_number: z
    .string()
    .regex(/^\+?[\d ()/-]+$/)
    .optional(),
  sms_invite_language: z.int().min(0).max(32).optional(),
};

export const newSession = z.strictObject({
  ...changeable,
  valid_until: z.iso.datetime({ offset: true }).optional(),
  support_session_type: z.enum(["Default", "Pilot"]).optional(),
  tv_version: z.string().optional(),
  customId: z.string().optional(),
});

/** `valid_until` is not among them: a session cannot be extended. */
export const sessionChange = z.strictObject({
  ...changeable,
  state: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["open", "closed"]))
    .optional(),
  custom_module_id: z.string().optional(),
});
