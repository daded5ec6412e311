import type { Connection } from "../../../lib/connector/connection.ts";

/** Contoso's account, connected by Ada at 10:05 and in use, with `changes`. */
export const aConnection = (changes: Partial<Connection> = {}): Connection => ({
  id: "c1",
  status: "connected",
  consentId: "consent-1",
  secretName: "tv-c1",
  secretVersion: "1",
  obtainedAt: "2026-11-22T10:00:00.000Z",
  accessExpiresAt: "2026-11-23T10:00:00.000Z",
  account: { id: "u1", name: "Contoso IT", company: "Contoso", email: "it@contoso.example" },
  groupId: "g1",
  termsVersion: "1",
  connectedBy: "ada",
  connectedAt: "2026-11-22T10:05:00.000Z",
  confirmBefore: "2026-11-22T10:15:00.000Z",
  ...changes,
});
