import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildApp } from "./build.ts";
import type { BuiltIn } from "./build-licences.ts";
import { sbomOf } from "./package-sbom.ts";
import { zipOf } from "./package-zip.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

type Directories = { app: string; out: string };
type Packaged = { zip: string; sbom: string; zipBytes: number; packages: BuiltIn[] };

/** Builds the app into `app`, and makes of it `connector.zip`, which is all that Azure needs, and `sbom.cdx.json` in `out`. */
export async function packageApp({ app, out }: Directories): Promise<Packaged> {
  const { packages } = await buildApp(app);
  const bytes = zipOf(app);
  const zip = join(out, "connector.zip");
  const sbom = join(out, "sbom.cdx.json");
  mkdirSync(out, { recursive: true });
  writeFileSync(zip, bytes);
  writeFileSync(sbom, sbomOf(root, packages));
  return { zip, sbom, zipBytes: bytes.length, packages };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { zipBytes, packages } = await packageApp({ app: join(root, "dist"), out: join(root, "package") });
  const size = `${(zipBytes / 1024).toFixed(0)} KB`;
  process.stdout.write(
    `Made package/connector.zip (${size}) and package/sbom.cdx.json (${packages.length} packages)\n`,
  );
}
