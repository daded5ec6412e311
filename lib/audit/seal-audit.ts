import type { AuditEntry } from "./entry.ts";
import { entryHash } from "./entry-hash.ts";
import type {
  AuditIndex,
  AuditLog,
  EntryIds,
  LateEntries,
  PeopleStore,
  SealChain,
  SealKeys,
  SealProgress,
  SealTail,
} from "./ports.ts";
import { makeSaltsOf } from "./salts.ts";
import { type Leaf, rootOf, type Seal, sealHash, signedText } from "./seal.ts";
import { lateBefore, overlapping, sealedSince, stragglersIn, unsealedIn } from "./unsealed.ts";

type Deps = {
  auditLog: AuditLog;
  ids: EntryIds;
  index: AuditIndex;
  late: LateEntries;
  people: PeopleStore;
  chain: SealChain;
  keys: SealKeys;
  progress: SealProgress;
  now: () => Date;
  newSalt: () => string;
  oldestKept: () => Date;
};

const MINUTE_MS = 60_000;
/** A chain that says nothing for longer than this was cut off, or sealing has stopped. */
const SILENCE_MS = 60 * MINUTE_MS;
const MAX_LEAVES = 5_000;
const MAX_LATE = 1_000;
const MAX_SEALS_A_RUN = 200;
const MAX_READS = 3;

type SaltsOf = ReturnType<typeof makeSaltsOf>;
type Batch = { entries: AuditEntry[]; to: Date; leaves: Leaf[] };

/**
 * Each minute: seals what is not sealed yet of the minutes that are over, in as many seals as it takes. Every entry is
 * sealed at least once; cut off anywhere, the next run goes on. Of two at once, one appends and the other one's seal is
 * dropped.
 */
export function makeSealAudit(deps: Deps) {
  const saltsOf = makeSaltsOf(deps);
  return async (): Promise<void> => {
    for (let seals = 0; seals < MAX_SEALS_A_RUN; seals += 1) {
      if (!(await sealNext(deps, saltsOf))) return;
    }
  };
}

/** True when there may be more to seal. */
async function sealNext(deps: Deps, saltsOf: SaltsOf): Promise<boolean> {
  const { chain, index, progress, late, now, oldestKept } = deps;
  const tail = await chain.tail();
  const from = tail.last ? new Date(tail.last.to) : oldestKept();
  const until = new Date(Math.floor(now().getTime() / MINUTE_MS - 1) * MINUTE_MS);
  if (until <= from) return false;

  const batch = await batchOf(deps, saltsOf, from, until);
  if (!batch) return false;
  const isSilent = batch.entries.length === 0 && batch.to.getTime() === until.getTime();
  if (isSilent && tail.last && until.getTime() - from.getTime() < SILENCE_MS) return false;

  // Before the seal: what is sealed is looked for by the index alone.
  await index.add(batch.entries);
  const isOurs = await chain.append(tail, await sealOf(deps, tail, from, batch));
  if (!isOurs) return false;
  await progress.write({ to: batch.to });
  for (const { id, at } of batch.entries) if (new Date(at) < overlapping(from)) await late.settle(id);
  return batch.to < until;
}

/**
 * What the next seal holds: entries since `from`, stragglers and late ones. When there are too many, the range is halved
 * until they fit. Undefined while a person among them is being erased: it waits for the next minute.
 */
async function batchOf(deps: Deps, saltsOf: SaltsOf, from: Date, until: Date): Promise<Batch | undefined> {
  const sealed = await sealedSince(deps.chain, overlapping(from));
  const read = async () => {
    const overlap = { from: overlapping(from), to: from };
    const stragglers = await stragglersIn(deps, overlap, sealed, MAX_LEAVES + 1);
    const lateOnes = await lateBefore(deps, overlap.from, sealed, MAX_LATE);
    for (let to = until; ; to = new Date(Math.floor((from.getTime() + to.getTime()) / 2))) {
      const fresh = await unsealedIn(deps, { from, to }, sealed, MAX_LEAVES + 1 - stragglers.length);
      const entries = [...fresh, ...stragglers];
      if (entries.length <= MAX_LEAVES || to <= from) return { entries: [...entries, ...lateOnes], to };
    }
  };

  // A salt that was not there when the entries were read may have come after an erasure that changed them: so hashes count
  // only when entries read after the salts have the same ones.
  let rootSeen = "";
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const { entries, to } = await read();
    if (entries.length === 0) return { entries, to, leaves: [] };
    entries.sort((a, b) => (a.id < b.id ? 1 : -1));
    const salts = await saltsOf(entries);
    if (!salts) return undefined;
    const leaves = entries.map((entry) => ({ id: entry.id, hash: entryHash(entry, salts) ?? "" }));
    const root = rootOf(leaves);
    if (root === rootSeen) return { entries, to, leaves };
    rootSeen = root;
  }
  return undefined;
}

async function sealOf(
  { keys, now, oldestKept }: Deps,
  { last }: SealTail,
  from: Date,
  { leaves, to }: Batch,
): Promise<Seal> {
  const unsigned = {
    v: 1 as const,
    sequence: (last?.sequence ?? 0) + 1,
    at: now().toISOString(),
    from: from.toISOString(),
    to: to.toISOString(),
    keptFrom: oldestKept().toISOString(),
    leaves,
    merkleRoot: rootOf(leaves),
    previous: last ? sealHash(last) : "",
    key: await keys.current(),
  };
  return { ...unsigned, signature: await keys.sign(unsigned.key, signedText(unsigned)) };
}
