import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type AuditEntry, auditEntrySchema } from "../../lib/audit/entry.ts";
import { sealLineSchema, thumbprintOf } from "../../lib/audit/seal.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { auditing, type Exported, verify, workForADay } from "../sealed.ts";
import { randomFrom, tamperings, type Whole } from "./tampering.ts";

const TAMPERINGS = 1_000;
const SEED = Number(process.env.SEED ?? 20_261_122);

let product: TestApp;
let exported: Exported;
let whole: Whole;

beforeAll(async () => {
  product = await startTestApp();
  await workForADay(product);
  const auditor = auditing(product);
  await auditor.seal();
  exported = await auditor.exported();
  const entries = exported.audit.map((line): AuditEntry => auditEntrySchema.parse(JSON.parse(line)));
  const lines = exported.seals.map((line) => sealLineSchema.parse(JSON.parse(line)));
  const key = lines.find((line) => line.kind === "key");
  whole = { entries, lines, thumbprint: key ? thumbprintOf(key.jwk) : "" };
}, 60_000);

afterAll(() => product.stop());

test("an audit that nobody touched is found whole", async () => {
  const { isWhole, lines } = await verify(exported, { thumbprints: [whole.thumbprint] });
  expect([isWhole, lines]).toEqual([true, expect.any(Array)]);
});

test(`of ${TAMPERINGS} tamperings each is found, and what was tampered with is named`, async () => {
  const random = randomFrom(SEED);
  const kinds = Object.entries(tamperings);
  const missed: string[] = [];
  for (let index = 0; index < TAMPERINGS; index += 1) {
    const [kind, tamper] = kinds[index % kinds.length] ?? [];
    const { says, knows, ...tampered } = tamper?.(whole, random) ?? { ...exported, says: /./ };
    const { isWhole, lines } = await verify(tampered, knows);
    if (isWhole || !says.test(lines.join("\n"))) missed.push(`${kind}: expected ${says}, got ${lines.join(" ")}`);
  }
  process.stderr.write(
    `audit: ${TAMPERINGS} tamperings of ${kinds.length} kinds with ${whole.entries.length} entries under ${whole.lines.length} lines of seals (seed ${SEED}): ${TAMPERINGS - missed.length} found and named\n`,
  );
  expect(missed).toEqual([]);
}, 60_000);
