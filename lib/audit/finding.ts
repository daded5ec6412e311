import type { AuditEntry } from "./entry.ts";
import { entryHash } from "./entry-hash.ts";
import { timeOfId } from "./id.ts";

/** An entry that is not as it was sealed. Id and time are the sealed ones; those of an inserted entry are its own. */
export type Finding = { what: "edited" | "removed" | "inserted" | "moved"; id: string; at: Date; note?: string };

type Suspects = {
  /** Entries whose id was sealed with something else. */
  changed: readonly AuditEntry[];
  /** Entries whose id was never sealed. */
  extra: readonly AuditEntry[];
  /** Ids that were sealed and do not stand in the export. */
  gone: readonly string[];
};

/**
 * Tells what happened to suspects. Moved is an entry that would be right under another id or time: the one of a sealed entry
 * that is missing or changed itself.
 */
export function foundAmong(
  { changed, extra, gone }: Suspects,
  sealed: ReadonlyMap<string, string>,
  salts: ReadonlyMap<string, string>,
): Finding[] {
  const places = new Set([...changed.map(({ id }) => id), ...gone]);
  const moved = new Map<string, AuditEntry>();
  for (const entry of [...changed, ...extra]) {
    const place = [entry.id, ...places].find((id) => places.has(id) && !moved.has(id) && belongsTo(entry, id));
    if (place !== undefined) moved.set(place, entry);
  }
  function belongsTo(entry: AuditEntry, id: string) {
    const times = new Set([entry.at, timeOfId(id).toISOString()]);
    return [...times].some((at) => entryHash({ ...entry, id, at }, salts) === sealed.get(id));
  }

  const explained = new Set(moved.values());
  const isOpen = (entry: AuditEntry) => !explained.has(entry);
  return [
    ...[...moved].map(([id, entry]) => movedTo(id, entry)),
    ...changed.filter(isOpen).map(({ id }) => ({ what: "edited" as const, id, at: timeOfId(id) })),
    ...extra.filter(isOpen).map(({ id }) => ({ what: "inserted" as const, id, at: timeOfId(id) })),
    ...gone.filter((id) => !moved.has(id)).map((id) => ({ what: "removed" as const, id, at: timeOfId(id) })),
  ];
}

function movedTo(id: string, entry: AuditEntry): Finding {
  const note = entry.id === id ? `its time was changed to ${entry.at}` : `it stands as ${entry.id} at ${entry.at}`;
  return { what: "moved", id, at: timeOfId(id), note };
}
