import type { AuditEntry } from "./entry.ts";
import type { AuditLog, LateEntries, SealChain } from "./ports.ts";

type Deps = { auditLog: AuditLog; late: LateEntries; chain: SealChain; now: () => Date };

/**
 * A write may take its time, clocks differ: so much before the last seal's end is looked through again. What is written
 * later than that is noted by whoever writes it (`LateEntries`).
 */
export const OVERLAP_MS = 15 * 60_000;

/** A note whose entry did not follow by then belongs to a write that failed; who tries it again notes it again. */
const NOTE_LIFE_MS = 60 * 60_000;

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

/** Up to `most` entries from before `before` that came late. Notes of what is sealed by now are struck off first. */
export async function lateBefore(
  { auditLog, late, now }: Deps,
  before: Date,
  sealed: ReadonlySet<string>,
  most: number,
): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for (const { id, at, writtenAt } of await late.list()) {
    if (sealed.has(id)) await late.settle(id);
    else if (new Date(at) < before && found.length < most) {
      const entry = await entryOf(auditLog, id, new Date(at));
      if (entry) found.push(entry);
      else if (now().getTime() - new Date(writtenAt).getTime() > NOTE_LIFE_MS) await late.settle(id);
    }
  }
  return found;
}

async function entryOf(auditLog: AuditLog, id: string, at: Date): Promise<AuditEntry | undefined> {
  for await (const entry of auditLog.read({ from: at, to: new Date(at.getTime() + 1) })) {
    if (entry.id === id) return entry;
  }
  return undefined;
}
