import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startTestApp } from "../app.ts";
import { startStorageProxy } from "../storage-proxy.ts";
import { connectorFlows } from "./crash/connector-flows.ts";
import { sessionFlows } from "./crash/session-flows.ts";
import { makeSurvivors } from "./crash/survivors.ts";
import { faultNames } from "./matrix/call-faults.ts";
import { type Bench, type Cell, traceOf, tryCell } from "./matrix/cell.ts";

/** All cells with `TRUST=full` (`MATRIX_FLOW` chooses flows by their name); else `BURST` of them, spread evenly. */
const IS_FULL = process.env.TRUST === "full";
const FLOWS = new RegExp(process.env.MATRIX_FLOW ?? "");
const BURST = 40;

let bench: Bench;

beforeAll(async () => {
  const product = await startTestApp();
  bench = { product, survivors: makeSurvivors(product), proxy: await startStorageProxy(product.around.storage) };
}, 60_000);

afterAll(async () => {
  await bench.proxy.close();
  await bench.product.stop();
});

/** Every fault at every call of every flow, as each flow calls today. */
async function allCells(): Promise<Cell[]> {
  const { survivors } = bench;
  const flows = [...connectorFlows(survivors), ...sessionFlows(survivors)].filter(({ name }) => FLOWS.test(name));
  const cells: Cell[] = [];
  for (const flow of flows) {
    for (const site of await traceOf(bench, flow))
      for (const fault of faultNames)
        cells.push({ flow, site, fault, order: cells.length % 2 ? "the timers first" : "the retry first" });
  }
  return cells;
}

test(
  "Whatever call of whatever flow goes wrong in whatever way: nothing is lost, doubled or stuck, and every answer is one we declare",
  async () => {
    const all = await allCells();
    const every = IS_FULL ? 1 : Math.max(1, Math.floor(all.length / BURST));
    const cells = all.filter((_, index) => index % every === 0);
    const found: string[] = [];
    const endings = new Map<string, number>();
    for (const cell of cells) {
      const { ending, broken } = await tryCell(bench, cell);
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
      const { flow, site, fault, order } = cell;
      const at = `${flow.name}, ${fault} at ${site.service} ${site.asks} (${site.number}), ${ending}, ${order}`;
      const here = broken.map((each) => `${each} (${at})`);
      found.push(...here);
      if (IS_FULL && here.length > 0) process.stdout.write(`${here.join("\n")}\n`);
    }
    const count = (kind: string) => found.filter((each) => each.startsWith(kind)).length;
    process.stdout.write(
      `fault matrix: ${cells.length} cells of ${all.length}, ${found.length} violations (${count("lost")} lost, ` +
        `${count("doubled")} doubled, ${count("stuck")} stuck, ${count("undeclared")} undeclared)\n`,
    );
    expect(found).toEqual([]);
  },
  60 * 60_000,
);
