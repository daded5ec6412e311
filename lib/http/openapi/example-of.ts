import type { JsonSchema } from "./document.ts";

/** What a text or number is like that is called so everywhere in this API. */
const likeName: Record<string, unknown> = {
  deviceId: "d0000000-0000-4000-8000-000000000001",
  personId: "10000000-0000-4000-8000-000000000002",
  ids: "10000000-0000-4000-8000-000000000002,d0000000-0000-4000-8000-000000000001",
  reason: "Mail does not open",
  ticket: "INC0012345",
  language: "fr",
  termsVersion: "1",
  url: "https://tickets.contoso.com/hooks/remote-assistance",
  description: "Ticket system",
  search: "PHONE-ANA",
  startUrl: "https://help.contoso.com/api/connector/start?ticket=used-once",
  session: "0123456789abcdef0123456789abcdef",
};

const AT = "2026-11-22T10:00:00.000Z";

/** A value that fits `schema`: the example it has itself, else one made of its parts; `name` is the field it stands in. */
export function exampleOf(schema: JsonSchema, schemas: Record<string, JsonSchema>, name = ""): unknown {
  const { $ref, examples, const: only, enum: values, anyOf, oneOf, type, properties, items, format, minimum } = schema;
  if (typeof $ref === "string") return exampleOf(schemas[$ref.split("/").at(-1) ?? ""] ?? {}, schemas, name);
  if (Array.isArray(examples)) return examples[0];
  if (only !== undefined) return only;
  const [first] = listOf(values);
  if (first !== undefined) return first;
  const [choice] = [...listOf(anyOf), ...listOf(oneOf)];
  if (choice) return exampleOf(choice as JsonSchema, schemas, name);
  if (type === "array") return [exampleOf((items ?? {}) as JsonSchema, schemas, name)];
  if (type === "object" || properties) {
    const fields = Object.entries((properties ?? {}) as Record<string, JsonSchema>);
    return Object.fromEntries(fields.map(([field, its]) => [field, exampleOf(its, schemas, field)]));
  }
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return typeof minimum === "number" ? Math.max(minimum, 1) : 1;
  return likeName[name] ?? textLike(format);
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function textLike(format: unknown): string {
  if (format === "date-time") return AT;
  if (format === "date") return AT.slice(0, 10);
  if (format === "uri") return "https://help.contoso.com";
  if (format === "uuid" || format === "guid") return "10000000-0000-4000-8000-000000000002";
  return "text";
}
