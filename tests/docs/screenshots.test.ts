import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { root } from "../../infra/local/product.ts";
import { takeScreenshots } from "../../infra/screenshots/take.ts";

const TIMEOUT_MS = 180_000;

/** The pictures that a document shows. */
const shownIn = (document: string) =>
  [...readFileSync(join(root, document), "utf8").matchAll(/screenshots\/([\w-]+\.png)/g)].map(([, name = ""]) => name);

test("the pictures in the documents are all there, and no other", () => {
  const kept = readdirSync(join(root, "docs/screenshots")).sort();
  expect(kept.length).toBeGreaterThan(15);
  expect([...new Set(shownIn("docs/portal.md"))].sort()).toEqual(kept);
  expect(kept).toEqual(expect.arrayContaining(shownIn("README.md")));
});

test(
  "npm run screenshots takes each of them, so every screen they show stands",
  async () => {
    const directory = mkdtempSync(join(tmpdir(), "screenshots-test-"));
    const taken: string[] = [];
    await takeScreenshots(directory, (name) => taken.push(name));
    expect(readdirSync(directory).sort()).toEqual(readdirSync(join(root, "docs/screenshots")).sort());
    expect([...taken].sort()).toEqual(readdirSync(directory).sort());
    for (const name of taken) expect(readFileSync(join(directory, name)).subarray(1, 4).toString()).toBe("PNG");
    rmSync(directory, { recursive: true });
  },
  TIMEOUT_MS,
);
