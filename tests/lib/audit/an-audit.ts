import type { Actor, AuditEntry } from "../../../lib/audit/entry.ts";
import { pseudonymOf } from "../../../lib/audit/entry-hash.ts";
import { LAST_US, timeOfId } from "../../../lib/audit/id.ts";
import type { AuditLog, EntryIds, LateEntries, PeopleStore, Person, ReplacePerson } from "../../../lib/audit/ports.ts";
import { makeMemorySealing } from "../../memory/sealing.ts";

export const MINUTE_MS = 60_000;
export const START = new Date("2026-11-22T10:00:00.000Z");
export const OLDEST_KEPT = new Date("2026-11-22T09:00:00.000Z");

export const ANA: Actor = { id: "10000000-0000-4000-8000-000000000009", kind: "person" };
export const BRUNO: Actor = { id: "10000000-0000-4000-8000-000000000002", kind: "user" };
export const ROBOT: Actor = { id: "20000000-0000-4000-8000-000000000001", kind: "application" };

/** The id of the `number`th entry of that moment. */
export const idAt = (at: Date, number = 0): string =>
  `${String(LAST_US - BigInt(at.getTime()) * 1000n - BigInt(number)).padStart(19, "0")}-${String(number).padStart(16, "0")}`;

export const minute = (minutes: number, from = START): Date => new Date(from.getTime() + minutes * MINUTE_MS);

/** An entry of a machine `minutes` after the start, with `change`. */
export function anEntry(minutes = 0, change: Partial<AuditEntry> = {}): AuditEntry {
  const at = minute(minutes);
  const made = { action: "session.close", phase: "outcome", result: "success", correlationId: "call-1" } as const;
  return { id: idAt(at), at: at.toISOString(), actor: ROBOT, ...made, ...change };
}

const oldestLast = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

/** All that the audit asks for, in memory, with a clock that tests move. */
export function startAudit() {
  let now = START;
  let changes = 0;
  const entries = new Map<string, AuditEntry>();
  const notes = new Map<string, { id: string; at: string; writtenAt: string }>();
  const known = new Map<string, Person>();
  const reached: Date[] = [];
  const indexed: string[] = [];
  const etag = () => {
    changes += 1;
    return String(changes);
  };
  const isCurrent = (person: Person) => known.get(person.id)?.etag === person.etag;

  const auditLog: AuditLog = {
    append: async (entry) => {
      const isNew = !entries.has(entry.id);
      entries.set(entry.id, entry);
      return isNew;
    },
    async *read({ from, to }, afterId = "") {
      const isAsked = ({ id }: AuditEntry) => {
        const at = timeOfId(id);
        return at >= from && at < to && id > afterId;
      };
      for (const entry of [...entries.values()].filter(isAsked).sort(oldestLast)) yield { ...entry };
    },
    missing: async () => [],
    dropBefore: async () => undefined,
  };
  const people: PeopleStore = {
    find: async (id) => known.get(id),
    async add(person) {
      if (known.has(person.id)) return false;
      known.set(person.id, { ...person, etag: etag() });
      return true;
    },
    async update(person) {
      if (!isCurrent(person)) return undefined;
      const changed = { ...person, etag: etag() };
      known.set(person.id, changed);
      return changed;
    },
    remove: async (person) => isCurrent(person) && known.delete(person.id),
    async *all() {
      yield* [...known.values()];
    },
  };
  const late: LateEntries = {
    list: async () => [...notes.values()],
    settle: async (id) => void notes.delete(id),
  };
  const replacePerson: ReplacePerson = async (personId, as, mayGoOn) => {
    const own = [...entries.values()].filter(({ actor }) => actor.id === personId);
    if (own.length === 0 || !(await mayGoOn())) return 0;
    for (const entry of own) entries.set(entry.id, { ...entry, actor: { ...entry.actor, id: as } });
    return own.length;
  };

  const ids: EntryIds = {
    async within({ from, to }) {
      const all = [...entries.values()].map(({ id, at }) => ({ id, at }));
      return all.filter(({ id }) => timeOfId(id) >= from && timeOfId(id) < to);
    },
    async find(id) {
      const entry = entries.get(id);
      return entry && { ...entry };
    },
  };

  return {
    ...makeMemorySealing(),
    auditLog,
    ids,
    people,
    late,
    replacePerson,
    progress: {
      read: async () => {
        const to = reached.at(-1);
        return to && { to };
      },
      write: async ({ to }: { to: Date }) => void reached.push(to),
    },
    index: { add: async (some: readonly AuditEntry[]) => void indexed.push(...some.map(({ id }) => id)) },
    /** Ids of entries that the index leads to. */
    indexed,
    now: () => now,
    oldestKept: () => OLDEST_KEPT,
    /** Another one at each call. */
    newSalt: () => Buffer.alloc(32, Number(etag())).toString("base64url"),
    newAuditId: (at: Date) => idAt(at, Number(etag())),
    /** Sets the clock to `minutes` after the start. */
    setClock(minutes: number) {
      now = minute(minutes);
    },
    write(...added: AuditEntry[]) {
      for (const entry of added) entries.set(entry.id, entry);
    },
    entries,
    notes,
    known,
    reached,
    /** A person with a salt, as the sealer leaves one. */
    know(id: string, change: Partial<Person> = {}): Person & { pseudonym: string } {
      const salt = Buffer.alloc(32, 77).toString("base64url");
      const person = { id, salt, usedIn: "2026-11", etag: etag(), ...change };
      known.set(id, person);
      return { ...person, pseudonym: `erased:${pseudonymOf(person.salt, id)}` };
    },
  };
}
export type AuditInMemory = ReturnType<typeof startAudit>;

export async function collected<T>(each: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of each) all.push(one);
  return all;
}
