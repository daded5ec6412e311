import { readFileSync } from "node:fs";
import { type BicepFile, keysOf, variableOf } from "./bicep-file.ts";
import { childrenOf, literalOf, type Node, propertiesOf } from "./syntax.ts";

/** Read by the app, but not for a deployment to say. */
const NOT_GIVEN: Record<string, string> = {
  WEBSITE_HOSTNAME: "App Service sets it",
  AzureWebJobsStorage: "a connection string holds a shared key, and those are off",
  WEBHOOK_ALLOW_LOOPBACK: "never in production",
};

/** Read by the Functions host, as Microsoft documents them (App settings reference for Azure Functions). */
const OF_THE_HOST = [
  "APPLICATIONINSIGHTS_CONNECTION_STRING",
  "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
  "AzureWebJobsDisableHomepage",
  "AzureWebJobsStorage__accountName",
  "AzureWebJobsStorage__credential",
  "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
];

/** Flex Consumption refuses these: functionAppConfig says it instead. */
const REFUSED_BY_FLEX = [
  "FUNCTIONS_EXTENSION_VERSION",
  "FUNCTIONS_WORKER_RUNTIME",
  "FUNCTIONS_WORKER_RUNTIME_VERSION",
  "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
  "WEBSITE_CONTENTSHARE",
  "WEBSITE_NODE_DEFAULT_VERSION",
  "WEBSITE_RUN_FROM_PACKAGE",
];

/** The names of all settings that the app reads, from the only file that reads them. */
export function settingsRead(): string[] {
  const text = readFileSync(new URL("../../../lib/settings.ts", import.meta.url), "utf8");
  const schema = /const schema = z\.object\(\{(.*?)^\}\);/ms.exec(text)?.[1] ?? "";
  const ofSchema = [...schema.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1] ?? "");
  const ofStorage = [...text.matchAll(/given\.(AzureWebJobsStorage\w*)/g)].map((match) => match[1] ?? "");
  return [...new Set([...ofSchema, ...ofStorage])];
}

/** The names of all settings that the deployment gives. */
export const settingsGiven = (main: BicepFile, app: BicepFile): string[] => [
  ...keysOf(variableOf(main, "settings")),
  ...keysOf(variableOf(app, "hostSettings")),
];

/** Settings that the app reads and nobody gives, and settings that are given and nobody reads. */
export function settingProblems(main: BicepFile, app: BicepFile): string[] {
  const read = settingsRead();
  const given = settingsGiven(main, app);
  const missing = read.filter((name) => !given.includes(name) && !(name in NOT_GIVEN));
  const unknown = given.filter((name) => !read.includes(name) && !OF_THE_HOST.includes(name));
  const unwanted = given.filter((name) => name in NOT_GIVEN || REFUSED_BY_FLEX.includes(name));
  return [
    ...missing.map((name) => `${name} is read and not given`),
    ...unknown.map((name) => `${name} is given and nobody reads it`),
    ...unwanted.map((name) => `${name} must not be given`),
  ];
}

/**
 * What the app would be told: each setting with the value of its parameter (from `examples`, or its default), and the
 * texts of `examples` in place of what only Azure knows.
 */
export function settingsAsTold(files: readonly BicepFile[], examples: Record<string, string>): Record<string, string> {
  const told = files.flatMap((file) => {
    const object = variableOf(file, "settings") ?? variableOf(file, "hostSettings");
    return object ? propertiesOf(object).map(({ key, value }) => [key, textOf(file, value, examples)] as const) : [];
  });
  return Object.fromEntries(told);
}

function textOf(file: BicepFile, node: Node, examples: Record<string, string>): string {
  const literal = literalOf(node);
  if (literal !== undefined) return literal;
  const example = examples[node.text];
  if (example !== undefined) return example;
  const children = childrenOf(node);
  const [first, second, third] = children;
  if (node.type === "boolean" || node.type === "number") return node.text;
  if (node.type === "ternary_expression" && first && second && third)
    return textOf(file, textOf(file, first, examples) === "true" ? second : third, examples);
  // As Resource Manager does it: it writes true as True.
  if (node.type === "call_expression" && first?.text === "string" && second) {
    const text = textOf(file, childrenOf(second)[0] ?? second, examples);
    return text === "true" || text === "false" ? `${text[0]?.toUpperCase()}${text.slice(1)}` : text;
  }
  if (node.type === "string")
    return children
      .map((part) => (part.type === "interpolation" ? textOf(file, childrenOf(part)[0] ?? part, examples) : part.text))
      .join("");
  const parameter = file.params.find(({ name }) => name === node.text);
  if (parameter?.value) return textOf(file, parameter.value, examples);
  throw new Error(`Nobody says what ${node.text} is in ${file.path}`);
}
