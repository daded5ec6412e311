import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Addresses } from "./addresses.ts";
import { printAudit } from "./demo/audit-table.ts";
import { ask } from "./demo/browser.ts";
import { measure, tableOfFigures } from "./demo/figures.ts";
import { doTheJob } from "./demo/job.ts";
import { makeSteps } from "./demo/steps.ts";
import { defaultDataDirectory, startProduct } from "./product.ts";

const print = (line: string) => void process.stdout.write(`${line}\n`);

type Target = { addresses: Addresses; masterKey: string | undefined; stop: () => Promise<void> };

/**
 * `npm run demo -- [--data DIR] [--figures]`: the whole job against the product that runs with its state in DIR, or against
 * one that it starts itself. Ends with 1 at the first step that is not as it should be.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { data: { type: "string", default: defaultDataDirectory }, figures: { type: "boolean", default: false } },
  });
  const target = (await runningProduct(resolve(values.data))) ?? (await ownProduct());
  const steps = makeSteps(print);
  try {
    print(`The whole job against ${target.addresses.app}\n`);
    const entries = await doTheJob(steps, target.addresses, target.masterKey);
    print(`\nThe audit of this session\n${printAudit(entries)}`);
    print(`\n${steps.count()} steps, all as they should be.`);
    if (values.figures) print(`\nFigures\n${tableOfFigures(await inOwnDirectory(measure))}`);
    return 0;
  } catch (error) {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await target.stop();
  }
}

/** The product that runs already, found by its addresses.json; undefined when none answers there. */
async function runningProduct(directory: string): Promise<Target | undefined> {
  try {
    const addresses = JSON.parse(readFileSync(join(directory, "addresses.json"), "utf8")) as Addresses;
    await ask(`${addresses.app}/api/health`);
    const keys = JSON.parse(readFileSync(join(directory, "host/keys.json"), "utf8")) as { master: string };
    return { addresses, masterKey: keys.master, stop: async () => {} };
  } catch {
    // Nothing runs there: one is started.
    return undefined;
  }
}

async function inOwnDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "remote-assistance-figures-"));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function ownProduct(): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), "remote-assistance-demo-"));
  print("No product runs here; starting one.");
  const product = await startProduct({ port: 0, dataDirectory: directory, isInMemory: true, onOutput: () => {} });
  const keys = JSON.parse(readFileSync(join(directory, "host/keys.json"), "utf8")) as { master: string };
  const stop = async () => {
    await product.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  return { addresses: product.addresses, masterKey: keys.master, stop };
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
