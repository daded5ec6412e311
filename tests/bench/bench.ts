import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startProduct } from "../../infra/local/product.ts";
import { measureDeviceSearch } from "./device-search.ts";
import { tableOf } from "./figure.ts";
import { measureFirstLoad, measureFirstScreens } from "./first-load.ts";

const HELP = `npm run bench -- [options]
  --json FILE  write the figures there, too
`;

/** Measures the pages against their goals, each with a baseline of the same run. Exits with 1 when a goal is missed. */
async function main() {
  const { values } = parseArgs({ options: { json: { type: "string" }, help: { type: "boolean", default: false } } });
  if (values.help) return void process.stdout.write(HELP);
  const dataDirectory = mkdtempSync(join(tmpdir(), "bench-"));
  const product = await startProduct({ port: 0, dataDirectory, isInMemory: true, onOutput: () => {} });
  try {
    const figures = [
      ...(await measureFirstLoad(product)),
      ...(await measureFirstScreens(product)),
      ...(await measureDeviceSearch(product)),
    ];
    process.stdout.write(`${tableOf(figures)}\n`);
    if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
    process.exitCode = figures.some(({ measured, goal }) => measured > goal) ? 1 : 0;
  } finally {
    await product.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

await main();
