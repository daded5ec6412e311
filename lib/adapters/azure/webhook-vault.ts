import * as z from "zod";
import type { WebhookSecrets, WebhookVault } from "../../webhooks/ports.ts";
import type { Secrets } from "./secrets.ts";

const secretsSchema = z.object({
  current: z.string().startsWith("whsec_"),
  previous: z.string().startsWith("whsec_").optional(),
  previousUntil: z.iso.datetime().optional(),
});

/** More names than there are endpoints; old ones fall out. */
const MAX_REMEMBERED = 200;

/** The secrets of webhook endpoints. What a name holds never changes, so each process reads it once. */
export function makeWebhookVault(secrets: Secrets): WebhookVault {
  const known = new Map<string, WebhookSecrets>();

  return {
    async write(name, webhookId, value) {
      await secrets.set(name, JSON.stringify(value), { contentType: "application/json;v=1", tags: { webhookId } });
    },
    async read(name) {
      const remembered = known.get(name);
      if (remembered) return remembered;
      const text = await secrets.get(name);
      const parsed = text === undefined ? undefined : secretsSchema.safeParse(parseJson(text));
      if (!parsed?.success) return undefined;
      known.set(name, parsed.data);
      const oldest = known.keys().next();
      if (known.size > MAX_REMEMBERED && !oldest.done) known.delete(oldest.value);
      return parsed.data;
    },
    async remove(name) {
      known.delete(name);
      await secrets.remove(name);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not ours: the caller is told there is none.
    return undefined;
  }
}
