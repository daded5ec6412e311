import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package of which something was built in. */
export type BuiltIn = { name: string; version: string; licence: string; text: string };

/** What may be passed on inside a product under the MIT licence, its notice given. */
const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Unlicense"];

/** The packages that `inputs` (paths of files, as esbuild tells them) belong to, by name and version. Fails on a licence that is not allowed. */
export function packagesIn(root: string, inputs: readonly string[]): BuiltIn[] {
  const found = new Map(
    inputs
      .flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [])
      .map((directory) => readPackage(root, directory))
      .map((each) => [`${each.name}@${each.version}`, each]),
  );
  return [...found.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

type Manifest = { name: string; version: string; license?: unknown; author?: string | { name: string } };

function readPackage(root: string, directory: string): BuiltIn {
  const path = join(root, directory);
  const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest;
  const { name, version, license } = manifest;
  const licence = ALLOWED.find((each) => each === license);
  if (!licence)
    throw new Error(
      `${name}@${version} is under ${JSON.stringify(license)}, which is not on the list in infra/build-licences.ts.`,
    );
  const texts = readdirSync(path)
    .filter((file) => /^(licen[cs]e|notice|copying)(\.(md|txt))?$/i.test(file))
    .sort()
    .map((file) => readFileSync(join(path, file), "utf8").replaceAll("\r\n", "\n").trim());
  const text = texts.length > 0 ? texts.join("\n\n") : standardText(root, licence, manifest);
  return { name, version, licence, text };
}

/** Some packages name their licence and bring no text of it: that of the MIT licence is the same as our own. */
function standardText(root: string, licence: string, { name, version, author }: Manifest): string {
  if (licence !== "MIT") throw new Error(`${name}@${version} brings no text of its licence.`);
  const holder = (typeof author === "object" ? author.name : author) ?? `the authors of ${name}`;
  return readFileSync(join(root, "LICENSE"), "utf8")
    .replace(/^Copyright .*$/m, `Copyright (c) ${holder}`)
    .trim();
}

/** The notices that the packages ask for, as one text. */
export function noticesOf(packages: readonly BuiltIn[]): string {
  const list = packages.map(({ name, version, licence }) => `${name} ${version}, ${licence}`);
  const texts = packages.map(({ name, version, licence, text }) => `${name} ${version}, ${licence}\n\n${text}`);
  const line = `\n\n${"-".repeat(80)}\n\n`;
  return `${[`Parts of these packages are in this product:\n\n${list.join("\n")}`, ...texts].join(line)}\n`;
}
