import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildApp } from "../../infra/build.ts";
import { measureAuditExport } from "./audit-export.ts";
import { measureColdStart } from "./cold-start.ts";
import { measureDepth } from "./depth.ts";
import { type Figure, isMissed, tableOf } from "./figure.ts";
import { measurePages } from "./pages.ts";
import { measureWebhookDelivery } from "./webhook-delivery.ts";

const benches: Record<string, () => Promise<Figure[]>> = {
  pages: measurePages,
  webhooks: measureWebhookDelivery,
  audit: () => measureAuditExport(),
  depth: measureDepth,
  start: measureColdStart,
};

const HELP = `npm run bench -- [options] [${Object.keys(benches).join(" | ")} …]
  --json FILE  write the figures there, too
`;

/** Measures all or the named parts against their goals, each with a baseline of the same run. Exits with 1 when a goal is missed. */
async function main() {
  const { values, positionals } = parseArgs({
    options: { json: { type: "string" }, help: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  if (values.help) return void process.stdout.write(HELP);
  const unknown = positionals.find((name) => !Object.hasOwn(benches, name));
  if (unknown) throw new Error(`There is no bench ${unknown}.\n${HELP}`);
  await buildApp();
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(benches))
    if (positionals.length === 0 || positionals.includes(name)) figures.push(...(await measure()));
  process.stdout.write(`${tableOf(figures)}\n`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  process.exitCode = figures.some(isMissed) ? 1 : 0;
}

await main();
