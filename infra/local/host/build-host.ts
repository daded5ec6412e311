import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const OUT_FILE = join(root, "node_modules/.cache/local-host/main.mjs");

/** The host as one plain JavaScript file: a process that strips types itself carries the compiler, some 30 MB, with it. */
export async function buildHost(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["infra/local/host/main.ts"],
    outfile: OUT_FILE,
    write: false,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node22",
    format: "esm",
    sourcemap: "inline",
    logLevel: "warning",
  });
  mkdirSync(dirname(OUT_FILE), { recursive: true });
  // Several may build at once: each reader finds a whole file.
  const own = `${OUT_FILE}.${process.pid}`;
  writeFileSync(own, outputFiles[0]?.contents ?? "");
  renameSync(own, OUT_FILE);
  return OUT_FILE;
}
