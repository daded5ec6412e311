import * as z from "zod";
import type { JsonSchema } from "./document.ts";

/**
 * JSON Schema 2020-12, which OpenAPI 3.1 takes as it is, of what is read (`input`). A schema with an id is written once,
 * under `components`, and referred to from everywhere else.
 */
export function jsonSchemaOf(schema: z.ZodType, components: Record<string, JsonSchema>): JsonSchema {
  const {
    $schema: _dialect,
    $defs = {},
    ...rest
  } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  for (const [id, definition] of Object.entries($defs as Record<string, JsonSchema>))
    components[id] = referringToComponents(definition);
  return referringToComponents(rest);
}

function referringToComponents(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;
}

/** The fields of an object's schema, and which of them must be there. */
export function fieldsOf(schema: z.ZodType | undefined): { fields: Record<string, JsonSchema>; required: string[] } {
  if (!schema) return { fields: {}, required: [] };
  const { properties = {}, required = [] } = jsonSchemaOf(schema, {}) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return { fields: properties, required };
}
