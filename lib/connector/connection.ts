import * as z from "zod";
import { auditEntrySchema } from "../audit/entry.ts";

/**
 * One connected TeamViewer account. `awaitingConfirmation`: consent was given, nobody confirmed the account yet.
 * `disconnecting`: no longer used; its tokens still have to be revoked and its secret deleted.
 */
export const connectionSchema = z.object({
  id: z.string(),
  status: z.enum(["awaitingConfirmation", "connected", "needsConsent", "disconnecting"]),
  consentId: z.string(),
  secretName: z.string(),
  secretVersion: z.string(),
  /** How many versions the secret has; one when it does not say. */
  secretVersions: z.number().int().optional(),
  /** The secret that takes the place of a full one, named before anything is put into it. */
  nextSecretName: z.string().optional(),
  /** Secrets that are out of use and still have to be deleted. */
  formerSecretNames: z.array(z.string()).optional(),
  /** A newer token set that the vault has not taken yet, encrypted. */
  sealedTokens: z.string().optional(),
  obtainedAt: z.iso.datetime(),
  accessExpiresAt: z.iso.datetime(),
  account: z.object({ id: z.string(), name: z.string(), company: z.string(), email: z.string() }),
  groupId: z.string().optional(),
  termsVersion: z.string(),
  connectedBy: z.string(),
  connectedAt: z.iso.datetime(),
  confirmBefore: z.iso.datetime(),
  /** Audit entries of its latest changes, until the timer has seen to it that they are written. */
  owed: z.array(auditEntrySchema).optional(),
});
export type Connection = z.infer<typeof connectionSchema>;

/** The connector as callers see it. */
export const connectorSchema = z
  .strictObject({
    status: z.enum(["notConnected", "awaitingConfirmation", "connected", "needsConsent", "disconnecting"]),
    account: z.strictObject({ name: z.string(), company: z.string(), email: z.string() }).optional(),
    connectedBy: z.string().optional(),
    connectedAt: z.iso.datetime().optional(),
    termsVersion: z.string().optional(),
    problem: z.string().optional(),
  })
  .meta({ id: "Connector" });
export type ConnectorView = z.infer<typeof connectorSchema>;

const problems: Partial<Record<Connection["status"], string>> = {
  needsConsent: "TeamViewer no longer accepts this connection. An administrator must give consent again.",
  disconnecting: "The connection is being removed. Its tokens are revoked at TeamViewer as soon as it answers.",
};

/**
 * The connector that `current` (the connection in use) and `pending` (consented, not yet confirmed) make together.
 * A working connection is shown before one that waits; a broken one after it.
 */
export function viewOfConnector(current: Connection | undefined, pending: Connection | undefined): ConnectorView {
  const shown = current?.status === "connected" ? current : (pending ?? current);
  if (!shown) return { status: "notConnected" };
  const { name, company, email } = shown.account;
  const problem = problems[shown.status];
  return {
    status: shown.status,
    account: { name, company, email },
    connectedBy: shown.connectedBy,
    ...(shown.status === "awaitingConfirmation" ? {} : { connectedAt: shown.connectedAt }),
    termsVersion: shown.termsVersion,
    ...(problem ? { problem } : {}),
  };
}
