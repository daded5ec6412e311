import { generateKeyPairSync, sign } from "node:crypto";
import type { AuditEntry } from "../../lib/audit/entry.ts";
import { LAST_US, timeOfId } from "../../lib/audit/id.ts";
import { rootOf, type Seal, type SealLine, sealHash, signedText } from "../../lib/audit/seal.ts";
import type { Exported } from "../sealed.ts";

/** A number from 0 up to `below`, the same ones for the same seed (mulberry32). */
export type Random = (below: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** An export that somebody tampered with, what the check has to say, and what the auditor knows from elsewhere. */
export type Tampered = Exported & { says: RegExp; knows?: { thumbprints: string[] } };
type Tampering = (whole: Whole, random: Random) => Tampered;

/** An export, read. */
export type Whole = { entries: AuditEntry[]; lines: SealLine[]; thumbprint: string };

const wholeOf = ({ entries, lines }: Pick<Whole, "entries" | "lines">): Exported => ({
  audit: entries.map((entry) => JSON.stringify(entry)),
  seals: lines.map((line) => JSON.stringify(line)),
});

const pick = <T>(all: readonly T[], random: Random): T => {
  const one = all[random(all.length)];
  if (one === undefined) throw new Error("nothing to choose from");
  return one;
};
const two = <T>(all: readonly T[], random: Random): [number, number, T, T] => {
  const first = random(all.length - 1);
  const second = first + 1 + random(all.length - first - 1);
  return [first, second, all[first] as T, all[second] as T];
};
const says = (what: string, { id }: Pick<AuditEntry, "id">) => new RegExp(`entry ${id} of .* was ${what}\\b`);
const oldestOf = (...entries: AuditEntry[]) => entries.sort((a, b) => (a.id < b.id ? 1 : -1))[0] as AuditEntry;
const newestFirst = (entries: AuditEntry[]) => entries.sort((a, b) => (a.id < b.id ? -1 : 1));

const otherText = (text: string | undefined, random: Random) => `${text ?? ""}${random(10)}`;
const edits: ((entry: AuditEntry, random: Random) => Partial<AuditEntry>)[] = [
  ({ action }) => ({ action: action === "session.close" ? "session.request" : "session.close" }),
  ({ phase }) => ({ phase: phase === "intent" ? "outcome" : "intent" }),
  ({ result }) => ({ result: result === "failed" ? "success" : "failed" }),
  ({ reason }, random) => ({ reason: otherText(reason, random) }),
  ({ deviceId }, random) => ({ deviceId: otherText(deviceId, random) }),
  ({ sessionId }, random) => ({ sessionId: otherText(sessionId, random) }),
  ({ correlationId }, random) => ({ correlationId: otherText(correlationId, random) }),
  ({ actor }, random) => ({ actor: { ...actor, id: otherText(actor.id, random) } }),
  ({ actor }) => ({ actor: { ...actor, kind: actor.kind === "application" ? "system" : "application" } }),
  ({ actor }) => ({ actor: { ...actor, id: `erased:${"0".repeat(64)}` } }),
];

const idAt = (us: bigint, random: Random) =>
  `${String(LAST_US - us).padStart(19, "0")}-${random(0xffffffff).toString(16).padStart(16, "0")}`;

const onEntries: Record<string, Tampering> = {
  "an entry edited": ({ entries, lines }, random) => {
    const entry = pick(entries, random);
    const edited = { ...entry, ...pick(edits, random)(entry, random) };
    return {
      ...wholeOf({ entries: entries.map((each) => (each === entry ? edited : each)), lines }),
      says: says("edited", entry),
    };
  },
  "a part of an entry left out": ({ entries, lines }, random) => {
    const entry = pick(
      entries.filter(({ deviceId }) => deviceId),
      random,
    );
    const { deviceId: _, ...rest } = entry;
    return {
      ...wholeOf({ entries: entries.map((each) => (each === entry ? rest : each)), lines }),
      says: says("edited", entry),
    };
  },
  "an entry made unreadable": ({ entries, lines }, random) => {
    const entry = pick(entries, random);
    const { audit, seals } = wholeOf({ entries, lines });
    const line = JSON.stringify(entry);
    const broken = pick([line.slice(0, 80), line.replace("{", "[{"), line.replace('"phase"', '"phrase"')], random);
    return { audit: audit.map((each) => (each === line ? broken : each)), seals, says: says("edited", entry) };
  },
  "an entry removed": ({ entries, lines }, random) => {
    const entry = pick(entries, random);
    return { ...wholeOf({ entries: entries.filter((each) => each !== entry), lines }), says: says("removed", entry) };
  },
  "all before an entry removed": ({ entries, lines }, random) => {
    const kept = 1 + random(entries.length - 1);
    return {
      ...wholeOf({ entries: entries.slice(0, kept), lines }),
      says: says("removed", entries.at(-1) as AuditEntry),
    };
  },
  "an entry inserted": ({ entries, lines }, random) => {
    const model = pick(entries, random);
    const id = idAt(BigInt(timeOfId(model.id).getTime()) * 1000n + BigInt(random(1000)), random);
    const inserted = { ...model, id, correlationId: "made-up" };
    return { ...wholeOf({ entries: newestFirst([...entries, inserted]), lines }), says: says("inserted", inserted) };
  },
  "an entry inserted as a copy": ({ entries, lines }, random) => {
    const copy = pick(entries, random);
    const all = entries.flatMap((each) => (each === copy ? [each, each] : [each]));
    return { ...wholeOf({ entries: all, lines }), says: says("inserted", copy) };
  },
  "two entries that exchanged ids": ({ entries, lines }, random) => {
    const [, , a, b] = two(entries, random);
    const all = entries.map((each) => (each === a ? { ...a, id: b.id } : each === b ? { ...b, id: a.id } : each));
    return { ...wholeOf({ entries: newestFirst(all), lines }), says: says("moved", oldestOf(a, b)) };
  },
  "two entries that exchanged times": ({ entries, lines }, random) => {
    const a = pick(entries, random);
    const b = pick(
      entries.filter(({ at }) => at !== a.at),
      random,
    );
    const all = entries.map((each) => (each === a ? { ...a, at: b.at } : each === b ? { ...b, at: a.at } : each));
    return { ...wholeOf({ entries: all, lines }), says: says("moved", oldestOf(a, b)) };
  },
  "two entries that exchanged days": ({ entries, lines }, random) => {
    const a = pick(entries, random);
    const others = entries.filter(({ at }) => at.slice(0, 10) !== a.at.slice(0, 10));
    const b = pick(others, random);
    const all = entries.map((each) =>
      each === a ? { ...a, id: b.id, at: b.at } : each === b ? { ...b, id: a.id, at: a.at } : each,
    );
    return { ...wholeOf({ entries: newestFirst(all), lines }), says: says("moved", oldestOf(a, b)) };
  },
  "an entry given another time and id": ({ entries, lines }, random) => {
    const entry = pick(entries, random);
    const at = new Date(timeOfId(pick(entries, random).id).getTime() + 1 + random(1000));
    const moved = { ...entry, id: idAt(BigInt(at.getTime()) * 1000n, random), at: at.toISOString() };
    const all = entries.map((each) => (each === entry ? moved : each));
    return { ...wholeOf({ entries: newestFirst(all), lines }), says: says("moved", entry) };
  },
  "a line put elsewhere": ({ entries, lines }, random) => {
    const [first, second, a, b] = two(entries, random);
    const all = [...entries];
    all.splice(second, 1);
    all.splice(first, 0, b);
    // Between neighbours nobody can tell which of the two was moved.
    const ids = second === first + 1 ? `(${a.id}|${b.id})` : b.id;
    return { ...wholeOf({ entries: all, lines }), says: says("moved", { id: ids }) };
  },
  "a person's salt changed or removed": ({ entries, lines }, random) => {
    const people = lines.filter((line) => line.kind === "person");
    const person = pick(people, random);
    const hit = oldestOf(...entries.filter(({ actor }) => actor.id === person.id));
    const other = random(2) ? [{ ...person, salt: "A".repeat(43) }] : [];
    const changed = lines.flatMap((line) => (line === person ? other : [line]));
    return { ...wholeOf({ entries, lines: changed }), says: says("edited", hit) };
  },
};

type SealLineOf = Extract<SealLine, { kind: "seal" }>;
const sealsOf = (lines: readonly SealLine[]) => lines.filter((line) => line.kind === "seal");
const replaced = (lines: readonly SealLine[], seal: SealLineOf, by: SealLineOf) =>
  lines.map((line) => (line === seal ? by : line));

const otherHash = (hash: string) => `${hash.startsWith("A") ? "B" : "A"}${hash.slice(1)}`;
const laterBy = (at: string, ms: number) => new Date(new Date(at).getTime() + ms).toISOString();
const sealEdits: ((seal: SealLineOf, random: Random) => SealLineOf)[] = [
  (seal) => ({ ...seal, at: laterBy(seal.at, 1) }),
  (seal) => ({ ...seal, to: laterBy(seal.to, 60_000) }),
  (seal) => ({ ...seal, keptFrom: laterBy(seal.keptFrom, 86_400_000) }),
  (seal) => ({ ...seal, merkleRoot: otherHash(seal.merkleRoot) }),
  (seal) => ({ ...seal, signature: otherHash(seal.signature) }),
  (seal) => ({ ...seal, key: "another" }),
  (seal) => ({ ...seal, leaves: seal.leaves.slice(1) }),
  (seal) => ({ ...seal, leaves: [...seal.leaves].reverse() }),
  (seal) => ({
    ...seal,
    leaves: seal.leaves.map((leaf, index) => (index ? leaf : { ...leaf, hash: otherHash(leaf.hash) })),
  }),
  (seal, random) => ({
    ...seal,
    leaves: seal.leaves.map((leaf, index) => (index ? leaf : { ...leaf, id: idAt(1n, random) })),
  }),
];

const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });
const strangerJwk = () => {
  const { x = "", y = "" } = stranger.publicKey.export({ format: "jwk" });
  return { kty: "EC" as const, crv: "P-256" as const, x, y };
};
const signedByStranger = (seal: SealLineOf): SealLineOf => {
  const key = { key: stranger.privateKey, dsaEncoding: "ieee-p1363" as const };
  return { ...seal, signature: sign("sha256", Buffer.from(signedText(seal)), key).toString("base64url") };
};

/** The whole chain made anew from `changed` on, as somebody with another key would. */
function madeAnew(lines: readonly SealLine[], change: (seal: SealLineOf) => SealLineOf): SealLine[] {
  let last: Seal | undefined;
  return lines.map((line) => {
    if (line.kind === "key") return { ...line, jwk: strangerJwk() };
    if (line.kind === "end" && last) return { ...line, hash: sealHash(last) };
    if (line.kind !== "seal") return line;
    const changed = change(line);
    const merkleRoot = rootOf(changed.leaves);
    const made = signedByStranger({ ...changed, merkleRoot, previous: last ? sealHash(last) : "" });
    last = made;
    return made;
  });
}

const onSeals: Record<string, Tampering> = {
  "a seal changed": ({ entries, lines }, random) => {
    const seal = pick(
      sealsOf(lines).filter(({ leaves }) => leaves.length > 1),
      random,
    );
    const changed = replaced(lines, seal, pick(sealEdits, random)(seal, random));
    return { ...wholeOf({ entries, lines: changed }), says: new RegExp(`Seal ${seal.sequence} of`) };
  },
  "a seal removed": ({ entries, lines }, random) => {
    const seal = pick(sealsOf(lines), random);
    const isLast = seal === sealsOf(lines).at(-1);
    const named = isLast ? /Seals are missing at the end/ : new RegExp(`Seal ${seal.sequence + 1} of .*missing`);
    return { ...wholeOf({ entries, lines: lines.filter((line) => line !== seal) }), says: named };
  },
  "the end of the seals cut off": ({ entries, lines }, random) => {
    const kept = 1 + random(sealsOf(lines).length - 1);
    const gone = sealsOf(lines).slice(kept);
    const rest = lines.filter((line) => !gone.some((seal) => seal === line));
    return { ...wholeOf({ entries, lines: rest }), says: new RegExp(`missing at the end.*after seal ${kept} `) };
  },
  "the end cut off, and the export's last line made to fit": ({ entries, lines }, random) => {
    const all = sealsOf(lines);
    const kept = all.slice(0, 1 + random(Math.floor(all.length / 2)));
    const last = kept.at(-1) as SealLineOf;
    const rest = lines.flatMap((line): SealLine[] => {
      if (line.kind === "seal") return kept.includes(line) ? [line] : [];
      return [line.kind === "end" ? { ...line, sequence: last.sequence, hash: sealHash(last) } : line];
    });
    return { ...wholeOf({ entries, lines: rest }), says: new RegExp(`No seal follows seal ${last.sequence},`) };
  },
  "the export cut off": ({ entries, lines }, random) => {
    const kept = lines.slice(0, 2 + random(lines.length - 2));
    return { ...wholeOf({ entries, lines: kept }), says: /The export of the seals is cut off/ };
  },
  "a seal signed by somebody else": ({ entries, lines }, random) => {
    const seal = pick(sealsOf(lines), random);
    const changed = replaced(lines, seal, signedByStranger(seal));
    return { ...wholeOf({ entries, lines: changed }), says: new RegExp(`Seal ${seal.sequence} of .*signature`) };
  },
  "the whole chain made anew with another key": ({ entries, lines, thumbprint }, random) => {
    const entry = pick(entries, random);
    const without = (seal: SealLineOf) => ({ ...seal, leaves: seal.leaves.filter(({ id }) => id !== entry.id) });
    const audit = entries.filter((each) => each !== entry);
    const exported = wholeOf({ entries: audit, lines: madeAnew(lines, without) });
    return { ...exported, says: /Seal 1 of .*thumbprint/, knows: { thumbprints: [thumbprint] } };
  },
  "two seals exchanged": ({ entries, lines }, random) => {
    const [, , a, b] = two(sealsOf(lines), random);
    const changed = lines.map((line) => (line === a ? b : line === b ? a : line));
    return { ...wholeOf({ entries, lines: changed }), says: new RegExp(`Seal ${b.sequence} of`) };
  },
};

export const tamperings: Record<string, Tampering> = { ...onEntries, ...onSeals };
