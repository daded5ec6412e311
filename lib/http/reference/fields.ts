import { type Html, html } from "../../notifications/html.ts";
import type { JsonSchema } from "../openapi/document.ts";

export const joined = (parts: readonly Html[], between = "\n"): Html => ({
  html: parts.map((part) => part.html).join(between),
});

/** The fields of an object, each with what it may be. */
export function fieldList(schema: JsonSchema): Html {
  const required = listOf(schema.required);
  const fields = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  const rows = fields.map(([name, field]) => {
    const isOptional = !required.includes(name);
    return html`<dt><code>${name}</code>${isOptional ? "?" : ""}</dt><dd>${kindOf(field)}</dd>`;
  });
  return html`<dl>${joined(rows)}</dl>`;
}

/** What a value may be, in a few words; a schema with a name is led to. */
export function kindOf(schema: JsonSchema): Html {
  const { $ref, const: only, enum: values, anyOf, oneOf, type, items, properties, default: usual } = schema;
  if (typeof $ref === "string") return linkToSchema($ref);
  if (only !== undefined) return html`<code>${JSON.stringify(only)}</code>`;
  if (Array.isArray(values))
    return joined(
      values.map((value) => html`<code>${String(value)}</code>`),
      " | ",
    );
  const choices = [...listOf(anyOf), ...listOf(oneOf)] as JsonSchema[];
  if (choices.length > 0) return joined(choices.map(kindOf), " or ");
  if (type === "array") return html`list of ${kindOf((items ?? {}) as JsonSchema)}`;
  if (properties) return fieldList(schema);
  const words = [wordFor(schema), ...limitsOf(schema), usual === undefined ? "" : `default ${JSON.stringify(usual)}`];
  return html`${words.filter(Boolean).join(", ")}`;
}

function linkToSchema(ref: string): Html {
  const name = ref.split("/").at(-1) ?? "";
  return html`<a href="#schema-${name}">${name}</a>`;
}

function wordFor({ type, format, pattern }: JsonSchema): string {
  if (format === "date-time") return "time";
  if (format === "date") return "date";
  if (format === "uri") return "address";
  if (format === "uuid" || format === "guid" || String(pattern ?? "").includes("{4}-")) return "GUID";
  if (type === "string") return "text";
  if (type === "integer") return "whole number";
  return typeof type === "string" ? type : "anything";
}

/** Limits that mean something: JSON Schema says of each integer that it is a safe one. */
function limitsOf({ type, minLength, maxLength, minimum, maximum }: JsonSchema): string[] {
  const bounds = type === "string" ? [minLength, maxLength] : [minimum, maximum];
  const [least, most] = bounds.map((bound) => (Math.abs(Number(bound)) < Number.MAX_SAFE_INTEGER ? bound : undefined));
  const unit = type === "string" ? " characters" : "";
  if (least !== undefined && most !== undefined) return [`${least} to ${most}${unit}`];
  if (least !== undefined) return [`at least ${least}${unit}`];
  return most === undefined ? [] : [`at most ${most}${unit}`];
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
