import type { JsonSchema, Response } from "../openapi/document.ts";

/** The problem codes that an answer may carry; none when it is no problem. */
export function codesIn({ content = {} }: Response): string[] {
  const parts = content["application/problem+json"]?.schema.allOf;
  const code = Array.isArray(parts) ? (parts.at(-1) as { properties: { code: JsonSchema } }).properties.code : {};
  return [...(Array.isArray(code.enum) ? code.enum : []), code.const].filter((each) => typeof each === "string");
}
