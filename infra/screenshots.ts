import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./local/product.ts";
import { takeScreenshots } from "./screenshots/take.ts";

const HELP = `npm run screenshots -- [options]
  --out DIR    where the pictures go (docs/screenshots)
`;

const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(root, "docs/screenshots") },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
} else {
  const directory = resolve(values.out);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  await takeScreenshots(directory, (name) => process.stdout.write(`${name}\n`));
}
