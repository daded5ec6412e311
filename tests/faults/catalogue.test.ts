import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startTestApp, type TestApp } from "../app.ts";
import { stopBuiltProduct } from "./catalogue/built-product.ts";
import { callerCases } from "./catalogue/callers.ts";
import { type Case, makeStage, type Stage } from "./catalogue/case.ts";
import { connectionCases } from "./catalogue/connection.ts";
import { graphCases } from "./catalogue/graph.ts";
import { processCases } from "./catalogue/process.ts";
import { storageCases } from "./catalogue/storage.ts";
import { teamviewerCases } from "./catalogue/teamviewer.ts";
import { vaultCases } from "./catalogue/vault.ts";
import { webhookCases } from "./catalogue/webhooks.ts";

/** Every way in which what is around the product fails, and what must come of it: nothing lost, nothing doubled, nobody in. */
const cases: Case[] = [
  ...teamviewerCases,
  ...connectionCases,
  ...graphCases,
  ...vaultCases,
  ...storageCases,
  ...processCases,
  ...callerCases,
  ...webhookCases,
].sort((a, b) => a.number.localeCompare(b.number, "en", { numeric: true }));

const TIMEOUT_MS = 60_000;
const seen = new Map<string, string>();
let product: TestApp;
let stage: Stage;

async function run(each: Case, on: Stage) {
  const text = await each.run(on);
  seen.set(each.number, text);
}

beforeAll(async () => {
  product = await startTestApp();
  stage = makeStage(product);
}, TIMEOUT_MS);

afterAll(async () => {
  await stage.close();
  await Promise.all([product.stop(), stopBuiltProduct()]);
  const rows = cases.map((each) => ({ ...each, seen: seen.get(each.number) ?? "FAILED" }));
  const lines = rows.map(
    (row) => `${row.number.padEnd(4)} ${row.expected}\n     -> ${row.seen}${row.note ? `\n     (${row.note})` : ""}`,
  );
  process.stdout.write(`\n${lines.join("\n")}\n\n${seen.size} of ${cases.length} faults survived\n`);
}, TIMEOUT_MS);

test("the catalogue is whole: 59 cases, each once", () => {
  const numbers = cases.map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
  const whole = [...Array.from({ length: 55 }, (_, index) => String(index + 1)), "19a", "19b", "19c", "27a"];
  expect([...numbers].sort()).toEqual(whole.sort());
});

describe("on one connection, those that wait for deadlines beside the others", () => {
  const shared = cases.filter(({ isAlone }) => !isAlone);
  const waiting = shared.filter(({ isWaiting }) => isWaiting);
  const started = new Map<string, Promise<void>>();
  beforeAll(async () => {
    await product.reset();
    await stage.admin.connected();
    for (const each of waiting) {
      const running = run(each, stage);
      running.catch(() => undefined);
      started.set(each.number, running);
    }
  });

  for (const each of shared.filter(({ isWaiting }) => !isWaiting)) {
    test(`${each.number}: ${each.fault}`, () => run(each, stage), TIMEOUT_MS);
  }
  for (const { number, fault } of waiting) test(`${number}: ${fault}`, () => started.get(number), TIMEOUT_MS);
});

describe("one at a time", () => {
  for (const each of cases.filter(({ isAlone }) => isAlone)) {
    test(
      `${each.number}: ${each.fault}`,
      async () => {
        await product.reset();
        await stage.admin.connected();
        await run(each, stage);
      },
      TIMEOUT_MS,
    );
  }
});
