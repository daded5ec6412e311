import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { removeOthers, writeFiles } from "../../infra/build-write.ts";

let directory: string;

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "build-write-")), "dist");
});

afterEach(() => rmSync(join(directory, ".."), { recursive: true }));

const read = (name: string) => readFileSync(join(directory, name), "utf8");

describe("Built files", () => {
  test("are written into a folder that is made, and nothing else is left there", () => {
    writeFiles(
      directory,
      new Map<string, string | Uint8Array>([
        ["a.js", "a"],
        ["b.js", Buffer.from("b")],
      ]),
    );
    expect(readdirSync(directory).sort()).toEqual(["a.js", "b.js"]);
    expect([read("a.js"), read("b.js")]).toEqual(["a", "b"]);
  });

  test("that stand there already are not touched, others are replaced", () => {
    writeFiles(
      directory,
      new Map([
        ["same.js", "1"],
        ["changed.js", "1"],
      ]),
    );
    const then = new Date("2026-01-01T00:00:00Z");
    for (const name of ["same.js", "changed.js"]) utimesSync(join(directory, name), then, then);
    writeFiles(
      directory,
      new Map([
        ["same.js", "1"],
        ["changed.js", "2"],
      ]),
    );
    expect(statSync(join(directory, "same.js")).mtime).toEqual(then);
    expect(statSync(join(directory, "changed.js")).mtime).not.toEqual(then);
    expect(read("changed.js")).toBe("2");
  });

  test("of older builds go; folders, and what another build is writing, stay", () => {
    const files = new Map([["new.js", ""]]);
    writeFiles(directory, new Map([["old.js", ""], ["old.js.map", ""], [".new.js.4711", ""], ...files]));
    mkdirSync(join(directory, "portal"));
    removeOthers(directory, files);
    expect(readdirSync(directory).sort()).toEqual([".new.js.4711", "new.js", "portal"]);
  });
});
