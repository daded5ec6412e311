import { createPublicKey, verify } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import { entryHash, erasedIdOf } from "../../../lib/audit/entry-hash.ts";
import { rootOf, sealHash, signedText } from "../../../lib/audit/seal.ts";
import { makeSealAudit } from "../../../lib/audit/seal-audit.ts";
import { ANA, type AuditInMemory, anEntry, idAt, minute, OLDEST_KEPT, startAudit } from "./an-audit.ts";

let audit: AuditInMemory;
let seal: () => Promise<void>;
beforeEach(() => {
  audit = startAudit();
  seal = makeSealAudit(audit);
});

/** The minutes whose entries each seal holds. */
const sealed = () => audit.seals.map(({ leaves }) => leaves.map(({ id }) => id));
const idsOf = (...minutes: number[]) => minutes.map((at) => idAt(minute(at)));
const sealAt = async (at: number) => {
  audit.setClock(at);
  await seal();
};

describe("A seal", () => {
  test("holds the entries of the minutes that are over, oldest first, and says all that is promised", async () => {
    audit.write(anEntry(-60), anEntry(0), anEntry(0.999), anEntry(1), anEntry(-76));
    await sealAt(2.5);
    const leaves = [-60, 0, 0.999].map((at) => {
      const entry = anEntry(at);
      return { id: entry.id, hash: entryHash(entry, new Map()) };
    });
    const [first] = audit.seals;
    expect(first).toEqual({
      v: 1,
      sequence: 1,
      at: minute(2.5).toISOString(),
      from: OLDEST_KEPT.toISOString(),
      to: minute(1).toISOString(),
      keptFrom: OLDEST_KEPT.toISOString(),
      leaves,
      merkleRoot: first && rootOf(first.leaves),
      previous: "",
      key: "v1",
      signature: expect.any(String),
    });
    expect(audit.reached).toEqual([minute(1)]);
  });

  test("stands after its entries are indexed: what is sealed is looked for there alone", async () => {
    audit.write(anEntry(-60), anEntry(0));
    const append: AuditInMemory["chain"]["append"] = async (tail, made) => {
      expect([...audit.indexed].sort()).toEqual(idsOf(-60, 0).sort());
      return audit.chain.append(tail, made);
    };
    audit.setClock(2.5);
    await makeSealAudit({ ...audit, chain: { ...audit.chain, append } })();
    expect(audit.seals).toHaveLength(1);
  });

  test("is not made when its entries cannot be indexed; the next minute makes up for it", async () => {
    audit.write(anEntry(0));
    audit.setClock(2.5);
    const index = { add: () => Promise.reject(new Error("the index is away")) };
    await expect(makeSealAudit({ ...audit, index })()).rejects.toThrow("the index is away");
    expect(audit.seals).toEqual([]);
    await seal();
    expect(audit.seals).toHaveLength(1);
  });

  test("is signed with the key it names", async () => {
    await sealAt(2);
    const [first] = audit.seals;
    const [key] = await audit.keys.all();
    const publicKey = createPublicKey({ key: key?.jwk ?? {}, format: "jwk" });
    const signature = Buffer.from(first?.signature ?? "", "base64url");
    const text = Buffer.from(first ? signedText(first) : "");
    expect(verify("sha256", text, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature)).toBe(true);
  });

  test("follows from the one before", async () => {
    await sealAt(2);
    audit.write(anEntry(1), anEntry(2));
    await sealAt(4);
    const [first, second] = audit.seals;
    expect(second).toMatchObject({ sequence: 2, previous: first && sealHash(first), from: first?.to });
    expect(sealed()).toEqual([[], idsOf(1, 2)]);
    expect(audit.reached).toEqual([minute(1), minute(3)]);
  });

  test("holds people by the salts they have from then on", async () => {
    audit.write(anEntry(0, { actor: ANA }));
    await sealAt(2);
    const salts = new Map([[ANA.id, audit.known.get(ANA.id)?.salt ?? ""]]);
    expect(audit.seals[0]?.leaves[0]?.hash).toBe(entryHash(anEntry(0, { actor: ANA }), salts));
  });
});

describe("No seal is made", () => {
  test("before there is a minute to seal, nor before a minute is over", async () => {
    for (const at of [-60, -59]) await sealAt(at);
    expect(audit.seals).toEqual([]);
    await sealAt(2);
    audit.write(anEntry(1));
    await sealAt(2.99);
    expect(audit.seals).toHaveLength(1);
    await sealAt(3);
    expect(sealed()).toEqual([[], idsOf(1)]);
  });

  test("over nothing but once an hour, or at the very beginning", async () => {
    await sealAt(2);
    await sealAt(61.9);
    expect(audit.seals).toHaveLength(1);
    await sealAt(62);
    expect(audit.seals.map(({ to }) => to)).toEqual([1, 61].map((at) => minute(at).toISOString()));
  });

  test("by more questions than it takes: in quiet times one look at the chain's end and one at the audit", async () => {
    let [tails, reads] = [0, 0];
    const tail: AuditInMemory["chain"]["tail"] = () => {
      tails += 1;
      return audit.chain.tail();
    };
    const read: AuditInMemory["auditLog"]["read"] = (query) => {
      reads += 1;
      return audit.auditLog.read(query);
    };
    audit.setClock(2);
    await makeSealAudit({ ...audit, chain: { ...audit.chain, tail }, auditLog: { ...audit.auditLog, read } })();
    expect([audit.seals.length, tails, reads]).toEqual([1, 1, 1]);
  });

  test("by reading anew what is sealed already: of the quarter of an hour before only what came since is read", async () => {
    audit.write(anEntry(0));
    await sealAt(2.5);
    audit.write(anEntry(0.5), anEntry(1.2), anEntry(1.7));
    const looked: string[] = [];
    const read: AuditInMemory["auditLog"]["read"] = (query) => {
      looked.push(`${query.from.toISOString()} ${query.to.toISOString()}`);
      return audit.auditLog.read(query);
    };
    audit.setClock(3.5);
    await makeSealAudit({ ...audit, auditLog: { ...audit.auditLog, read } })();
    const { at } = anEntry(1);
    const to = minute(2).toISOString();
    expect(looked).toEqual([`${at} ${to}`, `${at} ${to}`]);
    expect(sealed().at(-1)).toEqual(idsOf(0.5, 1.2, 1.7));
  });

  test("while somebody in it is being erased", async () => {
    audit.know(ANA.id, { erasure: anEntry(0) });
    audit.write(anEntry(0, { actor: ANA }), anEntry(0.5));
    await sealAt(2);
    expect([audit.seals, audit.reached]).toEqual([[], []]);
  });

  test("of two sealers but by the one that was faster; the other one notes nothing", async () => {
    const chain = { ...audit.chain, append: async () => false };
    audit.write(anEntry(-30));
    const [id = ""] = idsOf(-30);
    audit.notes.set(id, { id, at: minute(-30).toISOString(), writtenAt: minute(0).toISOString() });
    audit.setClock(2);
    await makeSealAudit({ ...audit, chain })();
    expect([audit.reached, audit.notes.size]).toEqual([[], 1]);
  });
});

describe("What came after its seal was made", () => {
  test("goes into the next one, in the order of time, and only once", async () => {
    await sealAt(2);
    audit.write(anEntry(-14), anEntry(2), anEntry(-13));
    await sealAt(4);
    audit.write(anEntry(4));
    await sealAt(6);
    expect(sealed()).toEqual([[], idsOf(-14, -13, 2), idsOf(4)]);
  });

  test("by more than a quarter of an hour is found by its note, which is then struck off", async () => {
    await sealAt(2);
    audit.write(anEntry(-50), anEntry(-40), anEntry(-30), anEntry(-14), anEntry(-12), anEntry(2));
    for (const at of [-40, -30, -12]) {
      const [id = ""] = idsOf(at);
      audit.notes.set(id, { id, at: minute(at).toISOString(), writtenAt: minute(1).toISOString() });
    }
    const settled: string[] = [];
    const settle = async (id: string) => {
      settled.push(id);
      audit.notes.delete(id);
    };
    audit.setClock(4);
    await makeSealAudit({ ...audit, late: { ...audit.late, settle } })();
    expect(sealed()).toEqual([[], idsOf(-40, -30, -14, -12, 2)]);
    expect(settled).toEqual(idsOf(-40, -30));
  });
});

describe("While an erasure goes on beside the sealer", () => {
  const erasedTo = (pseudonym: string): AuditEntry => anEntry(0, { actor: { ...ANA, id: erasedIdOf(pseudonym) } });

  /** The entry as each of the reads of it finds it; the last one stays. */
  function changing(...versions: AuditEntry[]) {
    let reads = 0;
    const auditLog = {
      ...audit.auditLog,
      async *read() {
        yield versions[Math.min(reads, versions.length - 1)] ?? anEntry();
        reads += 1;
      },
    };
    audit.setClock(2);
    return { seal: makeSealAudit({ ...audit, auditLog }), reads: () => reads };
  }

  test("what is sealed is what stands there after the salts were read", async () => {
    const { seal } = changing(anEntry(0, { actor: ANA }), erasedTo("aa"));
    await seal();
    expect(audit.seals[0]?.leaves[0]?.hash).toBe(entryHash(erasedTo("aa"), new Map()));
  });

  test("an entry that is another one at each look waits for the next minute", async () => {
    const { seal, reads } = changing(erasedTo("aa"), erasedTo("bb"), erasedTo("cc"), erasedTo("cc"));
    await seal();
    expect([audit.seals, reads()]).toEqual([[], 3]);
  });
});

describe("More entries than a seal holds", () => {
  const many = (number: number, at: number) =>
    Array.from({ length: number }, (_, index) => anEntry(at, { id: idAt(minute(at), index) }));

  test("go into several seals, each over a part of the time; none is left out or doubled, and quiet parts are passed by", async () => {
    await sealAt(2);
    audit.write(...many(3000, 30), ...many(2001, 50));
    await sealAt(58);
    expect(audit.seals.map(({ leaves }) => leaves.length)).toEqual([0, 0, 3000, 2001]);
    expect(new Set(sealed().flat()).size).toBe(5001);
    expect(audit.seals.at(-1)?.to).toBe(minute(57).toISOString());
  });

  test("that came after their seal go into several as well, the last of which goes on in time", async () => {
    await sealAt(2);
    audit.write(...many(10_001, -5));
    await sealAt(4);
    expect(audit.seals.map(({ leaves, to }) => [leaves.length, to])).toEqual([
      [0, minute(1).toISOString()],
      [5001, minute(1).toISOString()],
      [5000, minute(3).toISOString()],
    ]);
    expect(new Set(sealed().flat()).size).toBe(10_001);
  });
});
