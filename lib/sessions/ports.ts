import type { AuditEntry } from "../audit/entry.ts";
import type { Access } from "../connector/access.ts";
import type { AppError } from "../errors.ts";
import type { NotificationMessage } from "../notifications/ports.ts";
import type { Session } from "./session.ts";

/** A session as it was read; a change of it must name its `etag`. */
export type StoredSession = { session: Session; etag: string };

/** A side effect that is owed, stored in the same transaction as what caused it. Doing it twice leaves one. */
export type Owed = { kind: "audit"; entry: AuditEntry } | { kind: "notify"; message: NotificationMessage };

/**
 * What `follow-sessions` finds in one look: what is owed, sessions not listed yet, sessions that are not over. Until
 * `quietUntil` the clock alone does not move an open session on.
 */
export type Pending = {
  owed: { sessionId: string; rowKey: string; owed: Owed; at: Date }[];
  unlisted: { sessionId: string; at: Date }[];
  open: { sessionId: string; at: Date; quietUntil: Date | undefined }[];
};

export type SessionFilter = { deviceId?: string | undefined; requestedBy?: string | undefined };

/** Where sessions are kept. Conditional changes answer undefined when somebody else was faster. */
export type SessionStore = {
  /** Creating the row is the lock: undefined when it exists. */
  create: (session: Session) => Promise<StoredSession | undefined>;
  find: (id: string) => Promise<StoredSession | undefined>;
  update: (stored: StoredSession, session: Session, owed?: readonly Owed[]) => Promise<StoredSession | undefined>;
  /** Takes back a session that never opened. */
  remove: (stored: StoredSession) => Promise<void>;
  /** Ids newest first, from the one after `after` on. */
  ids: (filter: SessionFilter, after?: { requestedAt: string; id: string }) => AsyncIterable<string>;
  pending: () => Promise<Pending>;
  /** Puts the session into the lists (twice leaves one); undefined: there is none any more. */
  putInLists: (sessionId: string, session: Session | undefined) => Promise<void>;
  /** The owed row was done. */
  settle: (sessionId: string, rowKey: string) => Promise<void>;
  /** The session is over: it needs no more following. */
  settleOpen: (sessionId: string) => Promise<void>;
  /** Deletes sessions that were requested before `before`, each after `beforeDrop`. */
  dropBefore: (before: Date, beforeDrop: (session: Session) => Promise<void>) => Promise<void>;
};

/** A session as TeamViewer tells it. `ourId` is what we sent as `custom_api`. */
export type RemoteSession = {
  code: string;
  ourId: string | undefined;
  state: "open" | "closed" | "unknown";
  online: boolean;
  supporterUrl: string;
  endCustomerUrl: string;
};

/** `unknown`: TeamViewer may or may not have made the session; it has to be looked up before a second try. */
export type OpenResult =
  | { outcome: "opened"; remote: RemoteSession }
  | { outcome: "refused"; error: AppError }
  | { outcome: "unknown"; error: AppError };

/** TeamViewer's sessions. All but `open` throw AppError. */
export type RemoteSessions = {
  open: (access: Access, session: { ourId: string; description: string; validUntil: string }) => Promise<OpenResult>;
  findByOurId: (access: Access, ourId: string) => Promise<RemoteSession | undefined>;
  find: (access: Access, code: string) => Promise<RemoteSession>;
  /** Open and closed ones, newest first, made since `since`. */
  list: (access: Access, since: Date) => Promise<RemoteSession[]>;
  close: (access: Access, code: string) => Promise<void>;
};
