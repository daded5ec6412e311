import { describe, expect, test } from "@jest/globals";
import { type Seal, sealHash, thumbprintOf } from "../../../lib/audit/seal.ts";
import { checkSeals, type Known } from "../../../lib/audit/verify-seals.ts";
import { endOf, linesOf, makeSigner, sealLine } from "./a-seal.ts";
import { ANA, idAt, minute } from "./an-audit.ts";

const SALT = Buffer.alloc(32, 7).toString("base64url");
const leafAt = (at: number, letter = "a") => ({ id: idAt(minute(at)), hash: letter.repeat(43) });

const signer = makeSigner();
const other = makeSigner("v2");
const first = signer.seal(undefined, { leaves: [leafAt(-30), leafAt(5)] });
const second = signer.seal(first, { leaves: [50, 60, 61, 70].map((at) => leafAt(at)) });
const third = signer.seal(second, { leaves: [leafAt(50), leafAt(61)] });
const chain = [first, second, third];

const check = (lines: unknown[], known: Known = {}) => checkSeals(linesOf(...lines), known);
/** An export with these seals, its end half an hour after the last one's. */
const exportOf = (seals: Seal[], until = new Date(seals.at(-1)?.to ?? 0)) => [
  signer.key,
  ...seals.map(sealLine),
  endOf(seals, until),
];
const problemOf = async (seals: Seal[], known?: Known) => (await check(exportOf(seals), known)).problem;

describe("An export of seals that nobody touched", () => {
  test("is right, and tells what was sealed and how far it goes", async () => {
    const waiting = idAt(minute(170));
    const person = { kind: "person", id: ANA.id, salt: SALT };
    const until = minute(181);
    const lines = [signer.key, other.key, person, ...chain.map(sealLine), { kind: "waiting", id: waiting }];
    expect(await check([...lines, endOf(chain, until)])).toEqual({
      sealed: new Map([-30, 5, 50, 60, 61, 70].map((at) => [leafAt(at).id, leafAt(at).hash])),
      salts: new Map([[ANA.id, SALT]]),
      waiting: new Set([waiting]),
      thumbprints: [thumbprintOf(signer.key.jwk), thumbprintOf(other.key.jwk)],
      count: 3,
      // That of minute 50. The first seal holds all that was there before; what is sealed again was not late.
      lateCount: 1,
      last: third,
      lastHash: sealHash(third),
      until,
      problem: undefined,
    });
  });

  test("may have empty lines", async () => {
    expect((await check(["", ...exportOf(chain), "", ""])).problem).toBeUndefined();
  });

  test("may be of a part, when it is said from when on", async () => {
    const from = new Date(second.from);
    expect(await problemOf([second, third])).toMatch(/--from/);
    expect(await problemOf([second, third], { from })).toBeUndefined();
    expect(await problemOf([second, third], { from: minute(90) })).toBeUndefined();
    expect(await problemOf([second, third], { from: new Date(from.getTime() - 1) })).toMatch(/^Seal 2 .*missing/);
    expect(await problemOf(chain, { from: minute(-600) })).toBeUndefined();
  });

  test("may have been signed with several keys", async () => {
    const seals = [first, other.seal(first)];
    expect((await check([other.key, ...exportOf(seals)])).problem).toBeUndefined();
  });
});

describe("An export of seals is wrong, and the first that is wrong is named,", () => {
  const changed = (seal: Seal, change: Partial<Seal>): Seal => ({ ...seal, ...change });
  const at = second.at.replaceAll(".", "\\.");

  test.each<[string, Seal[], RegExp]>([
    ["when one is missing", [first, third], /^Seal 3 .*it follows seal 1: seals are missing/],
    ["when the order was changed", [first, third, second], /^Seal 3 .*order was changed/],
    ["when one stands there twice", [first, first], /^Seal 1 .*it follows seal 1/],
    [
      "when one does not name the one before",
      [first, signer.seal(first, { previous: sealHash(third) })],
      /^Seal 2 .*does not follow from seal 1/,
    ],
    [
      "when one begins later than the one before ended",
      [first, signer.seal(first, { from: minute(61).toISOString() })],
      /^Seal 2 .*does not follow from seal 1/,
    ],
    [
      "when the first one names one before it",
      [signer.seal(undefined, { previous: sealHash(third) })],
      /^Seal 1 .*is the first/,
    ],
    ["when a key signed that is not ours", [first, other.seal(first)], /^Seal 2 .*key that is not the connector's/],
    [
      "when its leaves are others",
      [first, changed(second, { leaves: [leafAt(50), leafAt(62)] })],
      /^Seal 2 .*entries it lists/,
    ],
    [
      "when something in it was changed",
      [first, changed(second, { keptFrom: minute(0).toISOString() })],
      /^Seal 2 .*signature/,
    ],
    ["when another key signed than it says", [first, { ...other.seal(first), key: "v1" }], /^Seal 2 .*signature/],
    [
      "when its signature is written otherwise",
      [first, changed(second, { signature: `${second.signature}=` })],
      /^Seal 2 .*signature/,
    ],
    ["when it has no signature", [first, changed(second, { signature: "" })], /^Seal 2 .*signature/],
    [
      "when it says something else of an entry than an earlier one",
      [first, signer.seal(first, { leaves: [leafAt(5, "b")] })],
      /^Seal 2 .*contradicts.*entry \d{19}/,
    ],
  ])("%s", async (_, seals, says) => {
    const problem = await problemOf(seals);
    expect(problem).toMatch(says);
    const wrong = seals.at(-1) === first ? first : seals[1];
    if (wrong?.at === second.at) expect(problem).toMatch(new RegExp(`of ${at}:`));
  });

  test("and the seals before it are counted, none after it", async () => {
    const { count, last } = await check(exportOf([first, second, changed(third, { at: first.at })]));
    expect([count, last]).toEqual([2, second]);
  });

  test("when a key is no point of the curve", async () => {
    const key = { ...signer.key, jwk: { ...signer.key.jwk, y: signer.key.jwk.x } };
    const { problem } = await check([key, sealLine(first), endOf([first], minute(60))]);
    expect(problem).toMatch(/^Seal 1 .*signature/);
  });
});

describe("What the auditor knows", () => {
  const own = thumbprintOf(signer.key.jwk);

  test("of the keys is held against each seal", async () => {
    expect(await problemOf(chain, { thumbprints: [own] })).toBeUndefined();
    expect(await problemOf(chain, { thumbprints: ["another", own] })).toBeUndefined();
    expect(await problemOf(chain, { thumbprints: [] })).toBeUndefined();
    expect(await problemOf(chain, { thumbprints: ["another"] })).toMatch(new RegExp(`^Seal 1 .*thumbprint ${own}`));
  });

  test.each([first, second, third])(
    "of a seal seen earlier is looked for in the chain: seal $sequence",
    async (seal) => {
      expect(await problemOf(chain, { sealHash: sealHash(seal) })).toBeUndefined();
    },
  );

  test("of a seal that is not there any more tells that the chain was made anew", async () => {
    expect(await problemOf(chain, { sealHash: "a".repeat(43) })).toMatch(/seal you know.*not stand/);
    expect(await problemOf([first, second], { sealHash: sealHash(third) })).toMatch(/seal you know/);
  });
});

describe("The end of the export", () => {
  test("is missing when the export was cut off", async () => {
    expect((await check(exportOf(chain).slice(0, -1))).problem).toMatch(`cut off, after seal 3 of ${third.at}`);
    expect((await check([signer.key])).problem).toMatch(/cut off\. /);
  });

  test("names the last seal: none can be left out before it", async () => {
    const end = endOf(chain, minute(181));
    const cut = [signer.key, sealLine(first), sealLine(second)];
    expect((await check([...cut, end])).problem).toMatch(`missing at the end: seal 3 is the last one, after seal 2`);
    expect((await check([...cut, { ...end, sequence: 2 }])).problem).toMatch(/missing at the end/);
    expect((await check([...cut, { ...end, hash: sealHash(second) }])).problem).toMatch(/missing at the end/);
    expect((await check([signer.key, end])).problem).toMatch(/missing at the end/);
  });

  test("is the last line", async () => {
    const lines = exportOf(chain);
    expect((await check([...lines, sealLine(third)])).problem).toMatch(/^Line 6 .*after their end/);
  });

  test("is not much later than the last seal, since there is one each hour", async () => {
    expect((await check(exportOf(chain, minute(180 + 75)))).problem).toBeUndefined();
    const { problem } = await check(exportOf(chain, minute(180 + 75.001)));
    expect(problem).toMatch(new RegExp(`seal 3, which ends at ${third.to.replaceAll(".", "\\.")}.*cut off`));
  });

  test("without any seal is the end of nothing", async () => {
    expect((await check([signer.key, endOf([], minute(0))])).problem).toMatch(/no seal at all/);
  });
});

test.each(["no line", '{"kind":"seal"}', "{}", "[1"])("a line that cannot be read is named: %s", async (text) => {
  const { problem } = await check([signer.key, sealLine(first), "", text]);
  expect(problem).toMatch(`Line 4 of the seals, after seal 1 of ${first.at} cannot be read`);
});
