import { type AuditEntry, auditEntrySchema } from "./entry.ts";
import { entryHash } from "./entry-hash.ts";
import { type Finding, foundAmong } from "./finding.ts";
import { auditIdPattern, timeOfId } from "./id.ts";
import { type CheckedSeals, jsonOf } from "./verify-seals.ts";

export type CheckedEntries = {
  count: number;
  /** Too young for a seal when the seals were exported. */
  unsealedCount: number;
  /** The oldest entry that is not as it was sealed. */
  first: Finding | undefined;
  /** The oldest entry that should have been sealed by then, newer than the last seal. */
  overdue: Finding | undefined;
};

/** Times are inclusive `from`, exclusive `to`. */
export type Range = { from?: Date | undefined; to?: Date | undefined };

/** Entries may be so old before they must have a seal. */
const PATIENCE_MS = 15 * 60_000;

/** Of each kind of suspect the oldest are kept: what is found first is among them. */
const MOST_SUSPECTS = 200;

/** Compares an export of the audit, newest first, with what was sealed, line by line. */
export async function checkEntries(
  lines: AsyncIterable<string>,
  { sealed, salts, waiting, last, until = new Date(0) }: CheckedSeals,
  { from, to }: Range,
): Promise<CheckedEntries> {
  const isInRange = (at: Date) => (!from || at >= from) && (!to || at < to);
  const isDemanded = (id: string) => isInRange(timeOfId(id)) && timeOfId(id) >= new Date(last?.keptFrom ?? 0);
  const missing = new Set([...sealed.keys()].filter(isDemanded));
  const suspects = { changed: [] as AuditEntry[], extra: [] as AuditEntry[], unreadable: [] as Finding[] };
  const misplaced = makeOrder();
  let overdue: Finding | undefined;
  let nearby = until;
  let [count, unsealedCount, number] = [0, 0, 0];

  for await (const text of lines) {
    number += 1;
    if (text === "") continue;
    const entry = readEntry(text);
    if (!entry) {
      const finding = unreadable(text, number, sealed, nearby);
      missing.delete(finding.id);
      keepOldest(suspects.unreadable, finding);
      continue;
    }
    const at = timeOfId(entry.id);
    nearby = at;
    if (!isInRange(at)) continue;
    count += 1;
    misplaced.look(entry.id);
    missing.delete(entry.id);
    const hash = sealed.get(entry.id);
    if (hash !== undefined) {
      if (hash !== entryHash(entry, salts)) keepOldest(suspects.changed, entry);
    } else if (waiting.has(entry.id)) unsealedCount += 1;
    else if (at < new Date(last?.to ?? 0)) keepOldest(suspects.extra, entry);
    else if (until.getTime() - at.getTime() <= PATIENCE_MS) unsealedCount += 1;
    else overdue = { what: "inserted", id: entry.id, at };
  }

  const gone = [...missing].sort((a, b) => (a < b ? 1 : -1)).slice(0, MOST_SUSPECTS);
  const found = [...foundAmong({ ...suspects, gone }, sealed, salts), ...suspects.unreadable];
  // Where each entry by itself is right, one may still stand in the wrong place of the export, or twice.
  const [first] = (found.length > 0 ? found : misplaced.found).sort(oldestFirst);
  return { count, unsealedCount, first, overdue };
}

/** Ids tell apart what happened within a millisecond: later ones sort first. */
const oldestFirst = (a: Finding, b: Finding) => a.at.getTime() - b.at.getTime() || (a.id < b.id ? 1 : -1);

function keepOldest<T>(kept: T[], one: T) {
  kept.push(one);
  if (kept.length > MOST_SUSPECTS) kept.shift();
}

function readEntry(text: string): AuditEntry | undefined {
  const entry = auditEntrySchema.safeParse(jsonOf(text)).data;
  return entry && auditIdPattern.test(entry.id) ? entry : undefined;
}

/** A line that is no entry: one that was edited, if it still says which; else one that somebody put there. */
function unreadable(text: string, line: number, sealed: ReadonlyMap<string, string>, nearby: Date): Finding {
  const id = /"id":\s*"(\d{19}-[0-9a-f]{16})"/.exec(text)?.[1];
  const note = `line ${line} is not an audit entry`;
  if (id === undefined) return { what: "inserted", id: `line ${line}`, at: nearby, note };
  return { what: sealed.has(id) ? "edited" : "inserted", id, at: timeOfId(id), note };
}

/** Ids ascend in an export, since later entries sort first. */
function makeOrder() {
  const found: Finding[] = [];
  let [before, beforeThat] = ["", ""];
  return {
    found,
    look(id: string) {
      if (id === before) found.push({ what: "inserted", id, at: timeOfId(id), note: "it stands there twice" });
      // Without the one before, the order would be right: then that one stands too early, else this one too late.
      const moved = id > beforeThat ? before : id;
      if (id < before) found.push({ what: "moved", id: moved, at: timeOfId(moved), note: "the order was changed" });
      [beforeThat, before] = [before, id];
    },
  };
}
