import * as z from "zod";

/** Query parameters of every list: how many at most, and where the last page ended. */
export const paging = {
  top: z.coerce.number("must be a whole number from 1 to 1000").int().min(1).max(1000).default(50),
  page: z.string().max(500).optional(),
};

/** The answer of every list; `nextPage` is opaque and missing on the last page. */
export const listSchema = <T extends z.ZodType>(item: T) =>
  z.strictObject({ value: z.array(item), nextPage: z.string().optional() });

/** The header Link of a part that others follow (RFC 8288): the same question with the next page, relative to its address. */
export function nextLink(query: Record<string, string | number | undefined>, nextPage: string): string {
  const next = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, page: nextPage }))
    if (value !== undefined) next.set(name, String(value));
  return `<?${next}>; rel="next"`;
}
