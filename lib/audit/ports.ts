import type { AuditEntry } from "./entry.ts";
import type { PublicKey, Seal } from "./seal.ts";

/** What to look for; times are inclusive `from`, exclusive `to`. `action` is a whole action or a prefix such as `session.`. */
export type AuditQuery = {
  from: Date;
  to: Date;
  deviceId?: string | undefined;
  sessionId?: string | undefined;
  actorId?: string | undefined;
  action?: string | undefined;
};

/** Where audit entries are kept. `read` yields newest first, after the entry `afterId` if given. */
export type AuditLog = {
  /** Fails rather than loses; false when the entry was there already. */
  append: (entry: AuditEntry) => Promise<boolean>;
  /** Those that are not there, of entries that probably are. */
  missing: (entries: readonly AuditEntry[]) => Promise<AuditEntry[]>;
  read: (query: AuditQuery, afterId?: string) => AsyncIterable<AuditEntry>;
  /** Drops the months that ended before `before`. */
  dropBefore: (before: Date) => Promise<void>;
};

/**
 * A person whose entries are sealed: `salt` is 32 random bytes, base64url; `usedIn` the month (`2026-11`) it was last used in.
 * `erasure`: being erased, with the outcome owed for it.
 */
export type Person = { id: string; salt: string; usedIn: string; erasure?: AuditEntry | undefined; etag: string };

/** Where people's salts are kept. Conditional changes answer undefined or false when somebody else was faster. */
export type PeopleStore = {
  find: (id: string) => Promise<Person | undefined>;
  /** False when the person is there already. */
  add: (person: Omit<Person, "etag">) => Promise<boolean>;
  update: (person: Person) => Promise<Person | undefined>;
  remove: (person: Person) => Promise<boolean>;
  all: () => AsyncIterable<Person>;
};

/** The end of the chain as it was read: `place` says where the next seal goes, and holds only while nobody else appended. */
export type SealTail = { last: Seal | undefined; place: unknown };

/** The seals, which are only ever appended to. */
export type SealChain = {
  tail: () => Promise<SealTail>;
  /** False when somebody else appended since `tail` was read. */
  append: (tail: SealTail, seal: Seal) => Promise<boolean>;
  newestFirst: () => AsyncIterable<Seal>;
  /** Oldest first, beginning at the latest with the one whose `to` is after `from`. */
  oldestFirst: (from?: Date) => AsyncIterable<Seal>;
};

/** The keys that seals are signed with; the private halves never leave the vault. */
export type SealKeys = {
  /** The version to sign with; made when there is none yet. */
  current: () => Promise<string>;
  /** ES256 over the text: r and s, base64url. */
  sign: (version: string, text: string) => Promise<string>;
  all: () => Promise<{ id: string; jwk: PublicKey }[]>;
};

/** Entries that were written long after their time, until they are sealed. */
export type LateEntries = {
  list: () => Promise<{ id: string; at: string; writtenAt: string }[]>;
  settle: (id: string) => Promise<void>;
};

/** Entries by their ids: so that of those that are sealed already no more is read. */
export type EntryIds = {
  /** Of the entries of a time, in no order. */
  within: (range: { from: Date; to: Date }) => Promise<{ id: string; at: string }[]>;
  find: (id: string, at: string) => Promise<AuditEntry | undefined>;
};

/** Leads to entries by device, session and action. Adding one twice leaves one. */
export type AuditIndex = { add: (entries: readonly AuditEntry[]) => Promise<void> };

/** How far sealing is: for those who may not need to read the seals. Undefined before the first seal. */
export type SealProgress = {
  read: () => Promise<{ to: Date } | undefined>;
  write: (progress: { to: Date }) => Promise<void>;
};

/** Puts `as` in the place of a person's id, while `mayGoOn` says so. Answers how many entries it was. */
export type ReplacePerson = (personId: string, as: string, mayGoOn: () => Promise<boolean>) => Promise<number>;
