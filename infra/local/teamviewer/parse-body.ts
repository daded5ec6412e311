import type { z } from "zod";
import type { StandInRequest } from "../stand-in.ts";
import { badRequest } from "./refusal.ts";

/** The JSON body as `schema` wants it; a bad, missing or unknown parameter is a 400 (API documentation 5.1). */
export function parseBody<T>(schema: z.ZodType<T>, { body }: StandInRequest): T {
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.code === "unrecognized_keys") throw badRequest(`Unknown parameter: ${issue.keys.join(", ")}`);
  throw badRequest(`Bad parameter ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not understood"}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("The body is not JSON");
  }
}
