import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { noticesOf, packagesIn } from "../../infra/build-licences.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "build-licences-"));
  writeFileSync(join(root, "LICENSE"), "MIT License\n\nCopyright (c) 2026 us\n\nPermission is hereby granted\n");
});

afterEach(() => rmSync(root, { recursive: true }));

/** A package below `node_modules`, and one of its files. */
function aPackage(path: string, manifest: object, files: Record<string, string> = {}): string {
  const directory = join(root, "node_modules", path);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), JSON.stringify({ version: "1.0.0", license: "MIT", ...manifest }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return `node_modules/${path}/dist/index.js`;
}

describe("The packages that are built in", () => {
  test("are those that the files belong to, once each, also inside of other packages", () => {
    const inputs = [
      aPackage("@scope/b", { name: "@scope/b" }, { LICENSE: "B's" }),
      aPackage("a", { name: "a" }, { LICENSE: "A's" }),
      "node_modules/a/dist/more.js",
      aPackage("a/node_modules/c", { name: "c", version: "2.0.0" }, { LICENSE: "C's" }),
      "lib/app.ts",
    ];
    const found = packagesIn(root, inputs).map(({ name, version, text }) => [name, version, text]);
    expect(found).toEqual([
      ["@scope/b", "1.0.0", "B's"],
      ["a", "1.0.0", "A's"],
      ["c", "2.0.0", "C's"],
    ]);
  });

  test("bring their notices besides their licence", () => {
    const input = aPackage(
      "a",
      { name: "a", license: "Apache-2.0" },
      { "LICENSE.txt": "Apache", "NOTICE.txt": "By A" },
    );
    expect(packagesIn(root, [input])[0]?.text).toBe("Apache\n\nBy A");
  });

  test("that are under the MIT licence and bring no text get it, with their author", () => {
    const input = aPackage("a", { name: "a", author: { name: "Ann" } });
    expect(packagesIn(root, [input])[0]?.text).toMatch(/^MIT License\n\nCopyright \(c\) Ann\n\nPermission/);
  });

  test.each([
    ["under a licence that is not on the list", { license: "AGPL-3.0" }, 'a@1.0.0 is under "AGPL-3.0"'],
    ["under no licence", { license: undefined }, "a@1.0.0 is under undefined"],
    ["under another licence without its text", { license: "ISC" }, "a@1.0.0 brings no text"],
  ])("%s fail the build", (_title, manifest, message) => {
    const input = aPackage("a", { name: "a", ...manifest });
    expect(() => packagesIn(root, [input])).toThrow(message);
  });

  test("are listed with their texts below", () => {
    const texts = noticesOf([{ name: "a", version: "1.0.0", licence: "MIT", text: "A's" }]);
    expect(texts).toMatch(
      /^Parts of these packages are in this product:\n\na 1\.0\.0, MIT\n\n-+\n\na 1\.0\.0, MIT\n\nA's\n$/,
    );
  });
});
