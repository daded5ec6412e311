import { z } from "zod";
import { badParameter } from "./vault-refusal.ts";

// Limits: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
const MAX_VALUE_BYTES = 25 * 1024;
const MAX_CONTENT_TYPE_LENGTH = 255;
const MAX_TAGS = 15;
const MAX_TAG_LENGTH = 512;

const properties = z.object({
  contentType: z.string().max(MAX_CONTENT_TYPE_LENGTH).optional(),
  tags: z
    .record(z.string().max(MAX_TAG_LENGTH), z.string().max(MAX_TAG_LENGTH))
    .refine((tags) => Object.keys(tags).length <= MAX_TAGS, `at most ${MAX_TAGS} tags`)
    .optional(),
  attributes: z
    .object({ enabled: z.boolean().optional(), nbf: z.int().optional(), exp: z.int().optional() })
    .optional(),
});

const secret = properties.extend({
  value: z.string().refine((value) => Buffer.byteLength(value) <= MAX_VALUE_BYTES, `at most ${MAX_VALUE_BYTES} bytes`),
});

/** What `PATCH /secrets/{name}/{version}` may change. */
export type SecretProperties = z.infer<typeof properties>;

/** What `PUT /secrets/{name}` takes. */
export type SecretInput = z.infer<typeof secret>;

export const parseSecret = (body: string): SecretInput => parse(secret, body);
export const parseProperties = (body: string): SecretProperties => parse(properties, body);

/** Names are letters, digits and dashes; anything else never reaches a secret. */
export function checkName(name: string): string {
  if (/^[0-9a-z-]{1,127}$/i.test(name)) return name;
  throw badParameter(`The request URI contains an invalid name: ${name}`);
}

export function parse<T>(schema: z.ZodType<T>, body: string): T {
  const parsed = schema.safeParse(json(body));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badParameter(`The parameter ${issue?.path.join(".") || "body"} has an invalid value: ${issue?.message}`);
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw badParameter("Request body not specified or not JSON.");
  }
}
