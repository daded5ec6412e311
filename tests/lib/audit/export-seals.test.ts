import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeExportSeals } from "../../../lib/audit/export-seals.ts";
import { type SealLine, sealHash } from "../../../lib/audit/seal.ts";
import { endOf, makeSigner } from "./a-seal.ts";
import { ANA, type AuditInMemory, anEntry, BRUNO, collected, idAt, minute, startAudit } from "./an-audit.ts";

const signer = makeSigner();
const first = signer.seal(undefined, { leaves: [{ id: idAt(minute(55)), hash: "a".repeat(43) }] });
const second = signer.seal(first);
const third = signer.seal(second);
const NOW = 200;

let audit: AuditInMemory;
beforeEach(() => {
  audit = startAudit();
  audit.setClock(NOW);
});

/** An export as it is read to its end, each line in short. */
async function exported(range: { from?: Date; to?: Date } = {}, change: Partial<AuditInMemory> = {}) {
  return (await collected(await makeExportSeals({ ...audit, ...change })(range))).map(short);
}
const short = (line: SealLine) =>
  line.kind === "seal" ? `seal ${line.sequence}` : line.kind === "end" ? line : `${line.kind} ${line.id}`;
const end = (until: number, ...seals: (typeof first)[]) => endOf(seals, minute(until));

describe("An export of the seals", () => {
  beforeEach(() => {
    audit.seals.push(first, second, third);
  });

  test("has the keys first, then people, the seals in their order, what waits, and the end", async () => {
    audit.know(ANA.id);
    audit.know(BRUNO.id);
    audit.write(anEntry(170));
    const lines = ["key v1", `person ${ANA.id}`, `person ${BRUNO.id}`, "seal 1", "seal 2", "seal 3"];
    expect(await exported()).toEqual([...lines, `waiting ${idAt(minute(170))}`, end(NOW, first, second, third)]);
  });

  test("has all that checking a line needs", async () => {
    const { salt } = audit.know(ANA.id);
    const [key] = await audit.keys.all();
    const [keyLine, person, seal] = await collected(await makeExportSeals(audit)({}));
    expect([keyLine, person, seal]).toEqual([
      { kind: "key", ...key },
      { kind: "person", id: ANA.id, salt },
      { kind: "seal", ...first },
    ]);
  });

  test("of a part begins with the seal that holds its beginning", async () => {
    const seals = async (from: number) => (await exported({ from: minute(from) })).slice(1, -1);
    expect(await seals(59)).toEqual(["seal 1", "seal 2", "seal 3"]);
    expect(await seals(60)).toEqual(["seal 2", "seal 3"]);
    expect(await seals(61)).toEqual(["seal 2", "seal 3"]);
  });

  test("of a part ends with what was sealed by its end", async () => {
    expect(await exported({ to: minute(121) })).toEqual(["key v1", "seal 1", "seal 2", end(121, first, second)]);
    expect(await exported({ to: minute(120) })).toEqual(["key v1", "seal 1", end(120, first)]);
    expect((await exported({ to: minute(1000) })).at(-1)).toEqual(end(NOW, first, second, third));
  });

  test("does not have seals that were appended after it was begun", async () => {
    const lines = await makeExportSeals(audit)({});
    audit.seals.push(signer.seal(third, { at: third.at }));
    expect((await collected(lines)).map(short).slice(1)).toEqual([
      "seal 1",
      "seal 2",
      "seal 3",
      end(NOW, first, second, third),
    ]);
  });

  test("asks the chain only for what the part needs", async () => {
    const asked: (Date | undefined)[] = [];
    const oldestFirst: AuditInMemory["chain"]["oldestFirst"] = (from) => {
      asked.push(from);
      return audit.chain.oldestFirst(from);
    };
    await exported({ from: minute(70) }, { chain: { ...audit.chain, oldestFirst } });
    expect(asked).toEqual([minute(70)]);
  });
});

describe("What waits for the next seal", () => {
  test("is what came since the last one from before its end, and what is noted as late", async () => {
    audit.seals.push(first);
    audit.write(anEntry(44), anEntry(45), anEntry(55), anEntry(59), anEntry(60), anEntry(-30));
    const id = idAt(minute(-30));
    audit.notes.set(id, { id, at: minute(-30).toISOString(), writtenAt: minute(61).toISOString() });
    const waiting = [59, 45, -30].map((at) => `waiting ${idAt(minute(at))}`);
    expect(await exported()).toEqual(["key v1", "seal 1", ...waiting, end(NOW, first)]);
  });

  test("is not told before there is a seal: nothing is expected to stand in one", async () => {
    audit.write(anEntry(1));
    expect(await exported()).toEqual([
      "key v1",
      { kind: "end", until: minute(NOW).toISOString(), sequence: 0, hash: "" },
    ]);
  });
});

test("without the keys nothing is answered at all", async () => {
  const all = async () => {
    throw new Error("the vault is away");
  };
  await expect(makeExportSeals({ ...audit, keys: { ...audit.keys, all } })({})).rejects.toThrow("away");
});

test("the end names the last seal by the hash that the next one will name", async () => {
  audit.seals.push(first);
  expect((await exported()).at(-1)).toMatchObject({ sequence: 1, hash: sealHash(first) });
});
