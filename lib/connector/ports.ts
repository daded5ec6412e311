import type { Connection } from "./connection.ts";
import type { Consent } from "./consent.ts";

/** A stored value and the tag that a change of it must name. */
export type Stored<T> = { value: T; etag: string };

/** All connections, read at once: the one in use and any others (waiting, being removed). */
export type Connections = {
  current: Stored<Connection> | undefined;
  others: Stored<Connection>[];
  /** Names the version of the pointer that says which connection is in use. */
  pointerEtag: string | undefined;
};

/** Where connections are kept. Conditional changes answer undefined or false when somebody else was faster. */
export type ConnectionStore = {
  read: () => Promise<Connections>;
  add: (connection: Connection) => Promise<void>;
  update: (stored: Stored<Connection>, connection: Connection) => Promise<Stored<Connection> | undefined>;
  /** In one transaction: `connected` takes the place of the connection in use, which becomes `disconnecting`. */
  putInUse: (connections: Connections, waiting: Stored<Connection>, connected: Connection) => Promise<boolean>;
  /** In one transaction: the row goes, and the pointer with it when it named this connection. */
  remove: (connections: Connections, connection: Stored<Connection>) => Promise<boolean>;
};

/** Where consents are kept. `update` is conditional: undefined when somebody else was faster. */
export type ConsentStore = {
  add: (consent: Consent) => Promise<void>;
  find: (id: string) => Promise<Stored<Consent> | undefined>;
  list: () => Promise<Stored<Consent>[]>;
  remove: (stored: Stored<Consent>) => Promise<void>;
  update: (stored: Stored<Consent>, consent: Consent) => Promise<Stored<Consent> | undefined>;
};

/** One pair of TeamViewer tokens; the refresh token can be used once. */
export type TokenSet = { accessToken: string; refreshToken: string; obtainedAt: string; expiresAt: string };

/** Where token sets are kept: one secret per connection. `write` answers the new version; `read` takes the newest without one. */
export type TokenVault = {
  write: (secretName: string, connectionId: string, tokens: TokenSet) => Promise<string>;
  read: (secretName: string, version?: string) => Promise<TokenSet | undefined>;
  remove: (secretName: string) => Promise<void>;
};

/** `refused`: TeamViewer said no for good (`invalid_grant`, `invalid_client`). `unknown`: nobody can tell what happened. */
export type TokenAnswer =
  | { outcome: "granted"; tokens: TokenSet }
  | { outcome: "refused"; reason: string }
  | { outcome: "unknown"; cause: unknown };

export type Account = { id: string; name: string; company: string; email: string };

/** TeamViewer's OAuth endpoints and the account behind a token. */
export type TeamViewerGrants = {
  authorizeUrl: (state: string) => string;
  exchange: (code: string) => Promise<TokenAnswer>;
  refresh: (tokens: TokenSet) => Promise<TokenAnswer>;
  /** True when TeamViewer has forgotten the grant (now or before). */
  revoke: (accessToken: string) => Promise<boolean>;
  account: (accessToken: string) => Promise<Account>;
  /** The group that sessions are filed under; undefined when it cannot be read (then sessions name the group). */
  groupId: (accessToken: string) => Promise<string | undefined>;
};

/** Seals small values: nobody else can read or change them, and they end by themselves. */
export type SealPurpose = "ticket" | "cookie" | "tokens";
export type Seal = {
  close: (purpose: SealPurpose, value: Record<string, string>, lifeMs: number) => Promise<string>;
  open: (purpose: SealPurpose, sealed: string) => Promise<Record<string, unknown> | undefined>;
};

/** Lets one process at a time do `work`; the others wait their turn. Renewed for as long as the work lasts. */
export type Lease = { hold: <T>(name: string, work: () => Promise<T>) => Promise<T> };
