import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "../..");
const { scripts, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  engines: { node: string };
};
const workflows = globSync(".github/workflows/*.yml", { cwd: root })
  .sort()
  .map((path) => [path.replace(".github/workflows/", ""), readFileSync(join(root, path), "utf8")] as const);

type Job = { name: string; text: string };
/** The jobs of a workflow: what stands two deep under `jobs:`. */
function jobsOf(workflow: string): Job[] {
  const [, jobs = ""] = workflow.split(/^jobs:\n/m);
  return jobs
    .split(/^(?= {2}[\w-]+:\n)/m)
    .flatMap((text) => ({ name: /^ {2}([\w-]+):\n/.exec(text)?.[1] ?? "", text }))
    .filter(({ name }) => name !== "");
}
/** What a job may do, as `scope: level`. */
const permissionsOf = ({ text }: Job) =>
  [...(/^ {4}permissions:\n((?: {6}.*\n)+)/m.exec(text)?.[1] ?? "").matchAll(/^ {6}(.+)$/gm)].map(([, each]) => each);

/** Everything wrong with a workflow. */
function faultsOf(workflow: string): string[] {
  const faults: string[] = [];
  const uses = [...workflow.matchAll(/uses:\s*(\S+)(.*)$/gm)];
  for (const [, action = "", comment = ""] of uses) {
    if (!/^[\w.-]+(?:\/[\w.-]+)+@[0-9a-f]{40}$/.test(action)) faults.push(`${action} is not pinned by a whole hash`);
    if (!/^ # v\d+\.\d+\.\d+$/.test(comment)) faults.push(`${action} does not say its version`);
  }
  if (!/^permissions: \{\}$/m.test(workflow)) faults.push("gives permissions to all jobs");
  if (!/^concurrency:\n {2}group: .+\n {2}cancel-in-progress: /m.test(workflow))
    faults.push("says nothing of concurrency");
  if (/pull_request_target/.test(workflow)) faults.push("runs others' code with our permissions");
  for (const job of jobsOf(workflow)) {
    if (permissionsOf(job).length === 0) faults.push(`${job.name} does not say what it may do`);
    if (!/^ {4}timeout-minutes: \d+$/m.test(job.text)) faults.push(`${job.name} has no time limit`);
    const mayWrite = permissionsOf(job).some((each) =>
      /^(contents|id-token|attestations|packages): write$/.test(each ?? ""),
    );
    if (mayWrite && /\bnpm\b/.test(job.text)) faults.push(`${job.name} runs packages of others while it may write`);
    const checkouts = job.text.match(/actions\/checkout@/g)?.length ?? 0;
    const forgotten = job.text.match(/persist-credentials: false/g)?.length ?? 0;
    if (checkouts !== forgotten) faults.push(`${job.name} leaves its token on the disk`);
  }
  for (const [line] of workflow.matchAll(/^.*\$\{\{\s*github\.(?:event|head_ref|ref_name)\b.*$/gm))
    if (!/cancel-in-progress|if:/.test(line)) faults.push(`what outsiders write gets into a command: ${line.trim()}`);
  for (const [, script = ""] of workflow.matchAll(/npm (?:run )?(test|start|(?<=run )[\w:-]+)/g))
    if (!scripts[script]) faults.push(`there is no script ${script}`);
  return faults;
}

test("there are workflows for tests, analysis, dependencies and releases", () => {
  expect(workflows.map(([name]) => name)).toEqual(["codeql.yml", "dependencies.yml", "release.yml", "test.yml"]);
});

describe("Each workflow", () => {
  test.each(workflows)("%s is pinned, limited and least privileged, and calls what there is", (_name, workflow) => {
    expect(jobsOf(workflow).length).toBeGreaterThan(0);
    expect(faultsOf(workflow)).toEqual([]);
  });

  test.each(workflows)("%s pins an action to one version alone, the same as the others do", (_name, workflow) => {
    const pins = (text: string) =>
      [...text.matchAll(/uses: ([\w-]+\/[\w-]+)[^@]*@(.+)$/gm)].map(([, name, pin]) => [name, pin]);
    const all = new Map(workflows.flatMap(([, text]) => pins(text)).map(([name, pin]) => [name, pin]));
    for (const [name, pin] of pins(workflow)) expect([name, pin]).toEqual([name, all.get(name)]);
  });

  test.each([
    ["a tag instead of a hash", (text: string) => text.replace(/@[0-9a-f]{40} # v7\.0\.1/, "@v7 # v7.0.1")],
    ["a hash without its version", (text: string) => text.replace(/ # v7\.0\.1/, "")],
    ["a short hash", (text: string) => text.replace(/@[0-9a-f]{33}/, "@")],
    ["permissions for all", (text: string) => text.replace("permissions: {}", "permissions: write-all")],
    [
      "a job that does not say what it may do",
      (text: string) => text.replace(/ {4}permissions:\n {6}contents: read\n/, ""),
    ],
    ["a job without a time limit", (text: string) => text.replace(/ {4}timeout-minutes: \d+\n/, "")],
    [
      "a token that is left on the disk",
      (text: string) => text.replace(/ {8}with:\n {10}persist-credentials: false\n/, ""),
    ],
    ["a script that there is not", (text: string) => text.replace("npm run package", "npm run parcel")],
    [
      "a command with an outsider's words",
      (text: string) => text.replace("npm test", `echo $${"{{ github.head_ref }}"}`),
    ],
    ["others' code with our permissions", (text: string) => text.replace("pull_request:", "pull_request_target:")],
    ["packages of others in a job that may write", (text: string) => text.replace("contents: read", "contents: write")],
    ["no word of concurrency", (text: string) => text.replace(/concurrency:\n.*\n.*\n/, "")],
  ])("would be found to have %s", (_what, broken) => {
    const [, workflow = ""] = workflows.find(([name]) => name === "test.yml") ?? [];
    expect(broken(workflow)).not.toBe(workflow);
    expect(faultsOf(broken(workflow)).length).toBeGreaterThan(0);
  });
});

describe("Tests", () => {
  const [, workflow = ""] = workflows.find(([name]) => name === "test.yml") ?? [];

  test("run on the oldest Node that package.json allows and on the one that the product brings", () => {
    const matrix = /node: \[([\d, ]+)\]/.exec(workflow)?.[1]?.split(", ").map(Number) ?? [];
    const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    expect(matrix).toEqual([
      Number(/\d+/.exec(engines.node)?.[0]),
      Number(/^\d+/.exec(devDependencies.node ?? "")?.[0]),
    ]);
  });

  test("build each Bicep file that there is", () => {
    expect(workflow).toContain("find infra/azure -name '*.bicep'");
    expect(globSync("infra/azure/**/*.bicep", { cwd: root }).length).toBeGreaterThan(0);
  });
});

describe("A release", () => {
  const [, workflow = ""] = workflows.find(([name]) => name === "release.yml") ?? [];
  const [build, publish] = jobsOf(workflow);

  test("is built and tested without any right, and published without any package", () => {
    expect(permissionsOf(build ?? { name: "", text: "" })).toEqual(["contents: read"]);
    expect(permissionsOf(publish ?? { name: "", text: "" })).toEqual([
      "contents: write",
      "id-token: write",
      "attestations: write",
    ]);
    expect(build?.text).toMatch(/npm ci[\s\S]+npm test[\s\S]+npm run package/);
    expect(publish?.text).toMatch(/needs: build/);
  });

  test("has the package, its SBOM, checksums and provenance of both", () => {
    expect(publish?.text).toMatch(
      /attest-build-provenance@[\s\S]+subject-path: package\/\*[\s\S]+sha256sum[\s\S]+gh release create/,
    );
    const packaging = readFileSync(join(root, "infra/package.ts"), "utf8");
    for (const file of ["connector.zip", "sbom.cdx.json"]) expect(packaging).toContain(`join(out, "${file}")`);
  });
});

test("Dependabot looks after packages and actions", () => {
  const text = readFileSync(join(root, ".github/dependabot.yml"), "utf8");
  expect([...text.matchAll(/package-ecosystem: ([\w-]+)/g)].map(([, name]) => name)).toEqual(["npm", "github-actions"]);
});
