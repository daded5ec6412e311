import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../infra/local/product.ts";

/** What the app uses of others. Public quickstarts load all of it when they start. */
const PACKAGES = [
  "@azure/data-tables",
  "@azure/identity",
  "@azure/keyvault-keys",
  "@azure/keyvault-secrets",
  "@azure/storage-blob",
  "@azure/storage-queue",
  "@microsoft/microsoft-graph-client",
  "cockatiel",
  "jose",
  "node-fetch",
  "oauth4webapi",
  "standardwebhooks",
];

/** The app as public quickstarts have it: compiled file by file, packages in `node_modules`, all loaded first. Answers its folder. */
export function compileUnbundled(): string {
  // Packages are found from here, as from an app that has them beside it.
  const directory = join(root, "node_modules/.cache/unbundled");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
  const project = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { noEmit: false, rewriteRelativeImportExtensions: true, rootDir: root, outDir: directory },
    include: ["functions", "lib"].map((each) => join(root, each)),
    exclude: [],
  };
  write("tsconfig.json", JSON.stringify(project));
  execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", directory], { stdio: ["ignore", "inherit", "inherit"] });
  write("start.js", [...PACKAGES, "./functions/main.js"].map((name) => `import "${name}";\n`).join(""));
  write("package.json", JSON.stringify({ type: "module", main: "start.js" }));
  copyFileSync(join(root, "host.json"), join(directory, "host.json"));
  return directory;
}
