import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type BuiltIn, noticesOf, packagesIn } from "./build-licences.ts";
import { buildMain } from "./build-main.ts";
import { type BuiltPortal, bundlePortal, writePortal } from "./build-portal.ts";
import { removeOthers, writeFiles } from "./build-write.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

export type BuiltApp = { portal: BuiltPortal; packages: BuiltIn[]; tookMs: number };

/**
 * Makes `dist/` whole, to run from there alone: `main.js` and what it loads later, their source maps, `host.json`,
 * `package.json`, the portal's files in `portal/`, and the licences. The same sources make the same bytes.
 */
export async function buildApp(directory = join(root, "dist")): Promise<BuiltApp> {
  const startedMs = performance.now();
  const [portal, main] = await Promise.all([bundlePortal(root), buildMain(root)]);
  const packages = packagesIn(root, [...main.inputs, ...portal.inputs]);
  const { "main.js": entry, ...later } = Object.fromEntries(main.files);
  if (!entry) throw new Error("functions/main.ts made no main.js.");
  const files = new Map<string, Uint8Array | string>([
    ...Object.entries(later),
    ["host.json", readFileSync(join(root, "host.json"))],
    ["package.json", manifest()],
    ["LICENSE", readFileSync(join(root, "LICENSE"))],
    ["THIRD-PARTY-LICENCES.txt", noticesOf(packages)],
    ["main.js", entry],
  ]);
  writePortal(join(directory, "portal"), portal);
  writeFiles(directory, files);
  removeOthers(directory, files);
  return { portal: portal.portal, packages, tookMs: Math.round(performance.now() - startedMs) };
}

/** What the Functions worker reads, and who looks what runs here. There is nothing to install. */
function manifest(): string {
  const { name, version, description, license, engines } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  ) as Record<string, unknown>;
  const own = { name, version, description, private: true, license, type: "module", main: "main.js", engines };
  return `${JSON.stringify(own, null, 2)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { portal, packages, tookMs } = await buildApp();
  const files = portal.files.map(({ name, brotliBytes }) => `${name} (${(brotliBytes / 1024).toFixed(1)} KB)`);
  process.stdout.write(
    `Built dist/main.js of ${packages.length} packages and dist/portal in ${tookMs} ms: ${files.join(", ")}\n`,
  );
}
