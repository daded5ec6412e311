import type { AuditEntry } from "./entry.ts";
import type { AuditLog, EntryIds, LateEntries, SealChain } from "./ports.ts";

type Deps = { auditLog: AuditLog; ids: EntryIds; late: LateEntries; now: () => Date };

/**
 * A write may take its time, clocks differ: so much before the last seal's end is looked through again. What is written
 * later than that is noted by whoever writes it (`LateEntries`).
 */
export const OVERLAP_MS = 15 * 60_000;

/** A note whose entry did not follow by then belongs to a write that failed; who tries it again notes it again. */
const NOTE_LIFE_MS = 60 * 60_000;

const READ_AT_ONCE = 25;

export const overlapping = (from: Date): Date => new Date(from.getTime() - OVERLAP_MS);

/** The ids in the seals that may hold entries since `since`, and in the last seal in any case. */
export async function sealedSince(chain: SealChain, since: Date): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { leaves, to } of chain.newestFirst()) {
    for (const { id } of leaves) ids.add(id);
    if (to <= since.toISOString()) break;
  }
  return ids;
}

/** Up to `most` entries of the range that are not among `sealed`, newest first. */
export async function unsealedIn(
  { auditLog }: Pick<Deps, "auditLog">,
  range: { from: Date; to: Date },
  sealed: ReadonlySet<string>,
  most: number,
): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for await (const entry of auditLog.read(range)) {
    if (sealed.has(entry.id)) continue;
    found.push(entry);
    if (found.length >= most) break;
  }
  return found;
}

/** Up to `most` entries of the range that are not among `sealed`, newest first, where nearly all are. */
export async function stragglersIn(
  { ids }: Pick<Deps, "ids">,
  range: { from: Date; to: Date },
  sealed: ReadonlySet<string>,
  most: number,
): Promise<AuditEntry[]> {
  const waiting = (await ids.within(range)).filter(({ id }) => !sealed.has(id));
  const newest = waiting.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, most);
  const found: AuditEntry[] = [];
  for (let start = 0; start < newest.length; start += READ_AT_ONCE) {
    const batch = newest.slice(start, start + READ_AT_ONCE);
    const entries = await Promise.all(batch.map(({ id, at }) => ids.find(id, at)));
    found.push(...entries.filter((entry) => entry !== undefined));
  }
  return found;
}

/** Up to `most` entries from before `before` that came late. Notes of what is sealed by now are struck off first. */
export async function lateBefore(
  { ids, late, now }: Pick<Deps, "ids" | "late" | "now">,
  before: Date,
  sealed: ReadonlySet<string>,
  most: number,
): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for (const { id, at, writtenAt } of await late.list()) {
    if (sealed.has(id)) await late.settle(id);
    else if (new Date(at) < before && found.length < most) {
      const entry = await ids.find(id, at);
      if (entry) found.push(entry);
      else if (now().getTime() - new Date(writtenAt).getTime() > NOTE_LIFE_MS) await late.settle(id);
    }
  }
  return found;
}
