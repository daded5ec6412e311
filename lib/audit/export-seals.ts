import type { EntryIds, LateEntries, PeopleStore, SealChain, SealKeys } from "./ports.ts";
import { type SealLine, sealHash } from "./seal.ts";
import { lateBefore, overlapping, sealedSince, stragglersIn } from "./unsealed.ts";

type Deps = {
  ids: EntryIds;
  late: LateEntries;
  people: PeopleStore;
  chain: SealChain;
  keys: SealKeys;
  now: () => Date;
};
type Range = { from?: Date | undefined; to?: Date | undefined };

const MAX_WAITING = 10_000;

/** All that is needed to check an export of the audit. The keys are read first: without them nothing is answered. */
export function makeExportSeals(deps: Deps) {
  return async (range: Range): Promise<AsyncIterable<SealLine>> => {
    const keys = await deps.keys.all();
    const { last } = await deps.chain.tail();
    return linesOf(deps, keys, last && { sequence: last.sequence, to: new Date(last.to) }, range);
  };
}

async function* linesOf(
  deps: Deps,
  keys: Awaited<ReturnType<SealKeys["all"]>>,
  last: { sequence: number; to: Date } | undefined,
  { from, to }: Range,
): AsyncIterable<SealLine> {
  const { people, chain, now } = deps;
  const until = to && to < now() ? to : now();
  for (const key of keys) yield { kind: "key", ...key };
  for await (const { id, salt } of people.all()) yield { kind: "person", id, salt };

  let end = { sequence: 0, hash: "" };
  for await (const seal of last ? chain.oldestFirst(from) : []) {
    if (seal.sequence > (last?.sequence ?? 0) || seal.at > until.toISOString()) break;
    if (from && seal.to <= from.toISOString()) continue;
    yield { kind: "seal", ...seal };
    end = { sequence: seal.sequence, hash: sealHash(seal) };
  }
  if (last) {
    for (const id of await waitingBefore(deps, last.to)) yield { kind: "waiting", id };
  }
  yield { kind: "end", until: until.toISOString(), ...end };
}

/** Entries from before the last seal's end that came after it was made: the next one holds them. */
async function waitingBefore(deps: Deps, to: Date): Promise<string[]> {
  const sealed = await sealedSince(deps.chain, overlapping(to));
  const stragglers = await stragglersIn(deps, { from: overlapping(to), to }, sealed, MAX_WAITING);
  const late = await lateBefore(deps, overlapping(to), sealed, MAX_WAITING);
  return [...stragglers, ...late].map(({ id }) => id);
}
