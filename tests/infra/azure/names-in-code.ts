import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { httpRoutes, queueTriggers } from "../../../functions/routes.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const textOf = (path: string) => readFileSync(join(root, path), "utf8");
const adapters = globSync("lib/adapters/**/*.ts", { cwd: root }).map(textOf).join("\n");
const found = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ""))].sort();

/** What the code calls its tables, queues, containers, keys and secrets; a month of the audit is made when it begins. */
export const namesInCode = {
  tables: found(textOf("lib/adapters/outside.ts"), /\btables\("(\w+)"\)/g),
  queues: [
    ...new Set([
      ...queueTriggers.map(({ queueName }) => queueName),
      ...found(adapters, /\bmakeQueue(?:<\w+>)?\([^)]*?"([\w-]+)"\)/g).flatMap((name) => [name, `${name}-poison`]),
    ]),
  ].sort(),
  containers: found(adapters, /const CONTAINER = "([\w-]+)"/g),
  keys: found(textOf("lib/adapters/azure/seal-keys.ts"), /const NAME = "([\w-]+)"/g),
  secrets: found(adapters, /\bmakeDeployedSecret\(\w+, "([\w-]+)"/g),
  healthPath: `/${httpRoutes.find(({ name }) => name === "health")?.route}`,
};
