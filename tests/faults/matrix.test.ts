import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { seeded } from "../../infra/local/graph/random.ts";
import { startTestApp } from "../app.ts";
import { startStorageProxy } from "../storage-proxy.ts";
import { connectorFlows } from "./crash/connector-flows.ts";
import { sessionFlows } from "./crash/session-flows.ts";
import { makeSurvivors } from "./crash/survivors.ts";
import { faultNames } from "./matrix/call-faults.ts";
import { type Bench, type Cell, traceOf, tryCell } from "./matrix/cell.ts";

/**
 * So many cells (`MATRIX_CELLS`, or `all` of them) are drawn by `MATRIX_SEED`, of each flow in turn; `MATRIX_FLOW` chooses
 * flows by their name.
 */
const IS_FULL = process.env.TRUST === "full";
const CELLS = process.env.MATRIX_CELLS ?? (IS_FULL ? "1200" : "36");
const FLOWS = new RegExp(process.env.MATRIX_FLOW ?? "");
/** A flow whose scene is a fault itself, which ends with the cell's own: crash.test.ts plays it. */
const IN_A_FAULT = "the first channel refuses";
const SEED = process.env.MATRIX_SEED ?? "one";

let bench: Bench;

beforeAll(async () => {
  const product = await startTestApp();
  bench = { product, survivors: makeSurvivors(product), proxy: await startStorageProxy(product.around.storage) };
}, 60_000);

afterAll(async () => {
  await bench.proxy.close();
  await bench.product.stop();
});

/** Every fault at every call of every flow, as each flow calls today: by flow. */
async function allCells(): Promise<Cell[][]> {
  const { survivors } = bench;
  const all = [...connectorFlows(survivors), ...sessionFlows(survivors)];
  const flows = all.filter(({ name }) => FLOWS.test(name) && !name.includes(IN_A_FAULT));
  const cells: Cell[][] = [];
  for (const flow of flows) {
    const sites = await traceOf(bench, flow);
    const orders = ["the retry first", "the timers first"] as const;
    cells.push(
      sites.flatMap((site, at) =>
        faultNames.map((fault, index): Cell => ({ flow, site, fault, order: orders[(at + index) % 2] ?? orders[0] })),
      ),
    );
  }
  return cells;
}

/** One of each flow after the other, in the order that the seed says, until there are enough. */
function drawn(all: Cell[][]): Cell[] {
  const { below } = seeded(SEED);
  const shuffled = all.map((cells) => {
    const left = [...cells];
    return cells.flatMap(() => left.splice(below(left.length), 1));
  });
  const longest = Math.max(...all.map(({ length }) => length));
  const inTurn = Array.from({ length: longest }, (_, index) => shuffled.flatMap((cells) => cells[index] ?? []));
  return inTurn.flat().slice(0, CELLS === "all" ? undefined : Number(CELLS));
}

test(
  "Whatever call of whatever flow goes wrong in whatever way: nothing is lost, doubled or stuck, and every answer is one we declare",
  async () => {
    const all = await allCells();
    const cells = drawn(all);
    const found: string[] = [];
    for (const cell of cells) {
      const { ending, broken } = await tryCell(bench, cell);
      const { flow, site, fault, order } = cell;
      const at = `${flow.name}, ${fault} at ${site.service} ${site.asks} (${site.number}), ${ending}, ${order}`;
      const here = broken.map((each) => `${each} (${at})`);
      found.push(...here);
      if (IS_FULL && here.length > 0) process.stdout.write(`${here.join("\n")}\n`);
    }
    const count = (kind: string) => found.filter((each) => each.startsWith(kind)).length;
    process.stdout.write(
      `fault matrix: ${cells.length} cells of ${all.flat().length}, ${found.length} violations (${count("lost")} lost, ` +
        `${count("doubled")} doubled, ${count("stuck")} stuck, ${count("undeclared")} undeclared)\n`,
    );
    expect(found).toEqual([]);
  },
  60 * 60_000,
);
