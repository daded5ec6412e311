import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Bundles the app into `dist/`: the entry point `main.js`, its chunks and source maps. Answers the milliseconds it took. */
export async function buildApp(): Promise<number> {
  const startedMs = performance.now();
  await build({
    absWorkingDir: root,
    entryPoints: { main: "functions/main.ts" },
    outdir: "dist",
    bundle: true,
    platform: "node",
    target: "node22",
    format: "esm",
    sourcemap: true,
    legalComments: "none",
    logLevel: "warning",
    // Exists only inside the Functions worker, which hands it to whoever requires it.
    external: ["@azure/functions-core"],
    // CommonJS dependencies inside an ES module need a `require`.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  });
  return Math.round(performance.now() - startedMs);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const milliseconds = await buildApp();
  process.stdout.write(`Built dist/main.js in ${milliseconds} ms\n`);
}
