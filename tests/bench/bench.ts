import { writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { buildApp } from "../../infra/build.ts";
import { measureAuditExport } from "./audit-export.ts";
import { measureCalls } from "./calls.ts";
import { measureColdStart } from "./cold-start.ts";
import { measureDepth } from "./depth.ts";
import { type Figure, isMissed, tableOf } from "./figure.ts";
import { measureGrowth } from "./growth.ts";
import { measureMemory } from "./memory.ts";
import { measurePages } from "./pages.ts";
import { measureProcesses } from "./processes.ts";
import { measureThroughput } from "./throughput.ts";
import { measureWebhookDelivery } from "./webhook-delivery.ts";

type Options = { rows: readonly number[]; seconds: number };

const benches: Record<string, (options: Options) => Promise<Figure[]>> = {
  pages: measurePages,
  webhooks: measureWebhookDelivery,
  audit: () => measureAuditExport(),
  depth: measureDepth,
  calls: () => measureCalls(),
  throughput: () => measureThroughput(),
  growth: ({ rows }) => measureGrowth(rows),
  memory: ({ seconds }) => measureMemory(seconds),
  processes: measureProcesses,
  start: measureColdStart,
};

const HELP = `npm run bench -- [options] [${Object.keys(benches).join(" | ")} …]
  --json FILE   write the figures there, too
  --rows LIST   so many rows each for growth (10000,100000,1000000)
  --seconds N   so long for memory (600)
`;

/** Measures all or the named parts against their goals, each with a baseline of the same run. Exits with 1 when a goal is missed or a part breaks off. */
async function main() {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: "string" },
      rows: { type: "string", default: "10000,100000,1000000" },
      seconds: { type: "string", default: "600" },
      help: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  if (values.help) return void process.stdout.write(HELP);
  const unknown = positionals.find((name) => !Object.hasOwn(benches, name));
  if (unknown) throw new Error(`There is no bench ${unknown}.\n${HELP}`);
  await buildApp();
  const options = { rows: values.rows.split(",").map(Number), seconds: Number(values.seconds) };
  const figures: Figure[] = [];
  const failed: string[] = [];
  for (const [name, measure] of Object.entries(benches)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    // One that breaks off keeps none of the others from being measured.
    const measured = await measure(options).catch((error: unknown) => {
      process.stderr.write(`${name} broke off: ${error instanceof Error ? error.stack : error}\n`);
      failed.push(name);
      return [];
    });
    figures.push(...measured);
  }
  const load = loadavg().map((each) => each.toFixed(1));
  const machine = `${availableParallelism()} cores, load ${load.join(" ")} at the end, Node ${process.version}`;
  process.stdout.write(`${tableOf(figures)}\n${machine}\n`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  process.exitCode = failed.length > 0 || figures.some(isMissed) ? 1 : 0;
}

await main();
