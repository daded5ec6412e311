import { createHash } from "node:crypto";
import * as z from "zod";

/** How long a consent may take from its request to TeamViewer's answer, its start link to be opened, its account to be confirmed. */
export const CONSENT_MS = 10 * 60_000;
export const TICKET_MS = 60_000;
export const CONFIRM_MS = 15 * 60_000;

/**
 * One try to connect. Its id is the hash of its `state` (RFC 6749 section 10.12): the state itself is never stored.
 * `pending` -> `started` (link opened) -> `used` (TeamViewer came back; set before any call leaves) -> how it ended.
 */
export const consentSchema = z.object({
  id: z.string(),
  status: z.enum(["pending", "started", "used", "refused", "failed", "awaitingConfirmation", "confirmed"]),
  requestedBy: z.string(),
  requestedByKind: z.enum(["person", "application"]),
  termsVersion: z.string(),
  requestedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  nonceHash: z.string().optional(),
  connectionId: z.string().optional(),
  usedAt: z.iso.datetime().optional(),
  /** Where its tokens go: known before they are asked for, so that none can be lost. */
  secretName: z.string().optional(),
});
export type Consent = z.infer<typeof consentSchema>;

/** The id of the consent that `state` belongs to. */
export const consentIdOf = (state: string) => createHash("sha256").update(state).digest("hex");
