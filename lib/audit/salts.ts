import type { AuditEntry } from "./entry.ts";
import { saltedIdOf } from "./entry-hash.ts";
import type { PeopleStore } from "./ports.ts";

type Deps = { people: PeopleStore; now: () => Date; newSalt: () => string };

/** `2026-11`: the month that is noted where a salt is used. */
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7);

/**
 * The salts of the people in `entries`, made where there is none. Undefined while one of them is being erased: then nobody
 * can tell yet which of that person's entries are to stand together.
 */
export function makeSaltsOf({ people, now, newSalt }: Deps) {
  const saltOf = async (id: string, month: string): Promise<string | undefined> => {
    const person = await people.find(id);
    if (!person) {
      const salt = newSalt();
      return (await people.add({ id, salt, usedIn: month })) ? salt : undefined;
    }
    if (person.erasure) return undefined;
    // Noted before it is used, so that nothing takes the salt for unused meanwhile.
    if (person.usedIn < month && !(await people.update({ ...person, usedIn: month }))) return undefined;
    return person.salt;
  };

  return async (entries: readonly AuditEntry[]): Promise<Map<string, string> | undefined> => {
    const month = monthOf(now());
    const salts = new Map<string, string>();
    for (const id of new Set(entries.flatMap((entry) => saltedIdOf(entry) ?? []))) {
      const salt = await saltOf(id, month);
      if (!salt) return undefined;
      salts.set(id, salt);
    }
    return salts;
  };
}

/** Forgets people who stand in no audit month that is kept: their salt was last used before the oldest of them. */
export function makeForgetPeople({ people, oldestKept }: { people: PeopleStore; oldestKept: () => Date }) {
  return async (): Promise<void> => {
    const month = monthOf(oldestKept());
    for await (const person of people.all()) {
      if (!person.erasure && person.usedIn < month) await people.remove(person);
    }
  };
}
