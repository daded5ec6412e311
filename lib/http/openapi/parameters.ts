import type * as z from "zod";
import type { JsonSchema, Parameter } from "./document.ts";
import { fieldsOf } from "./json-schema.ts";

/** A header or cookie that a route reads. */
export type ReadHeader = { description: string; required?: true };

/** Parameters in the address, which a route names in braces. */
export function pathParameters(route: string, schema?: z.ZodType): Parameter[] {
  const { fields } = fieldsOf(schema);
  return [...route.matchAll(/\{\*?(\w+)\}/g)].map(([, name = ""]) =>
    parameter("path", name, true, fields[name] ?? { type: "string" }),
  );
}

export function queryParameters(schema: z.ZodType | undefined): Parameter[] {
  const { fields, required } = fieldsOf(schema);
  return Object.entries(fields).map(([name, field]) => parameter("query", name, required.includes(name), field));
}

/** Headers and cookies by their names. */
export function headerParameters(read: Record<string, ReadHeader> = {}, where: "header" | "cookie" = "header") {
  return Object.entries(read).map(([name, { description, required = false }]) =>
    parameter(where, name, required, { type: "string", description }),
  );
}

export function idempotencyKeyParameter(kind: "required" | "optional" | undefined): Parameter[] {
  if (!kind) return [];
  const description = "A new value for each new request, the same one to ask again: nothing is done twice.";
  const schema = { type: "string", minLength: 1, maxLength: 255 };
  return [parameter("header", "Idempotency-Key", kind === "required", { ...schema, description })];
}

/** What a schema says in words is the parameter's own description. */
function parameter(
  where: Parameter["in"],
  name: string,
  required: boolean,
  { description, ...schema }: JsonSchema,
): Parameter {
  return { name, in: where, required, ...(typeof description === "string" ? { description } : {}), schema };
}
