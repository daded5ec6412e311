import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { unzipSync } from "fflate";
import { doTheJob } from "../../infra/local/demo/job.ts";
import { makeSteps } from "../../infra/local/demo/steps.ts";
import { root, startProduct } from "../../infra/local/product.ts";
import { packageApp } from "../../infra/package.ts";

const TIMEOUT_MS = 120_000;
const MAX_BYTES = 2_000_000;
const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Unlicense"];
/** The portal's bundle has no map: these are what it is made with. */
const OF_THE_PORTAL = ["@fluentui/tokens", "lean-qr", "oauth4webapi", "preact"];
/** They bring maps of their own, which lead on to sources that were never in node_modules. */
const MAPPED_ON = ["@azure/functions", "@azure/functions-extensions-base"];

type Component = { name: string; version: string; purl: string; licenses: { license: { id: string } }[] };
type Bom = { metadata: object; components: Component[]; dependencies: { ref: string; dependsOn: string[] }[] };

const directory = mkdtempSync(join(tmpdir(), "package-"));
const unzipped = join(directory, "unzipped");
let zip: Buffer;
let sbom: string;
let files: Record<string, Uint8Array>;

const textOf = (name: string) => Buffer.from(files[name] ?? "").toString();
/** The packages that these source maps name, without asking the build. */
function packagesOf(maps: string[]): string[] {
  const sources = maps.flatMap((name) => (JSON.parse(textOf(name)) as { sources: string[] }).sources);
  const names = sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
  return [...new Set(names)];
}

const bom = () => JSON.parse(sbom) as Bom;
const nameOf = ({ purl }: Component) => decodeURIComponent(/^pkg:npm\/(.+)@/.exec(purl)?.[1] ?? "");

beforeAll(async () => {
  const made = await packageApp({ app: join(directory, "dist"), out: directory });
  zip = readFileSync(made.zip);
  sbom = readFileSync(made.sbom, "utf8");
  files = unzipSync(zip);
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(unzipped, name)), { recursive: true });
    writeFileSync(join(unzipped, name), bytes);
  }
}, TIMEOUT_MS);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("The package", () => {
  test("is at most 2 MB and holds what the Functions host reads first", () => {
    expect(zip.length).toBeLessThanOrEqual(MAX_BYTES);
    const { type, main } = JSON.parse(textOf("package.json")) as Record<string, string>;
    expect([type, main]).toEqual(["module", "main.js"]);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(["main.js", "main.js.map", "host.json", "LICENSE"]));
    expect(JSON.parse(textOf("host.json"))).toEqual(JSON.parse(readFileSync(join(root, "host.json"), "utf8")));
    expect(Object.keys(files).filter((name) => name.includes("node_modules"))).toEqual([]);
  });

  test(
    "has the same bytes when it is made again, elsewhere and in another time zone",
    () => {
      const again = join(directory, "again", "and", "again");
      const script = `
      const { packageApp } = await import(process.argv[1]);
      await packageApp({ app: ${JSON.stringify(join(again, "app"))}, out: ${JSON.stringify(again)} });`;
      const module = join(root, "infra/package.ts");
      const env = { ...process.env, TZ: "Pacific/Kiritimati" };
      execFileSync(process.execPath, ["--input-type=module", "-e", script, module], { env, stdio: "pipe" });
      expect(readFileSync(join(again, "connector.zip")).equals(zip)).toBe(true);
      expect(readFileSync(join(again, "sbom.cdx.json"), "utf8")).toBe(sbom);
    },
    TIMEOUT_MS,
  );

  test("loads no SDK until the functions are registered", () => {
    const withImports = (name: string): string[] => {
      const imported = [...textOf(name).matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)].map(
        ([, each = ""]) => each,
      );
      return [name, ...imported.flatMap(withImports)];
    };
    const loaded = [...new Set(withImports("main.js").flatMap((name) => packagesOf([`${name}.map`])))];
    expect(loaded.sort()).toEqual(["cookie", "zod"]);
  });

  test("does not tell where it was made", () => {
    const tells = Object.entries(files).filter(([, bytes]) => Buffer.from(bytes).includes(root));
    expect(tells.map(([name]) => name)).toEqual([]);
    expect(sbom).not.toContain(root);
  });

  test(
    "alone, with no node_modules anywhere, does the main job",
    async () => {
      const dataDirectory = join(directory, "data");
      const product = await startProduct({
        port: 0,
        dataDirectory,
        appDirectory: unzipped,
        isInMemory: true,
        isBuilt: true,
        onOutput: () => {},
      });
      try {
        const steps = makeSteps(() => {});
        const keys = JSON.parse(readFileSync(join(dataDirectory, "host/keys.json"), "utf8")) as { master: string };
        const entries = await doTheJob(steps, product.addresses, keys.master);
        expect(steps.count()).toBeGreaterThanOrEqual(14);
        expect(entries.map(({ action }) => action)).toContain("session.close");
        const page = await (await fetch(`${product.addresses.app}/portal`)).text();
        const script = /src="(\/portal\/assets\/[^"]+)"/.exec(page)?.[1] ?? "";
        expect((await fetch(product.addresses.app + script)).status).toBe(200);
      } finally {
        await product.stop();
      }
    },
    TIMEOUT_MS,
  );

  test.each([
    ["names functions", [], "at readSettings ("],
    ["names the sources where maps are read", ["--enable-source-maps"], "lib/settings.ts:"],
  ])("leaves stack traces that people can read: %s", (_title, options, expected) => {
    const env = { PATH: process.env.PATH };
    const { status, stderr } = spawnSync(process.execPath, [...options, join(unzipped, "main.js")], { env });
    expect(status).not.toBe(0);
    expect(stderr.toString()).toContain("- TENANT_ID: is required");
    expect(stderr.toString()).toContain(expected);
  });
});

describe("The SBOM", () => {
  const mapped = () => packagesOf(Object.keys(files).filter((name) => name.endsWith(".map")));

  test("lists every package that something was built in of, and no other", () => {
    expect(mapped().length).toBeGreaterThan(50);
    expect([...new Set(bom().components.map(nameOf))].sort()).toEqual(
      [...new Set([...mapped(), ...OF_THE_PORTAL, ...MAPPED_ON])].sort(),
    );
  });

  test("says what depends on what, among these", () => {
    const refs = ["intune-remote-assistance-connector", ...bom().components.map(nameOf)];
    const named = bom().dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
    expect(named.filter((ref) => !refs.includes(ref.replace(/@[^@]*$/, "")))).toEqual([]);
    expect(bom().dependencies.find(({ ref }) => ref.startsWith("jsonwebtoken@"))?.dependsOn).toContain("jws@4.0.1");
  });

  test("tells no time and no folder", () => {
    expect(bom().metadata).not.toHaveProperty("timestamp");
    expect(bom().metadata).toHaveProperty("component.name", "intune-remote-assistance-connector");
  });
});

describe("The licences", () => {
  test("are all such that a product under the MIT licence may carry the package", () => {
    const others = bom().components.filter(
      ({ licenses }) => !licenses.every(({ license }) => ALLOWED.includes(license.id)),
    );
    expect(others.map(nameOf)).toEqual([]);
  });

  test("are in the package, each with its text", () => {
    const [list = "", ...texts] = textOf("THIRD-PARTY-LICENCES.txt").split(`\n\n${"-".repeat(80)}\n\n`);
    for (const component of bom().components) {
      const line = `${nameOf(component)} ${component.version}, ${component.licenses[0]?.license.id}`;
      expect(list.split("\n")).toContain(line);
      expect(texts.find((text) => text.startsWith(`${line}\n\n`))?.length ?? 0).toBeGreaterThan(500);
    }
    expect(texts).toHaveLength(bom().components.length);
  });
});
