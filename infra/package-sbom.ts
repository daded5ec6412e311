import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import type { BuiltIn } from "./build-licences.ts";

type Property = { name: string; value: string };
type Component = { "bom-ref": string; name: string; version: string; properties?: Property[] };
type Bom = {
  serialNumber: string;
  metadata: { timestamp?: string; component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
};

/**
 * What is built in, as CycloneDX: those of `npm sbom` of which something is in the bundles, and how they depend on each other.
 * The same packages make the same text: no time, and a serial number that follows from the rest.
 */
export function sbomOf(root: string, packages: readonly BuiltIn[]): string {
  const all = JSON.parse(
    execFileSync("npm", ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"], {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    }),
  ) as Bom;
  const product = all.metadata.component["bom-ref"];
  const refs = new Set([product]);
  const components = packages.map(({ name, version }) => {
    const found = all.components.find((each) => each.version === version && nameIn(each) === name);
    if (!found)
      throw new Error(
        `${name}@${version} is built in, and npm does not know it: package-lock.json is of another time.`,
      );
    refs.add(found["bom-ref"]);
    return { ...found, properties: (found.properties ?? []).filter(({ name }) => name !== DEVELOPMENT) };
  });
  const { timestamp: _, ...metadata } = all.metadata;
  // npm calls the product by the folder that it stands in.
  const component = { ...metadata.component, name: product.replace(/@[^@]*$/, ""), type: "application" };
  const dependencies = all.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  const bom = { ...all, serialNumber: "", metadata: { ...metadata, component }, components, dependencies };
  return `${JSON.stringify({ ...bom, serialNumber: serialNumberOf(JSON.stringify(bom)) }, null, 2)}\n`;
}

/** What npm says of those that are only needed to build: what is built in is needed to run. */
const DEVELOPMENT = "cdx:npm:package:development";

const nameIn = ({ "bom-ref": ref }: Component) => ref.replace(/@[^@]*$/, "");

/** A UUID of version 8 (RFC 9562 section 5.8) that follows from `text`. */
function serialNumberOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
