import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "infra/azure/queries");
const page = readFileSync(join(root, "docs/monitoring.md"), "utf8");
const queries = globSync("*.kql", { cwd: folder }).map((file) => file.replace(".kql", ""));
const quoted = new Map(
  [...page.matchAll(/<!-- query: ([\w-]+) -->\n```kusto\n([\s\S]*?)```/g)].map(([, name = "", text]) => [name, text]),
);
const textOf = (name: string) => readFileSync(join(folder, `${name}.kql`), "utf8");

describe("docs/monitoring.md", () => {
  test("quotes each alert's query to the letter", () => {
    expect([...quoted.keys()].sort()).toEqual([
      "dependency-failures",
      "needs-consent",
      "one-correlation",
      "poison-messages",
      "refresh-age",
      "seal-age",
    ]);
    for (const [name, text] of quoted) expect(text).toBe(textOf(name));
  });

  test("names every query", () => {
    expect(queries.filter((name) => !page.includes(`\`${name}`) && !quoted.has(name))).toEqual([]);
  });
});

test("a query that looks over a time leaves the time to whoever asks", () => {
  for (const name of queries) expect([name, /ago\(|now\(\)/.test(textOf(name))]).toEqual([name, false]);
});
