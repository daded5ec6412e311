import { createHash } from "node:crypto";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { inputsOf } from "./build-main.ts";
import { removeOthers, writeFiles } from "./build-write.ts";
import { fluentTokens } from "./fluent-tokens.ts";

/** A file that browsers may fetch. `hash` is of its content; `.br` and `.gz` stand beside it, already compressed. */
export type BuiltFile = {
  name: string;
  contentType: string;
  hash: string;
  bytes: number;
  brotliBytes: number;
  gzipBytes: number;
};

/** `dist/portal/files.json`: every file that may be served, and those that the page names. */
export type BuiltPortal = { script: string; style: string; files: BuiltFile[] };

const CONTENT_TYPES: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

type Bundled = { portal: BuiltPortal; contents: Map<string, Uint8Array>; inputs: string[] };

/**
 * Bundles `portal/main.tsx` and its CSS into `dist/portal/assets/`, named by their content, and lists them in
 * `dist/portal/files.json`. The same sources make the same bytes; what older builds left is removed.
 */
export async function buildPortal(root: string): Promise<BuiltPortal> {
  const bundled = await bundlePortal(root);
  writePortal(join(root, "dist/portal"), bundled);
  return bundled.portal;
}

/** Makes the files of the portal, and tells the source files in them. */
export async function bundlePortal(root: string): Promise<Bundled> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: "portal/main.tsx" },
    entryNames: "[name]-[hash]",
    outdir: "dist/portal/assets",
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    platform: "browser",
    target: "es2022",
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    logLevel: "warning",
    plugins: [fluentTokens(join(root, "portal"))],
  });
  const files = outputFiles
    .map(({ path, contents }) => compressed(basename(path), contents))
    .sort((a, b) => a.file.name.localeCompare(b.file.name));
  const portal = {
    script: nameOf(files, ".js"),
    style: nameOf(files, ".css"),
    files: files.map(({ file }) => file),
  };
  const contents = new Map(files.flatMap((each) => [...each.contents]));
  // The values of the tokens are in the CSS, by the plugin.
  return { portal, contents, inputs: [...inputsOf(metafile), "node_modules/@fluentui/tokens/package.json"] };
}

type Compressed = { file: BuiltFile; contents: Map<string, Uint8Array> };

function compressed(name: string, plain: Uint8Array): Compressed {
  const contentType = CONTENT_TYPES[extname(name)];
  if (!contentType) throw new Error(`portal: ${name} has no content type in infra/build-portal.ts.`);
  const brotli = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } });
  const gzip = gzipSync(plain, { level: 9 });
  const hash = createHash("sha256").update(plain).digest("base64url").slice(0, 22);
  const sizes = { bytes: plain.length, brotliBytes: brotli.length, gzipBytes: gzip.length };
  const contents = [
    [name, plain],
    [`${name}.br`, brotli],
    [`${name}.gz`, gzip],
  ] as const;
  return { file: { name, contentType, hash, ...sizes }, contents: new Map(contents) };
}

function nameOf(files: readonly Compressed[], extension: string): string {
  const found = files.find(({ file }) => extname(file.name) === extension);
  if (!found) throw new Error(`portal/main.tsx made no ${extension} file; it imports its CSS.`);
  return found.file.name;
}

/** New files first, then the list that names them, then the old ones go: a process that starts meanwhile finds a whole portal. */
export function writePortal(directory: string, { portal, contents }: Pick<Bundled, "portal" | "contents">): void {
  const assets = join(directory, "assets");
  writeFiles(assets, contents);
  writeFiles(directory, new Map([["files.json", `${JSON.stringify(portal, null, 2)}\n`]]));
  removeOthers(assets, contents);
}
