import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { timeOfId } from "./id.ts";
import { type PublicKey, rootOf, type Seal, sealHash, sealLineSchema, signedText, thumbprintOf } from "./seal.ts";

/** What an auditor knows from elsewhere. */
export type Known = {
  /** Only entries from then on are looked at; the seals may then begin later than with the first. */
  from?: Date | undefined;
  /** RFC 7638 thumbprints: no other key may have signed. */
  thumbprints?: readonly string[] | undefined;
  /** The hash of a seal seen earlier: it must still stand in the chain. */
  sealHash?: string | undefined;
};

/** The chain as it was read: what it says of entries, and how far it goes. `problem` names the first seal that is wrong. */
export type CheckedSeals = {
  /** Audit id -> hash of the entry. */
  sealed: Map<string, string>;
  salts: Map<string, string>;
  waiting: Set<string>;
  thumbprints: string[];
  count: number;
  lateCount: number;
  last: Seal | undefined;
  lastHash: string;
  until: Date | undefined;
  problem: string | undefined;
};

type Keys = Map<string, { thumbprint: string; key: KeyObject | undefined }>;

/** There is a seal each hour at least; a quarter of one is left for whatever delays it. */
const SILENCE_MS = 75 * 60_000;

/** Reads an export of seals line by line, and stops at the first one that is not as it was made. */
export async function checkSeals(lines: AsyncIterable<string>, known: Known): Promise<CheckedSeals> {
  const keys: Keys = new Map();
  const checked: CheckedSeals = {
    sealed: new Map(),
    salts: new Map(),
    waiting: new Set(),
    thumbprints: [],
    count: 0,
    lateCount: 0,
    last: undefined,
    lastHash: "",
    until: undefined,
    problem: undefined,
  };
  let number = 0;
  let isKnownSealSeen = known.sealHash === undefined;
  for await (const text of lines) {
    number += 1;
    if (text === "") continue;
    const line = sealLineSchema.safeParse(jsonOf(text)).data;
    if (!line) return failed(checked, `Line ${number} of the seals${after(checked)} cannot be read.`);
    if (checked.until) return failed(checked, `Line ${number} of the seals stands after their end.`);
    if (line.kind === "key") {
      const thumbprint = thumbprintOf(line.jwk);
      keys.set(line.id, { thumbprint, key: keyOf(line.jwk) });
      checked.thumbprints.push(thumbprint);
    } else if (line.kind === "person") checked.salts.set(line.id, line.salt);
    else if (line.kind === "waiting") checked.waiting.add(line.id);
    else if (line.kind === "end") {
      if (line.sequence !== (checked.last?.sequence ?? 0) || line.hash !== checked.lastHash)
        return failed(checked, `Seals are missing at the end: seal ${line.sequence} is the last one${after(checked)}.`);
      checked.until = new Date(line.until);
    } else {
      const { kind: _, ...seal } = line;
      const problem = sealProblem(seal, checked, keys, known);
      if (problem) return failed(checked, `Seal ${seal.sequence} of ${seal.at}: ${problem}`);
      take(checked, seal);
      isKnownSealSeen ||= checked.lastHash === known.sealHash;
    }
  }
  if (!checked.until) return failed(checked, `The export of the seals is cut off${after(checked)}. Export it again.`);
  if (!isKnownSealSeen)
    return failed(checked, "The seal you know does not stand in the chain: it was cut off or made anew.");
  return checkEnd(checked, checked.until);
}

function checkEnd(checked: CheckedSeals, until: Date): CheckedSeals {
  const { last } = checked;
  if (!last) return failed(checked, "There is no seal at all.");
  if (until.getTime() - new Date(last.to).getTime() <= SILENCE_MS) return checked;
  return failed(
    checked,
    `No seal follows seal ${last.sequence}, which ends at ${last.to}, though there is one each hour: they were cut off, or sealing has stopped.`,
  );
}

/** Why a seal does not follow from the one before, or was not signed as it is. */
function sealProblem(
  seal: Seal,
  { last, lastHash, sealed }: CheckedSeals,
  keys: Keys,
  { from, thumbprints }: Known,
): string | undefined {
  const isFirst = !last;
  if (isFirst && seal.sequence !== 1 && !from)
    return "seals before it are missing. For a part of the audit, say from when on (--from).";
  if (isFirst && seal.sequence !== 1 && from && seal.from > from.toISOString()) return "seals before it are missing.";
  if (isFirst && seal.sequence === 1 && seal.previous !== "") return "it names a seal before it, but is the first.";
  if (last && seal.sequence !== last.sequence + 1)
    return `it follows seal ${last.sequence}: seals are missing, or their order was changed.`;
  if (last && (seal.previous !== lastHash || seal.from !== last.to))
    return `it does not follow from seal ${last.sequence}: one of them was changed or exchanged.`;
  const key = keys.get(seal.key);
  if (!key) return "it was signed with a key that is not the connector's.";
  if (thumbprints?.length && !thumbprints.includes(key.thumbprint))
    return `its key has the thumbprint ${key.thumbprint}, which is not one that you named.`;
  if (rootOf(seal.leaves) !== seal.merkleRoot) return "the entries it lists are not the ones it was made for.";
  if (!isSigned(seal, key.key)) return "its signature is not the connector's: it was changed or made by somebody else.";
  const contradicted = seal.leaves.find(({ id, hash }) => (sealed.get(id) ?? hash) !== hash);
  return contradicted && `it contradicts an earlier seal about the entry ${contradicted.id}.`;
}

function keyOf(jwk: PublicKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    // Not a point of the curve: it signed nothing.
    return undefined;
  }
}

function isSigned(seal: Seal, key: KeyObject | undefined): boolean {
  const signature = Buffer.from(seal.signature, "base64url");
  if (!key || signature.toString("base64url") !== seal.signature) return false;
  return verify("sha256", Buffer.from(signedText(seal)), { key, dsaEncoding: "ieee-p1363" }, signature);
}

function take(checked: CheckedSeals, seal: Seal) {
  for (const { id, hash } of seal.leaves) {
    if (timeOfId(id).toISOString() < seal.from && !checked.sealed.has(id) && checked.last) checked.lateCount += 1;
    checked.sealed.set(id, hash);
  }
  checked.count += 1;
  checked.last = seal;
  checked.lastHash = sealHash(seal);
}

const failed = (checked: CheckedSeals, problem: string): CheckedSeals => ({ ...checked, problem });
const after = ({ last }: CheckedSeals) => (last ? `, after seal ${last.sequence} of ${last.at}` : "");

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: no schema takes it.
    return undefined;
  }
}
