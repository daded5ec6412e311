import { readFileSync } from "node:fs";
import * as z from "zod";

/** `required string`, `readonly string`, `string`; a type is a name of a shape, a primitive one, `X[]`, or `'a' | 'b'` without quotes. */
const shape = z.strictObject({
  properties: z.record(z.string(), z.string()),
  /** The type of every other property. */
  others: z.string().optional(),
  /** The property whose value tells which of the variants it is. */
  by: z.string().optional(),
  variants: z.record(z.string(), z.record(z.string(), z.string())).optional(),
});
const schemas = z.strictObject({
  source: z.string(),
  resources: z.record(z.string(), z.strictObject({ body: shape, shapes: z.record(z.string(), shape) })),
});

export type Shape = z.infer<typeof shape>;
export type Schemas = z.infer<typeof schemas>["resources"];

const readJson = (name: string): Schemas =>
  schemas.parse(JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"))).resources;

/** What Azure publishes, trimmed by `snapshot.ts` to what the Bicep files touch. */
export const published = readJson("published-schemas.json");
/** Types that the published snapshot lacks, written down by hand from the source that the file names. */
export const handWritten = readJson("hand-written-schemas.json");
/** Both. */
export const known: Schemas = { ...published, ...handWritten };

/** A property's type, and whether it must or may not be given. */
export function describedBy(text: string): { type: string; isRequired: boolean; isReadOnly: boolean } {
  const [, word, type = ""] = /^(?:(required|readonly) )?(.*)$/s.exec(text) ?? [];
  return { type, isRequired: word === "required", isReadOnly: word === "readonly" };
}
