import type { Actor, AuditEntry, AuditSubject } from "./entry.ts";
import { erasedIdOf, pseudonymOf } from "./entry-hash.ts";
import type { PeopleStore, Person, ReplacePerson } from "./ports.ts";
import type { Audit } from "./record.ts";
import { monthOf } from "./salts.ts";

type Deps = {
  people: PeopleStore;
  replacePerson: ReplacePerson;
  audit: Audit;
  now: () => Date;
  newSalt: () => string;
};

/**
 * Takes a person out of the audit: a pseudonym stands for the id in every entry, then the salt goes that could tell whose it
 * is. First the person's row says so: nothing is sealed under a salt that is about to go, and whoever dies here leaves the
 * rest to the timer.
 */
export function makeErasePerson(deps: Deps) {
  const { audit } = deps;
  return async (actor: Actor, personId: string, correlationId: string): Promise<{ erased: number }> => {
    const subject: AuditSubject = { actor, action: "audit.erase", correlationId };
    await audit.intent(subject);
    const { person, isOurs } = await mark(deps, subject, personId);
    const erased = await finish(deps, person);
    if (!isOurs) await audit.outcome({ ...subject, actor: seenAfter(actor, person) }, { result: "success" });
    return { erased };
  };
}

/** What the timer does: erasures that were begun are brought to their end. */
export function makeFinishErasures(deps: Deps) {
  return async (): Promise<void> => {
    for await (const person of deps.people.all()) if (person.erasure) await finish(deps, person);
  };
}

type Marked = Person & { erasure: AuditEntry };

async function mark(deps: Deps, subject: AuditSubject, personId: string): Promise<{ person: Marked; isOurs: boolean }> {
  const { people, audit, now, newSalt } = deps;
  for (;;) {
    const known = await people.find(personId);
    if (known?.erasure) return { person: { ...known, erasure: known.erasure }, isOurs: false };
    if (!known) {
      await people.add({ id: personId, salt: newSalt(), usedIn: monthOf(now()) });
      continue;
    }
    const actor = seenAfter(subject.actor, known);
    const erasure = audit.outcomeEntry({ ...subject, actor }, { result: "success" });
    const person = await people.update({ ...known, erasure });
    if (person) return { person: { ...person, erasure }, isOurs: true };
  }
}

/** Who erases their own entries does not stand in the entry about it either. */
const seenAfter = (actor: Actor, person: Person): Actor =>
  actor.id === person.id ? { ...actor, id: erasedIdOf(pseudonymOf(person.salt, person.id)) } : actor;

async function finish({ people, replacePerson, audit }: Deps, person: Person): Promise<number> {
  const pseudonym = erasedIdOf(pseudonymOf(person.salt, person.id));
  // Somebody else may have finished, and entries from after it be sealed under a new salt: those are not ours to change.
  const isStillMarked = async () => {
    const seen = await people.find(person.id);
    return seen?.salt === person.salt && seen.erasure !== undefined;
  };
  let erased = 0;
  for (;;) {
    const replaced = await replacePerson(person.id, pseudonym, isStillMarked);
    erased += replaced;
    if (replaced === 0) break;
  }
  if (person.erasure) await audit.append(person.erasure);
  await people.remove(person);
  return erased;
}
