import { checkEntries, type Range } from "./verify-entries.ts";
import { checkSeals, type Known } from "./verify-seals.ts";

export type Verdict = {
  isWhole: boolean;
  /** What was checked and found, for people: one statement a line. */
  lines: string[];
};

type Exports = { audit: AsyncIterable<string>; seals: AsyncIterable<string> };

/**
 * Checks an export of the audit against an export of its seals that was made before it. It needs memory for one id and hash
 * per sealed entry, nothing else grows with the exports.
 */
export async function verifyAudit({ audit, seals }: Exports, known: Known & Range): Promise<Verdict> {
  const chain = await checkSeals(seals, known);
  if (chain.problem) return { isWhole: false, lines: [`${chain.count} seals are right, then: ${chain.problem}`] };
  const { count, unsealedCount, first, overdue } = await checkEntries(audit, chain, known);
  const { last } = chain;
  const lines = [`Checked ${count} entries against ${chain.count} seals.`];
  if (first) {
    const { id, at, what, note } = first;
    lines.push(`The first that is wrong: entry ${id} of ${at.toISOString()} was ${what}${note ? ` (${note})` : ""}.`);
  }
  if (overdue) {
    const { id, at } = overdue;
    lines.push(
      `Entry ${id} of ${at.toISOString()} has no seal: the seals end with ${last?.sequence} at ${last?.to}. They were cut off, or sealing has stopped.`,
    );
  }
  const isWhole = !first && !overdue;
  if (isWhole) lines.push("Nothing was edited, removed, inserted or moved.");
  lines.push(
    `${unsealedCount} not sealed yet, ${chain.lateCount} sealed late. Entries are kept from ${last?.keptFrom} on; months before it may have been dropped.`,
    `Signed with the keys of thumbprint ${chain.thumbprints.join(", ")}. The last seal is ${last?.sequence}, ${chain.lastHash}: keep both elsewhere.`,
  );
  return { isWhole, lines };
}
