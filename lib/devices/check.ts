import * as z from "zod";

/**
 * What stands between somebody and a session on a device, found before it is asked for. `blocker`: a request that names no
 * more than the device is refused; `warning`: it is taken, but something will be missing; `info`: good to know.
 */
export const checkSchema = z.strictObject({
  code: z.string(),
  severity: z.enum(["blocker", "warning", "info"]),
  text: z.string(),
  remedy: z.string(),
  /** When looking again makes sense, where that is known. */
  retryAfterSeconds: z.number().int().optional(),
});
export type Check = z.infer<typeof checkSchema>;

/** What a request for a session has to say. `notify`: whether it may ask for the user to be notified now. */
export const requirementsSchema = z.strictObject({
  reason: z.boolean(),
  ticket: z.strictObject({ required: z.boolean(), pattern: z.string().optional() }),
  notify: z.boolean(),
});
export type Requirements = z.infer<typeof requirementsSchema>;
