import { z } from "zod";
import { parse } from "./secret-input.ts";
import { badParameter } from "./vault-refusal.ts";

const DIGEST_BYTES = 32;

const operation = z.enum(["sign", "verify"]);
const attributes = z.object({ enabled: z.boolean().optional() }).optional();
const tags = z.record(z.string().max(512), z.string().max(512)).optional();

const newKey = z.object({
  kty: z.literal("EC", "this vault has keys of the curve P-256 only"),
  crv: z.literal("P-256", "this vault has keys of the curve P-256 only").default("P-256"),
  key_ops: z.array(operation).default(["sign", "verify"]),
  attributes,
  tags,
});
const keyChange = z.object({ key_ops: z.array(operation).optional(), attributes, tags });
const toSign = z.object({ alg: z.string(), value: z.string().regex(/^[\w-]+$/, "must be base64url") });

export type NewKey = z.infer<typeof newKey>;
export type KeyChange = z.infer<typeof keyChange>;

export const parseNewKey = (body: string): NewKey => parse(newKey, body);
export const parseKeyChange = (body: string): KeyChange => parse(keyChange, body);

/** The digest to sign, if it is one that a P-256 key signs. */
export function parseDigest(body: string, kid: string): Buffer {
  const { alg, value } = parse(toSign, body);
  if (alg !== "ES256") {
    throw badParameter(
      `Key and signing algorithm are incompatible. Key ${kid} with curve 'P-256' cannot sign with '${alg}'.`,
    );
  }
  const digest = Buffer.from(value, "base64url");
  if (digest.length === DIGEST_BYTES) return digest;
  throw badParameter(
    `Invalid length of 'value': ${digest.length} bytes. ${alg} requires ${DIGEST_BYTES} bytes, encoded with base64url.`,
  );
}
