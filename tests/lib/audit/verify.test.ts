import { describe, expect, test } from "@jest/globals";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import { entryHash } from "../../../lib/audit/entry-hash.ts";
import { sealHash, thumbprintOf } from "../../../lib/audit/seal.ts";
import { verifyAudit } from "../../../lib/audit/verify.ts";
import { endOf, linesOf, makeSigner, sealLine } from "./a-seal.ts";
import { anEntry, minute } from "./an-audit.ts";

const signer = makeSigner();
const [two, one] = [anEntry(2), anEntry(1)];
const leaves = [one, two].map((entry) => ({ id: entry.id, hash: entryHash(entry, new Map()) ?? "" }));
const seal = signer.seal(undefined, { leaves });

async function verified(entries: AuditEntry[], { until = 61, seals = [seal] } = {}) {
  const lines = linesOf(signer.key, ...seals.map(sealLine), endOf(seals, minute(until)));
  const { isWhole, lines: said } = await verifyAudit({ audit: linesOf(...entries), seals: lines }, {});
  return { isWhole, said };
}

const facts = [
  expect.stringMatching(/0 not sealed yet, 0 sealed late.*kept from 2026-11-22T09:00:00\.000Z/),
  expect.stringMatching(`${thumbprintOf(signer.key.jwk)}.* seal is 1, ${sealHash(seal)}`),
];

describe("Whoever verifies the audit is told", () => {
  test("that it is whole, how much was checked, and what to keep elsewhere", async () => {
    expect(await verified([two, one])).toEqual({
      isWhole: true,
      said: [expect.stringMatching(/2 entries.*1 seals/), expect.stringMatching(/Nothing was edited/), ...facts],
    });
  });

  test("which entry is wrong first, and what was done to it", async () => {
    const said = [
      expect.stringMatching(/1 entries/),
      expect.stringMatching(`${one.id} of ${one.at} was removed\\.$`),
      ...facts,
    ];
    expect(await verified([two])).toEqual({ isWhole: false, said });
  });

  test("more about it where there is more to say", async () => {
    const { said } = await verified([two, { ...one, at: minute(9).toISOString() }]);
    expect(said[1]).toMatch(/was moved \(.*10:09.*\)\.$/);
  });

  test("which entry should have been sealed, and where the seals end", async () => {
    const { isWhole, said } = await verified([anEntry(60), two, one], { until: 76 });
    expect([isWhole, said.length]).toEqual([false, 4]);
    expect(said[1]).toMatch(`${anEntry(60).id} of ${anEntry(60).at} has no seal: the seals end with 1 at ${seal.to}`);
  });

  test("which seal is wrong, how many before it are right, and nothing about entries", async () => {
    const wrong = { ...signer.seal(seal), key: "v9" };
    const { isWhole, said } = await verified([two, one], { seals: [seal, wrong], until: 121 });
    expect([isWhole, said]).toEqual([false, [expect.stringMatching(/^1 seals are right, then: Seal 2 .*key/)]]);
  });

  test("all keys that the seals may be signed with", async () => {
    const other = makeSigner("v2");
    const seals = linesOf(signer.key, other.key, sealLine(seal), endOf([seal], minute(61)));
    const { lines } = await verifyAudit({ audit: linesOf(two, one), seals }, {});
    expect(lines.at(-1)).toContain([signer, other].map(({ key }) => thumbprintOf(key.jwk)).join(", "));
  });
});
