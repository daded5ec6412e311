import * as z from "zod";
import type { TokenVault } from "../../connector/ports.ts";
import type { Secrets } from "./secrets.ts";

const tokenSetSchema = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1),
  obtainedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

/** Token sets as secrets, one name per connection (a deleted name cannot be used again for up to 90 days), a version per refresh. */
export function makeTokenVault(secrets: Secrets): TokenVault {
  return {
    write: (secretName, connectionId, tokens) =>
      secrets.set(secretName, JSON.stringify(tokens), { contentType: "application/json;v=1", tags: { connectionId } }),
    async read(secretName, version) {
      const text = await secrets.get(secretName, version);
      const parsed = text === undefined ? undefined : tokenSetSchema.safeParse(parseJson(text));
      return parsed?.success ? parsed.data : undefined;
    },
    remove: (secretName) => secrets.remove(secretName),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not a token set: the caller is told there is none.
    return undefined;
  }
}
