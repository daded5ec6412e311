import fc from "fast-check";

/** A JSON Schema as far as our OpenAPI document uses it. */
export type JsonSchema = {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
};

/** Texts that have broken somebody before. */
export const hostileTexts = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\r\nSet-Cookie: a=b",
  "\u202e\u2066txt",
  "\ud800",
  "\uffff",
  "👩‍👩‍👧‍👦".repeat(40),
  "ß".normalize("NFD"),
  "' or 1 eq 1 or '",
  "x') or contains(deviceName,'",
  "'; drop table sessions; --",
  "../../../etc/passwd",
  "..%2f..%2f",
  "%00",
  "%zz",
  "%c0%ae",
  "<script>alert(1)</script>",
  "javascript:alert(1)",
  "$" + "{7*7}",
  "{{7*7}}",
  "__proto__",
  "constructor",
  "toString",
  "NaN",
  "Infinity",
  "-0",
  "1e309",
  "9".repeat(400),
  "0x10",
  "true",
  "null",
  "undefined",
  "[object Object]",
  "x".repeat(5000),
  "0000-00-00T00:00:00Z",
  "2026-13-45",
  "+275760-09-13T00:00:00Z",
  "-000001-01-01T00:00:00Z",
  "00000000-0000-0000-0000-000000000000",
];

const hostileNumbers = [-1, 0, 0.5, 1e21, -1e308, Number.MAX_SAFE_INTEGER + 2, 2 ** 31, 2 ** 63];

export const hostileText = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme-composite", maxLength: 60 }),
);

const nested = fc
  .integer({ min: 1, max: 3000 })
  .map((depth) => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`) as unknown);

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(...hostileNumbers, null, true, false, [], {}, [[]], { toString: 1 }),
  nested,
  fc.jsonValue({ maxDepth: 3 }),
);

/** Values that fit a schema; `known` are ids and the like that exist, by property name. */
export function fitting(
  schema: JsonSchema,
  name: string,
  known: Record<string, readonly string[]>,
): fc.Arbitrary<unknown> {
  const existing = known[name];
  if (existing && existing.length > 0) return fc.constantFrom(...existing);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => fitting(each, name, {})));
  if (schema.type === "boolean") return fc.boolean();
  if (schema.type === "integer" || schema.type === "number")
    return fc.integer({ min: Math.max(schema.minimum ?? 0, -1e6), max: Math.min(schema.maximum ?? 1000, 1e6) });
  if (schema.format === "date-time")
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((at) => at.toISOString());
  if (schema.format === "date") return fc.constantFrom("2026-11-22", "2020-02-29");
  if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern));
  if (schema.type === "object") return fittingObject(schema, known);
  return fc.string({
    unit: "grapheme",
    minLength: schema.minLength ?? 0,
    maxLength: Math.min(schema.maxLength ?? 40, 60),
  });
}

/** An object with what is required and some of the rest. */
export function fittingObject(
  { properties = {}, required = [] }: JsonSchema,
  known: Record<string, readonly string[]>,
) {
  const values = Object.entries(properties).map(([name, schema]) => [name, fitting(schema, name, known)] as const);
  return fc.record(Object.fromEntries(values), { requiredKeys: required }) as fc.Arbitrary<Record<string, unknown>>;
}
