import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { makePortalFiles } from "../../../lib/adapters/portal-files.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "portal-files-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

const place = (name: string) => pathToFileURL(`${join(directory, name)}/`);
const portalFiles = (...names: string[]) => makePortalFiles(names.map(place));

/** Puts a portal of one script there, whose text is `text`. */
function put(name: string, text: string, script = "main-A1.js") {
  const assets = join(directory, name, "assets");
  mkdirSync(assets, { recursive: true });
  for (const ending of ["", ".br", ".gz"]) writeFileSync(join(assets, `${script}${ending}`), `${text}${ending}`);
  const files = [{ name: script, contentType: "text/javascript", hash: "h", bytes: 1 }];
  writeFileSync(join(directory, name, "files.json"), JSON.stringify({ script, style: "main-B2.css", files }));
}

describe("The portal's files", () => {
  test("are read with their compressed forms", async () => {
    put("built", "script");
    const { script, style, files } = await portalFiles("built")();
    expect([script, style, [...files.keys()]]).toEqual(["main-A1.js", "main-B2.css", ["main-A1.js"]]);
    const file = files.get("main-A1.js");
    expect([file?.contentType, file?.hash]).toEqual(["text/javascript", "h"]);
    expect([file?.plain, file?.br, file?.gzip].map(String)).toEqual(["script", "script.br", "script.gz"]);
  });

  test("are those of the first place that has any", async () => {
    put("second", "second");
    put("third", "third");
    const { files } = await portalFiles("first", "second", "third")();
    expect(String(files.get("main-A1.js")?.plain)).toBe("second");
  });

  test("are read once", async () => {
    put("built", "before");
    const read = portalFiles("built");
    const [first, second] = await Promise.all([read(), read()]);
    put("built", "after");
    expect([second, await read()]).toEqual([first, first]);
  });

  test("that were not built are missed in words that help, and found once they are there", async () => {
    const read = portalFiles("nowhere", "built");
    await expect(read()).rejects.toMatchObject({
      code: "internal-error",
      message: expect.stringContaining("npm run build"),
    });
    put("built", "script");
    expect((await read()).files.size).toBe(1);
  });

  test.each(["../files.json", "a/b.js", "..", ".env", "a\\b.js", ""])(
    "are none outside of their folder: %j",
    async (name) => {
      put("built", "script");
      const files = [{ name, contentType: "text/plain", hash: "h" }];
      writeFileSync(join(directory, "built/files.json"), JSON.stringify({ script: "x", style: "y", files }));
      await expect(portalFiles("built")()).rejects.toMatchObject({ name: "ZodError" });
    },
  );

  test("that cannot be read are no portal that was not built", async () => {
    mkdirSync(join(directory, "built/files.json"), { recursive: true });
    await expect(portalFiles("built")()).rejects.toMatchObject({ code: "EISDIR" });
  });
});
