import * as z from "zod";
import { sessionNotFound } from "../errors.ts";

/** `{id}` of a session. What cannot be the id of a session is an id that no session has. */
export const sessionParams = z
  .strictObject({ id: z.string().meta({ examples: ["0123456789abcdef0123456789abcdef"] }) })
  .transform((params) => {
    if (/^[0-9a-f]{32}$/.test(params.id)) return params;
    throw sessionNotFound();
  });
