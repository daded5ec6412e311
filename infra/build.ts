import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { type BuiltPortal, buildPortal } from "./build-portal.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Bundles the app into `dist/`: the entry point `main.js` with its source map, and the portal's files in `portal/`. */
export async function buildApp(): Promise<{ portal: BuiltPortal; tookMs: number }> {
  const startedMs = performance.now();
  const [portal] = await Promise.all([buildPortal(root), buildMain()]);
  return { portal, tookMs: Math.round(performance.now() - startedMs) };
}

async function buildMain(): Promise<void> {
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
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { portal, tookMs } = await buildApp();
  const files = portal.files.map(({ name, brotliBytes }) => `${name} (${(brotliBytes / 1024).toFixed(1)} KB)`);
  process.stdout.write(`Built dist/main.js and dist/portal in ${tookMs} ms: ${files.join(", ")}\n`);
}
