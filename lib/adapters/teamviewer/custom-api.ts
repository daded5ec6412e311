import * as z from "zod";

/** `custom_api` is seen by the API alone; it carries our session id so that a lost answer can be looked up. */
export const customApiOf = (ourId: string) =>
  JSON.stringify({ connector: "intune-remote-assistance", sessionId: ourId });

const customApiSchema = z.object({ connector: z.literal("intune-remote-assistance"), sessionId: z.string() });

/** Our session id in it; undefined for somebody else's session. */
export function ourIdOf(customApi: string | null | undefined): string | undefined {
  try {
    return customApiSchema.safeParse(JSON.parse(customApi ?? "")).data?.sessionId;
  } catch {
    // Not ours: then it is free text.
    return undefined;
  }
}
