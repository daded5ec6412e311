import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import * as z from "zod";
import { type BicepFile, readBicep } from "./bicep-file.ts";
import { resourceProblems } from "./resources.ts";
import { handWritten, type Schemas, type Shape } from "./schema.ts";

const usage = `node tests/infra/azure/snapshot.ts [--azmcp PROGRAM]

Makes published-schemas.json anew: the published types of every resource in infra/azure, trimmed to what is used there. It asks
@azure/mcp 2.0.5 (MIT), which carries the types with it and is fetched by npx unless --azmcp names the program.
`;

const root = join(import.meta.dirname, "..", "..", "..");
const property = z.object({ name: z.string(), type: z.string(), flags: z.string().default("") });
const object = z.object({
  name: z.string(),
  properties: z.array(property).default([]),
  additionalPropertiesType: z.string().optional(),
});
const discriminated = z.object({
  discriminator: z.string(),
  baseProperties: z.array(property),
  elements: z.array(object),
});
const answer = z.object({
  results: z.object({
    BicepSchemaResult: z.array(
      z.union([
        z.object({ $type: z.literal("Resource"), name: z.string(), bodyType: z.union([discriminated, object]) }),
        z.object({ $type: z.literal("Object") }).extend(object.shape),
        z.object({ $type: z.literal("DiscriminatedObject"), name: z.string() }).extend(discriminated.shape),
        z.object({ $type: z.string() }),
      ]),
    ),
  }),
});

const { values } = parseArgs({ options: { azmcp: { type: "string" }, help: { type: "boolean" } } });
if (values.help) process.stdout.write(usage);
else await makeSnapshot(values.azmcp);

async function makeSnapshot(program: string | undefined): Promise<void> {
  const files = await Promise.all(globSync("infra/azure/**/*.bicep", { cwd: root }).map((path) => readBicep(path)));
  const wanted = new Set(files.flatMap(({ resources }) => resources.map(({ of }) => of)));
  const whole: Schemas = {};
  for (const name of [...wanted].sort()) if (!handWritten[name]) whole[name] = await published(name, program);
  const source = "Made by snapshot.ts from @azure/mcp 2.0.5, trimmed to what the Bicep files touch";
  const path = join(import.meta.dirname, "published-schemas.json");
  await writeFile(path, `${JSON.stringify({ source, resources: trimmed(whole, files) }, null, 2)}\n`);
}

async function published(name: string, program: string | undefined): Promise<Schemas[string]> {
  const [type = ""] = name.split("@");
  const [file, first] = program ? [program, []] : ["npx", ["--yes", "@azure/mcp@2.0.5"]];
  const asked = [...first, "bicepschema", "get", "--resource-type", type];
  const env = { ...process.env, AZURE_MCP_COLLECT_TELEMETRY: "false" };
  const { stdout } = await promisify(execFile)(file, asked, { env, maxBuffer: 256 * 1024 * 1024 });
  const shapes: Record<string, Shape> = {};
  let body: Shape | undefined;
  for (const part of answer.parse(JSON.parse(stdout)).results.BicepSchemaResult) {
    if ("bodyType" in part && part.name.toLowerCase() === name.toLowerCase()) body = shapeOf(part.bodyType);
    else if ("properties" in part || "elements" in part) shapes[part.name] = shapeOf(part);
  }
  if (!body) throw new Error(`${name} is not published in this version`);
  return { body, shapes };
}

function shapeOf(part: z.infer<typeof object> | z.infer<typeof discriminated>): Shape {
  if (!("elements" in part)) {
    const { properties, additionalPropertiesType: others } = part;
    return { properties: recordOf(properties), ...(others ? { others } : {}) };
  }
  const by = part.discriminator;
  const variants = part.elements.map(({ properties }): [string, Record<string, string>] => {
    return [properties.find(({ name }) => name === by)?.type ?? "", recordOf(properties)];
  });
  return { properties: recordOf(part.baseProperties), by, variants: Object.fromEntries(variants) };
}

function recordOf(properties: readonly z.infer<typeof property>[]): Record<string, string> {
  const word = (flags: string) =>
    flags.includes("ReadOnly") ? "readonly " : flags.includes("Required") ? "required " : "";
  return Object.fromEntries(properties.map(({ name, type, flags }) => [name, `${word(flags)}${type}`]));
}

/** Only the shapes that the checks look at, each with all of its properties. */
function trimmed(whole: Schemas, files: readonly BicepFile[]): Schemas {
  const used = new Set<string>();
  const visit = (resource: string, shape: string) => used.add(`${resource} ${shape}`);
  for (const file of files) resourceProblems(file, { ...whole, ...handWritten }, visit);
  const kept = Object.entries(whole).map(([name, { body, shapes }]): [string, Schemas[string]] => {
    const entries = Object.entries(shapes).filter(([shape]) => used.has(`${name} ${shape}`));
    return [name, { body, shapes: Object.fromEntries(entries) }];
  });
  return Object.fromEntries(kept);
}
