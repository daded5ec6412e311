import * as z from "zod";
import { sourceNotFound } from "../errors.ts";

/** `{id}` of an inbound source. What cannot be the id of one is an id that no source has. */
export const sourceParams = z.strictObject({ id: z.string() }).transform((params) => {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(params.id)) return params;
  throw sourceNotFound();
});
