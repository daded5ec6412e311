import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { zipSync } from "fflate";

/** All files below `directory` as a zip. The same files make the same bytes: names stand in order, and all have one time, in any zone. */
export function zipOf(directory: string): Uint8Array {
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => relative(directory, join(directory, name)).replaceAll("\\", "/"))
    .filter((name) => statSync(join(directory, name)).isFile())
    .sort();
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name))]));
  // A zip's times have no zone: it takes the local fields of this one.
  return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) });
}
