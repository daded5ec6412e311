import { createHash, createHmac } from "node:crypto";
import type { Actor, AuditEntry } from "./entry.ts";

const ERASED = "erased:";

/** A person under a salt of their own (32 random bytes, base64url): without the salt nobody can tell or try who it is. */
export const pseudonymOf = (salt: string, personId: string): string =>
  createHmac("sha256", Buffer.from(salt, "base64url")).update(personId).digest("hex");

/** What stands for a person's id once it is erased. */
export const erasedIdOf = (pseudonym: string): string => `${ERASED}${pseudonym}`;

/** Actors that are people: agents and administrators, and users of devices. */
export const isPerson = ({ kind }: Pick<Actor, "kind">): boolean => kind === "person" || kind === "user";

/** The id whose salt is needed to hash an entry; undefined for machines and for people who are erased. */
export function saltedIdOf({ actor }: Pick<AuditEntry, "actor">): string | undefined {
  return isPerson(actor) && !actor.id.startsWith(ERASED) ? actor.id : undefined;
}

/**
 * SHA-256 (base64url) over every field of an entry; a person stands in it by pseudonym, so an erased entry keeps its hash.
 * Undefined when the person's salt is not known.
 */
export function entryHash(entry: AuditEntry, salts: ReadonlyMap<string, string>): string | undefined {
  const { id, at, actor, action, phase, result, reason, deviceId, sessionId, correlationId } = entry;
  const personId = saltedIdOf(entry);
  const salt = personId === undefined ? undefined : salts.get(personId);
  if (personId !== undefined && salt === undefined) return undefined;
  const actorId = personId !== undefined && salt !== undefined ? erasedIdOf(pseudonymOf(salt, personId)) : actor.id;
  const optional = [result, reason, deviceId, sessionId].map((value) => value ?? null);
  const text = JSON.stringify([id, at, actorId, actor.kind, action, phase, ...optional, correlationId]);
  return createHash("sha256").update(text).digest("base64url");
}
