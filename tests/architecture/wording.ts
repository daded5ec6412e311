import { layerOf, subjects } from "./imports.ts";
import type { SourceFile } from "./source-file.ts";

type Rule = { name: string; pattern: RegExp; isAllowedIn: (path: string) => boolean };

const isInfra = (path: string) => !/^(functions|lib)\//.test(path);
const isApp = (path: string) => path === "lib/app.ts";
const isOutside = (path: string) => path === "lib/adapters/outside.ts";

/** What comes from outside of the program, and the only places that may ask for it. */
const impure: readonly Rule[] = [
  {
    name: "the clock",
    pattern: /\bnew Date(\(\s*\)|(?!\s*\())|\bDate\.now\b|(?<!new )\bDate\(/,
    isAllowedIn: isApp,
  },
  {
    name: "randomness",
    pattern: /\bMath\.random\b|\brandom(UUID|Bytes|Int|FillSync|Fill)\b|\bgetRandomValues\b/,
    isAllowedIn: isOutside,
  },
  {
    name: "process.env",
    pattern: /\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\[/,
    isAllowedIn: (path) => path === "functions/main.ts",
  },
  {
    name: "a local mode",
    pattern: /\bNODE_ENV\b|\bisLocal\b|\bAZURE_FUNCTIONS_ENVIRONMENT\b/,
    isAllowedIn: () => false,
  },
  { name: "the network", pattern: /(?<![.\w])fetch\(/, isAllowedIn: (path) => path.startsWith("lib/adapters/") },
  {
    name: "a stopwatch",
    pattern: /\bperformance\b|\bhrtime\b/,
    isAllowedIn: (path) => path.startsWith("lib/adapters/"),
  },
  {
    name: "waiting",
    pattern: /\bset(Timeout|Interval|Immediate)\b/,
    isAllowedIn: (path) => !subjects.some((subject) => subject === layerOf(path)),
  },
];

/** One line for each thing in `functions/` or `lib/` that a rule keeps out of this file. */
export function impurities({ path, code }: SourceFile): string[] {
  if (isInfra(path)) return [];
  return impure
    .filter(({ pattern, isAllowedIn }) => pattern.test(code) && !isAllowedIn(path))
    .map(({ name }) => `${path} takes ${name}`);
}

const FORBIDDEN_PARTS = /(^|[/-])(utils?|helpers?|commons?|services?)(\/|[.-]|$)/i;

/** One line for each name that says nothing about the product. */
export function meaninglessNames({ path, code, imports }: SourceFile): string[] {
  const found: string[] = [];
  if (FORBIDDEN_PARTS.test(path)) found.push(`${path} is a pile`);
  if (/(^|\/)types\.ts$/.test(path)) found.push(`${path} keeps types away from what they belong to`);
  if (/(^|\/)index\.ts$/.test(path) || /^\s*export \* from/m.test(code)) found.push(`${path} is a barrel`);
  const declared = [...code.matchAll(/\b(?:class|interface|type)\s+(\w+)/g)].map((match) => match[1] ?? "");
  const renamed = [...declared, ...imports.flatMap(({ names }) => names)];
  found.push(
    ...renamed.filter((name) => /^I[A-Z][a-z]|Impl$/.test(name)).map((name) => `${path} calls something ${name}`),
  );
  return found;
}

/** One line for each thing left for later or switched off. */
export function unfinished({ path, text, nodeTypes }: SourceFile): string[] {
  const found: string[] = [];
  if (/\b(TODO|FIXME|XXX|HACK)\b/.test(text)) found.push(`${path} leaves something for later`);
  if (/@ts-(ignore|nocheck|expect-error)|biome-ignore|eslint-disable/.test(text))
    found.push(`${path} switches a check off`);
  if (nodeTypes.has("TsKeywordType any")) found.push(`${path} uses any`);
  if (nodeTypes.has("TsNonNullExpression")) found.push(`${path} says ! instead of looking`);
  return found;
}
