import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "..", "..");
const textOf = (path: string) => readFileSync(join(root, path), "utf8");
const page = textOf("docs/deploy.md");
const found = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? "")),
];
const slugOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, "")
    .trim()
    .replaceAll(" ", "-");

describe("The page about deploying", () => {
  test("tells every parameter, and none that there is not", () => {
    const parameters = found(textOf("infra/azure/main.parameters.json"), /\$\{(\w+)/g);
    const table = page.slice(page.indexOf("\n## Parameters"), page.indexOf("\n## A private network"));
    const told = table
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .flatMap((line) => found(line.split("|")[1] ?? "", /`(\w+)`/g));
    expect(told.sort()).toEqual([...parameters, "ENTRA_SETUP"].sort());
  });

  test("names outputs, scripts and files that exist", () => {
    const outputs = found(textOf("infra/azure/main.bicep"), /^output (\w+) /gm);
    const hooks = ["secrets", "grant"].map((name) => textOf(`infra/azure/hooks/${name}.ts`)).join("\n");
    expect(outputs.filter((name) => !page.includes(name) && !hooks.includes(name))).toEqual(["AZURE_RESOURCE_GROUP"]);
    for (const name of found(page, /azd env get-value (\w+)/g)) expect([...outputs, "API_CLIENT_ID"]).toContain(name);
    for (const path of found(page, /\b(infra\/azure\/[\w./-]+\.(?:ts|bicep|json))/g))
      expect([path, existsSync(join(root, path))]).toEqual([path, true]);
    for (const script of found(page, /`npm run ([\w:]+)/g))
      expect(JSON.parse(textOf("package.json")).scripts).toHaveProperty(script);
  });

  test("leads nowhere that is not there", () => {
    for (const link of found(page, /\]\(([^)]+)\)/g)) {
      if (link.startsWith("https://")) continue;
      const [path = "", anchor] = link.split("#");
      const target = path ? join("docs", path) : "docs/deploy.md";
      expect([link, existsSync(join(root, target))]).toEqual([link, true]);
      if (anchor)
        expect([link, found(textOf(target), /^#+ (.+)$/gm).map(slugOf)]).toEqual([
          link,
          expect.arrayContaining([anchor]),
        ]);
    }
  });
});
