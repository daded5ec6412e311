import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { type Group, groups } from "./groups.ts";

type Options = ConstructorParameters<typeof Stryker>[0];
type Mutant = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

// Changes the code of lib/ in many small ways, one at a time, and looks whether a test notices.
// node tests/mutation/mutate.ts [group…] [--show] [--concurrency N]

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { show: { type: "boolean", default: false }, concurrency: { type: "string", default: "2" } },
});
const unknown = positionals.filter((name) => !groups.some((group) => group.name === name));
if (unknown.length > 0) throw new Error(`There is no group ${unknown}. Groups: ${groups.map(({ name }) => name)}`);

const chosen = groups.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const scores: { group: string; found: number; missed: number; score: string; goal: string }[] = [];
let isBelow = false;
const all = { found: 0, missed: 0 };
for (const group of chosen) {
  const { found, missed } = await mutate(group);
  all.found += found;
  all.missed += missed;
  const score = (100 * found) / (found + missed);
  if (score < group.goal) isBelow = true;
  scores.push({ group: group.name, found, missed, score: `${score.toFixed(1)} %`, goal: `>= ${group.goal} %` });
}
console.table(scores);
console.log(
  `mutation: ${all.found} of ${all.found + all.missed} found, ${((100 * all.found) / (all.found + all.missed)).toFixed(1)} %`,
);
process.exitCode = isBelow ? 1 : 0;

async function mutate({ mutate, tests }: Group): Promise<{ found: number; missed: number }> {
  const options: Options = {
    mutate: [...mutate],
    testRunner: "jest",
    testRunnerNodeArgs: ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"],
    plugins: ["@stryker-mutator/jest-runner"],
    jest: {
      projectType: "custom",
      config: {
        testMatch: tests.map((pattern) => `<rootDir>/${pattern}`),
        extensionsToTreatAsEsm: [".ts"],
        transform: { "^.+\\.ts$": "@swc/jest" },
      },
    },
    coverageAnalysis: "perTest",
    disableTypeChecks: true,
    // Its rewriting of tsconfig.json needs the API of an older TypeScript; nothing here does.
    tsconfigFile: "none",
    concurrency: Number(values.concurrency),
    reporters: values.show ? ["clear-text"] : ["progress-append-only"],
    allowConsoleColors: false,
    tempDirName: ".stryker-tmp",
  };
  const results = await new Stryker(options).runMutationTest();
  const count = (...statuses: Mutant["status"][]) => results.filter(({ status }) => statuses.includes(status)).length;
  return { found: count("Killed", "Timeout"), missed: count("Survived", "NoCoverage") };
}
