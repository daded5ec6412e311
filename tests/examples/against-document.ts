import type { JsonSchema, Operation } from "../../lib/http/openapi/document.ts";
import { misfit, theDocument } from "../documented.ts";

/** A request as an example writes it; what it fills in at run time stands as any text. */
type Written = { method: string; path: string; headers: readonly string[]; body?: Record<string, unknown> | undefined };

/** The operation behind a method and an address. */
export function operationFor(method: string, path: string): Operation | undefined {
  const [pathname = ""] = path.split("?");
  const matches = Object.entries(theDocument().paths)
    .filter(([template]) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathname))
    .sort(([a], [b]) => a.split("{").length - b.split("{").length);
  return matches.map(([, methods]) => methods[method.toLowerCase()]).find((operation) => operation !== undefined);
}

/** One line for each thing in a written request that the document does not have, or that it wants and is not there. */
export function misspelt({ method, path, headers, body }: Written): string[] {
  const operation = operationFor(method, path);
  if (!operation) return [`${method} ${path} is no operation`];
  const named = (where: string) => operation.parameters.filter((each) => each.in === where);
  const query = [...new URLSearchParams(path.split("?")[1] ?? "").keys()];
  const usual = ["Authorization", "Content-Type"];
  const media = operation.requestBody?.content["application/json"];
  const unfit = body && media ? misfit(media.schema, body) : undefined;
  return [
    ...query
      .filter((key) => !named("query").some(({ name }) => name === key))
      .map((key) => `the query's ${key} is unknown`),
    ...headers
      .filter((header) => ![...usual, ...named("header").map(({ name }) => name)].includes(header))
      .map((header) => `the header ${header} is unknown`),
    ...named("header")
      .filter(({ name, required }) => required && !headers.includes(name))
      .map(({ name }) => `the header ${name} is missing`),
    ...(operation.security.length > 0 && !headers.includes("Authorization") ? ["there is no token"] : []),
    ...(body !== undefined && !media ? ["it takes no JSON body"] : []),
    ...(operation.requestBody && body === undefined ? ["its body is missing"] : []),
    ...(unfit ? [unfit] : []),
  ];
}

/** A schema, or the one that it refers to. */
export function resolved(schema: JsonSchema): JsonSchema {
  const name = typeof schema.$ref === "string" ? schema.$ref.split("/").at(-1) : undefined;
  return name === undefined ? schema : (theDocument().components.schemas[name] ?? {});
}

/** Every field that the answers of an operation have, at any depth. */
export function fieldsNamed(operation: Operation | undefined): string[] {
  const schemas = Object.values(operation?.responses ?? {}).flatMap(({ content = {} }) =>
    Object.values(content).map(({ schema }) => schema),
  );
  return [...new Set(schemas.flatMap(fieldsIn))];
}

function fieldsIn(schema: JsonSchema): string[] {
  const {
    properties = {},
    items,
    allOf = [],
    anyOf = [],
  } = resolved(schema) as {
    properties?: Record<string, JsonSchema>;
    items?: JsonSchema;
    allOf?: JsonSchema[];
    anyOf?: JsonSchema[];
  };
  const inside = [...Object.values(properties), ...(items ? [items] : []), ...allOf, ...anyOf];
  return [...Object.keys(properties), ...inside.flatMap(fieldsIn)];
}
