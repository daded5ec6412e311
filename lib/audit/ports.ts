import type { AuditEntry } from "./entry.ts";

/** What to look for; times are inclusive `from`, exclusive `to`. `action` is a whole action or a prefix such as `session.`. */
export type AuditQuery = {
  from: Date;
  to: Date;
  deviceId?: string | undefined;
  sessionId?: string | undefined;
  actorId?: string | undefined;
  action?: string | undefined;
};

/** Where audit entries are kept. `append` fails rather than loses; `read` yields newest first, after the entry `afterId` if given. */
export type AuditLog = {
  append: (entry: AuditEntry) => Promise<void>;
  read: (query: AuditQuery, afterId?: string) => AsyncIterable<AuditEntry>;
  /** Drops the months that ended before `before`. */
  dropBefore: (before: Date) => Promise<void>;
};
