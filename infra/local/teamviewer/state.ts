import type { z } from "zod";
import type { endCustomer } from "./session-fields.ts";

export type AuthorizationCode = {
  clientId: string;
  redirectUri: string;
  userid: string;
  expiresAtMs: number;
  codeChallenge?: string;
  /** Set once the code was exchanged: what a second exchange takes down. */
  grantId?: string;
};

export type Grant = {
  id: string;
  clientId: string;
  userid: string;
  createdAtMs: number;
  endedAtMs?: number;
  endedBy?: "revoked" | "code-used-twice" | "refresh-token-used-twice" | "removed-by-account";
};

export type AccessToken = { grantId: string; expiresAtMs: number };
export type RefreshToken = { grantId: string; spentAtMs?: number };
export type Group = { id: string; name: string; ownerUserid: string };

/** A session (service case). `number` grows by one with each, `secret` is what makes a link the supporter's. */
export type Session = {
  number: number;
  code: string;
  secret: string;
  ownerUserid: string;
  state: "Open" | "Closed";
  isCustomerThere: boolean;
  groupid: string;
  createdAtMs: number;
  validUntilMs: number;
  closedAtMs?: number | undefined;
  assignedUserid: string;
  assignedAtMs: number;
  connection?: { userid: string; deviceid: string; startedAtMs: number } | undefined;
  supportSessionType: "Default" | "Pilot";
  description?: string | undefined;
  waitingMessage?: string | undefined;
  endCustomer?: z.infer<typeof endCustomer> | undefined;
  customApi?: string | undefined;
};

/** One ended connection, as the connection report keeps it: with the session as it was then, if it was one of a session. */
export type ConnectionRecord = {
  id: string;
  ownerUserid: string;
  userid: string;
  deviceid: string;
  devicename?: string | undefined;
  startedAtMs: number;
  endedAtMs: number;
  session?: Session | undefined;
  billingState?: "Bill" | "Billed" | "DoNotBill" | undefined;
  notes?: string | undefined;
};

/** Everything that outlives a restart. */
export type State = {
  codes: Record<string, AuthorizationCode>;
  grants: Record<string, Grant>;
  accessTokens: Record<string, AccessToken>;
  refreshTokens: Record<string, RefreshToken>;
  groups: Group[];
  sessions: Session[];
  connections: ConnectionRecord[];
  sessionsMade: number;
};

export function emptyState(): State {
  return {
    codes: {},
    grants: {},
    accessTokens: {},
    refreshTokens: {},
    groups: [],
    sessions: [],
    connections: [],
    sessionsMade: 0,
  };
}
