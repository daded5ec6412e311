import { basename, join } from "node:path";
import { build } from "esbuild";

/** One file of `entryPoint` and all it needs, in `folder`: a child process starts soonest from it. Answers its path. */
export async function bundle(entryPoint: string, folder: string): Promise<string> {
  const outfile = join(folder, basename(entryPoint).replace(/\.ts$/, ".mjs"));
  await build({
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "warning",
    external: ["@azure/functions-core"],
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  });
  return outfile;
}
