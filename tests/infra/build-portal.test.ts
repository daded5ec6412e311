import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { buildPortal } from "../../infra/build-portal.ts";

let root: string;

beforeEach(() => {
  root = aCheckout();
});

afterEach(() => rmSync(root, { recursive: true }));

/** A checkout with a portal of two lines. */
function aCheckout(): string {
  const directory = mkdtempSync(join(tmpdir(), "build-portal-"));
  mkdirSync(join(directory, "portal"));
  symlinkSync(join(import.meta.dirname, "../../node_modules"), join(directory, "node_modules"));
  writeMain(directory, "hello");
  writeFileSync(join(directory, "portal/page.css"), "p { color: var(--colorNeutralForeground1) }");
  return directory;
}

function writeMain(directory: string, text: string) {
  writeFileSync(
    join(directory, "portal/main.tsx"),
    `import "fluent-tokens.css"; import "./page.css"; import { render } from "preact"; render(<p>${text}</p>, document.body);`,
  );
}

const assets = (directory = root) => join(directory, "dist/portal/assets");
const read = (name: string) => readFileSync(join(assets(), name));
const list = (directory = root) => readFileSync(join(directory, "dist/portal/files.json"), "utf8");

describe("The build of the portal", () => {
  test("makes a script and a style sheet, each named by its content and compressed already", async () => {
    const built = await buildPortal(root);
    expect(JSON.parse(list())).toEqual(built);
    expect([built.script, built.style]).toEqual([
      expect.stringMatching(/^main-[A-Z0-9]{8}\.js$/),
      expect.stringMatching(/^main-[A-Z0-9]{8}\.css$/),
    ]);
    // They stand in the order of their names, which their contents make.
    const types = Object.fromEntries(built.files.map(({ name, contentType }) => [name, contentType]));
    expect(types).toEqual({
      [built.style]: "text/css; charset=utf-8",
      [built.script]: "text/javascript; charset=utf-8",
    });
    expect(built.files).toHaveLength(2);
    for (const { name, bytes, brotliBytes, gzipBytes } of built.files) {
      expect([bytes, brotliBytes, gzipBytes]).toEqual(["", ".br", ".gz"].map((ending) => read(name + ending).length));
      expect(brotliDecompressSync(read(`${name}.br`))).toEqual(read(name));
      expect(gunzipSync(read(`${name}.gz`))).toEqual(read(name));
    }
    expect(read(built.style).toString()).toMatch(
      /--colorNeutralForeground1:.*prefers-color-scheme:\s*dark.*p\{color:var/s,
    );
  });

  test("makes the same bytes of the same sources, wherever they stand", async () => {
    const other = aCheckout();
    const builds = [await buildPortal(root), await buildPortal(other)];
    expect(builds[1]).toEqual(builds[0]);
    expect(list(other)).toBe(list());
    for (const name of readdirSync(assets())) expect(readFileSync(join(assets(other), name))).toEqual(read(name));
    rmSync(other, { recursive: true });
  });

  test("leaves nothing of the build before", async () => {
    const before = await buildPortal(root);
    writeMain(root, "hello again");
    const after = await buildPortal(root);
    expect(after.script).not.toBe(before.script);
    expect(after.style).toBe(before.style);
    const expected = after.files.flatMap(({ name }) => [name, `${name}.br`, `${name}.gz`]);
    expect(readdirSync(assets()).sort()).toEqual(expected.sort());
  });

  test("fails on a token that does not exist, and leaves what stood there", async () => {
    await buildPortal(root);
    const before = list();
    writeFileSync(join(root, "portal/page.css"), "p { color: var(--colorNeutralFourground1) }");
    await expect(buildPortal(root)).rejects.toThrow("portal/page.css: --colorNeutralFourground1 is neither");
    expect(list()).toBe(before);
  });
});
