import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "../..");
const pages = globSync(["*.md", "docs/**/*.md", "examples/*.md"], { cwd: root }).sort();
const textOf = (page: string) => readFileSync(join(root, page), "utf8").replaceAll(/```[\s\S]*?```/g, "");

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(page: string): string[] {
  const headings = [...textOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Links of `text`, which stands in `page`, that lead nowhere. */
function deadLinks(page: string, text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

test.each(pages)("every link of %s leads to what there is", (page) => {
  expect(deadLinks(page, textOf(page))).toEqual([]);
});

test("a link to no page, or to no heading of it, would be found", () => {
  const text =
    "[a](docs/none.md) [b](docs/operations.md#none) [c](#none) [d](docs/operations.md#settings) [e](https://x.example)";
  expect(deadLinks("README.md", text)).toEqual(["docs/none.md", "docs/operations.md#none", "#none"]);
});

test("every page of docs is named by the README", () => {
  const named = textOf("README.md");
  expect(globSync("docs/*.md", { cwd: root }).filter((page) => !named.includes(`(${page}`))).toEqual([]);
});
