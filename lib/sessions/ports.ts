import type { AuditEntry } from "../audit/entry.ts";
import type { Access } from "../connector/access.ts";
import type { AppError } from "../errors.ts";
import type { NotificationMessage } from "../notifications/ports.ts";
import type { Session } from "./session.ts";

/** A session as it was read; a change of it must name its `etag`. */
export type StoredSession = { session: Session; etag: string };

/** A side effect that is owed, stored in the same transaction as what caused it. Doing it twice leaves one. */
export type Owed = { kind: "audit"; entry: AuditEntry } | { kind: "notify"; message: NotificationMessage };

/** Where a session stands in the lists. */
export type Listing = { sessionId: string; requestedAt: string; requestedBy: string; deviceId: string };

/**
 * What `follow-sessions` finds in one look: what is owed (undefined: it was done since), sessions not listed yet, sessions that
 * are not over or were not when it looked last. Until `quietUntil` the clock alone does not move an open session on; one that
 * `isJoined` is known to be so.
 */
export type Pending = {
  owed: { sessionId: string; rowKey: string; owed: Owed | undefined; at: Date }[];
  unlisted: Listing[];
  open: { sessionId: string; at: Date; quietUntil: Date | undefined; isJoined: boolean; isOver: boolean }[];
};

/** A session that is over, and when the report of its connections is to be looked at. */
export type ReportLook = { sessionId: string; dueAt: Date };

export type SessionFilter = { deviceId?: string | undefined; requestedBy?: string | undefined };

/** Where sessions are kept. Conditional changes answer undefined when somebody else was faster. */
export type SessionStore = {
  /** Creating the row is the lock: undefined when it exists. */
  create: (session: Session) => Promise<StoredSession | undefined>;
  find: (id: string) => Promise<StoredSession | undefined>;
  /** A session that ends with this change and may have been joined gets its first look at the report in the same transaction. */
  update: (stored: StoredSession, session: Session, owed?: readonly Owed[]) => Promise<StoredSession | undefined>;
  /** Takes back a session that never opened. */
  remove: (stored: StoredSession) => Promise<void>;
  /** Ids newest first, from the one after `after` on. */
  ids: (filter: SessionFilter, after?: { requestedAt: string; id: string }) => AsyncIterable<string>;
  pending: () => Promise<Pending>;
  /** Puts sessions into the lists (twice leaves one). */
  putInLists: (listings: readonly Listing[]) => Promise<void>;
  /** There is no such session any more: it is not to be listed. */
  dropUnlisted: (sessionId: string) => Promise<void>;
  /** What was owed was done. */
  settle: (owed: readonly Pick<Pending["owed"][number], "sessionId" | "rowKey">[]) => Promise<void>;
  /** Looks that are due at `until`, the longest due first, at most `top`. */
  dueLooks: (until: Date, top: number) => Promise<ReportLook[]>;
  /** The look was taken: there is another at `nextAt`, or none any more. */
  settleLook: (look: ReportLook, nextAt?: Date) => Promise<void>;
  /** These sessions are over: they need no more following. */
  settleOpen: (sessionIds: readonly string[]) => Promise<void>;
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

/** What is asked for; `assigneeId`: the TeamViewer user whose session it is to be, else the connected account's. */
export type NewRemoteSession = {
  ourId: string;
  description: string;
  validUntil: string;
  assigneeId?: string | undefined;
};

/** TeamViewer's sessions. All but `open` throw AppError. */
export type RemoteSessions = {
  open: (access: Access, session: NewRemoteSession) => Promise<OpenResult>;
  findByOurId: (access: Access, ourId: string) => Promise<RemoteSession | undefined>;
  find: (access: Access, code: string) => Promise<RemoteSession>;
  /** Open and closed ones, newest first, made since `since`. */
  list: (access: Access, since: Date) => Promise<RemoteSession[]>;
  close: (access: Access, code: string) => Promise<void>;
};

/** A connection that ended, as TeamViewer reports it. `ourId` is what we sent as `custom_api` of its session. */
export type ReportedConnection = {
  id: string;
  startedAt: string;
  endedAt: string;
  ourId?: string | undefined;
  userId?: string | undefined;
  userName?: string | undefined;
  deviceName?: string | undefined;
};

/** What the grant or the licence lacks. */
export type Lacking = "permission" | "licence";

/** `isWhole`: there are no more than these. */
export type ReportAnswer =
  | { outcome: "read"; connections: ReportedConnection[]; isWhole: boolean }
  | { outcome: "refused"; lacking: Lacking };

/** TeamViewer's connection report. Throws AppError. */
export type ConnectionReports = {
  ofSession: (access: Access, code: string) => Promise<ReportAnswer>;
  /** Started since `from` and ended before `to`, the last end first. */
  between: (access: Access, from: Date, to: Date) => Promise<ReportAnswer>;
};

/** `userId` is undefined when nobody, or not one alone, was found. */
export type UserAnswer = { outcome: "found"; userId: string | undefined } | { outcome: "refused" };

/** TeamViewer's users: the active one with one of these e-mail addresses. Throws AppError. */
export type RemoteUsers = { idOf: (access: Access, emails: readonly string[]) => Promise<UserAnswer> };
