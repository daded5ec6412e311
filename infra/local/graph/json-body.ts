import { Refusal } from "./refusal.ts";

/** The JSON of a request's body, or Graph's 400. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal(400, "BadRequest", "Unable to read JSON request payload.");
  }
}
