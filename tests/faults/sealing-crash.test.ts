import { expect, test } from "@jest/globals";
import type { AuditEntry } from "../../lib/audit/entry.ts";
import { sealLineSchema } from "../../lib/audit/seal.ts";
import { startMemoryApp } from "../memory/app.ts";
import { tokenFor, type World } from "../memory/world.ts";
import { must } from "../requesting.ts";
import { auditing, verify } from "../sealed.ts";
import { randomFrom } from "./tampering.ts";

const ADA = "10000000-0000-4000-8000-000000000001";
const MINUTE_MS = 60_000;
const SEED = Number(process.env.SEED ?? 20_261_122);
const ROUNDS = process.env.TRUST === "full" ? 300 : 20;

type Moment = "before" | "after";

/** The product in memory, whose calls to the outside can be made to end the process: the call at `cutAt` and all after it. */
function startMortal() {
  let calls = 0;
  let cut: { at: number; moment: Moment } | undefined;
  const { world, newProcess } = startMemoryApp({
    async step(label, work) {
      const number = calls;
      calls += 1;
      if (cut && (number > cut.at || (number === cut.at && cut.moment === "before")))
        throw new Error(`dead at ${label}`);
      const answer = await work();
      if (cut && number === cut.at) throw new Error(`dead after ${label}`);
      return answer;
    },
  });
  /** How many calls `work` made; it may fail when it is cut off. */
  const live = async (work: () => Promise<unknown>, at?: number, moment: Moment = "before") => {
    calls = 0;
    cut = at === undefined ? undefined : { at, moment };
    await work().catch(() => undefined);
    cut = undefined;
    return calls;
  };
  const clock = { advance: world.advance };
  return {
    world,
    newProcess,
    live,
    auditor: auditing({ process: newProcess, clock, tokenFor: async (name) => tokenFor(name) }),
  };
}
type Mortal = ReturnType<typeof startMortal>;

/** Two entries of a person and two of a machine, a minute apart. */
async function work({ newProcess, world }: Mortal) {
  const body = { termsVersion: "1", termsAccepted: true };
  for (const name of ["Ada Administrator", "Everything robot"]) {
    must(await newProcess().request("POST", "/api/connector/consents", { token: tokenFor(name), body }), 201);
    world.advance(MINUTE_MS);
  }
}

/** The clock of the product in memory begins in this month. */
const auditRows = ({ tables }: World) => tables.rows("audit202611");

async function sealedOnce({ auditor, world }: Mortal): Promise<string[]> {
  const { seals, audit } = await auditor.exported();
  const { isWhole, lines } = await verify({ seals, audit });
  const leaves = seals
    .map((line) => sealLineSchema.parse(JSON.parse(line)))
    .flatMap((line) => (line.kind === "seal" ? line.leaves : []));
  const wrong = isWhole ? [] : lines;
  if (new Set(leaves.map(({ id }) => id)).size !== leaves.length) wrong.push("an entry was sealed twice");
  if (leaves.length !== auditRows(world).length)
    wrong.push(`${auditRows(world).length - leaves.length} entries are not sealed`);
  return wrong;
}

/** Tries `scene` with a death before and after each of its calls, until there are no more calls. Answers how many it tried. */
async function everywhere(scene: (at: number, moment: Moment) => Promise<{ calls: number; wrong: string[] }>) {
  const wrong: string[] = [];
  let points = 0;
  for (let at = 0; ; at += 1) {
    for (const moment of ["before", "after"] as const) {
      const result = await scene(at, moment);
      if (result.calls <= at) return { points, wrong };
      points += 1;
      wrong.push(...result.wrong.map((each) => `${moment} call ${at}: ${each}`));
    }
  }
}

test("a sealer that dies anywhere leaves one chain, and nothing unsealed for good", async () => {
  const { points, wrong } = await everywhere(async (at, moment) => {
    const product = startMortal();
    await work(product);
    await product.auditor.seal(2);
    await work(product);
    product.world.advance(2 * MINUTE_MS);
    const calls = await product.live(() => product.newProcess().runTimer("seal-audit"), at, moment);
    await product.auditor.seal(1);
    return { calls, wrong: await sealedOnce(product) };
  });
  process.stderr.write(`sealing: ${points} points to die at, ${wrong.length} violations\n`);
  expect(wrong).toEqual([]);
  expect(points).toBeGreaterThan(20);
});

test("an erasure that dies anywhere is finished by the timer: no trace, one outcome, and the seals are right", async () => {
  const { points, wrong } = await everywhere(async (at, moment) => {
    const product = startMortal();
    const { world, newProcess, auditor } = product;
    await work(product);
    await auditor.seal(2);
    await work(product);
    const asking = { token: tokenFor("Everything robot"), body: { personId: ADA } };
    const calls = await product.live(() => newProcess().request("POST", "/api/audit/erasures", asking), at, moment);
    await auditor.seal(3);
    await auditor.seal(1);
    const problems = await sealedOnce(product);
    const rows = auditRows(world) as unknown as (AuditEntry & { actorId: string })[];
    const erasures = rows.filter(({ action }) => action === "audit.erase");
    const isBegun = erasures.some(({ phase }) => phase === "outcome");
    if (isBegun && JSON.stringify([rows, world.tables.rows("people")]).includes(ADA)) problems.push("the id is left");
    const pseudonyms = new Set(
      rows.filter(({ actorId }) => actorId.startsWith("erased:")).map(({ actorId }) => actorId),
    );
    if (isBegun && pseudonyms.size !== 1) problems.push(`${pseudonyms.size} pseudonyms`);
    if (isBegun && erasures.length !== 2) problems.push(`${erasures.length} entries about it`);
    if (world.tables.rows("people").some(({ erasure }) => erasure)) problems.push("it is not finished");
    return { calls, wrong: problems };
  });
  process.stderr.write(`erasing: ${points} points to die at, ${wrong.length} violations\n`);
  expect(wrong).toEqual([]);
  expect(points).toBeGreaterThan(20);
});

test("of sealers that run at once one seals; whoever comes later goes on from it", async () => {
  const product = startMortal();
  for (let round = 0; round < 20; round += 1) {
    await work(product);
    product.world.advance(2 * MINUTE_MS);
    await Promise.all(Array.from({ length: 4 }, () => product.newProcess().runTimer("seal-audit")));
  }
  await product.auditor.seal(2);
  expect(await sealedOnce(product)).toEqual([]);
});

test("sealing, erasing and new entries of the same person in any order leave the seals right", async () => {
  const random = randomFrom(SEED);
  const wrong: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { world, newProcess } = startMemoryApp({
      async step(_label, call) {
        for (let turns = random(6); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
        return call();
      },
    });
    const clock = { advance: world.advance };
    const auditor = auditing({ process: newProcess, clock, tokenFor: async (name) => tokenFor(name) });
    const product = { world, newProcess, auditor, live: async () => 0 };
    await work(product);
    if (random(2)) await auditor.seal(2);
    await work(product);
    world.advance(random(3) * MINUTE_MS);
    const erase = () =>
      newProcess().request("POST", "/api/audit/erasures", {
        token: tokenFor("Everything robot"),
        body: { personId: ADA },
      });
    const seal = () => newProcess().runTimer("seal-audit");
    await Promise.all([seal(), erase(), work(product), seal(), erase()]);
    await auditor.seal(2);
    await auditor.seal(2);
    wrong.push(...(await sealedOnce(product)).map((each) => `round ${round}: ${each}`));
  }
  process.stderr.write(`sealing and erasing at once: ${ROUNDS} rounds (seed ${SEED}), ${wrong.length} violations\n`);
  expect(wrong).toEqual([]);
}, 240_000);
