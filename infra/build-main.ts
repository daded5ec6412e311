import { basename } from "node:path";
import { build } from "esbuild";

/** What the functions are made of: files by name, and the source files in them. */
export type BuiltMain = { files: Map<string, Uint8Array>; inputs: string[] };

/**
 * Bundles `functions/main.ts` into `main.js`, and what is loaded later into files beside it, each with its source map. Names
 * of functions stay, so that a stack trace can be read as it is; the maps name the sources, and do not repeat them.
 */
export async function buildMain(root: string): Promise<BuiltMain> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: "functions/main.ts" },
    outdir: "dist",
    chunkNames: "[name]-[hash]",
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 200,
    platform: "node",
    target: "node22",
    format: "esm",
    sourcemap: true,
    sourcesContent: false,
    legalComments: "none",
    logLevel: "warning",
    // Exists only inside the Functions worker, which hands it to whoever requires it.
    external: ["@azure/functions-core"],
    // CommonJS dependencies inside an ES module need a `require`.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  });
  return {
    files: new Map(outputFiles.map(({ path, contents }) => [basename(path), contents])),
    inputs: inputsOf(metafile),
  };
}

/** The source files that are, at least in part, in what was built. */
export function inputsOf({ outputs }: { outputs: Record<string, { inputs: Record<string, unknown> }> }): string[] {
  return [...new Set(Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs)))];
}
