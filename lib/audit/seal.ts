import { createHash } from "node:crypto";
import * as z from "zod";
import { auditIdPattern } from "./id.ts";
import { merkleRoot } from "./merkle.ts";

const hashSchema = z
  .string()
  .regex(/^[\w-]{43}$/)
  .meta({ examples: ["47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"] });

/**
 * A seal over the entries that were not sealed before. `from` is the `to` of the seal before; entries older than `from` came
 * late. `keptFrom`: what is older may have been dropped by retention. `previous` is the hash of the seal before, "" in the
 * first one; `key` the version of the key that signed; `signature` ECDSA P-256 with SHA-256, r and s, base64url.
 */
export const sealSchema = z.strictObject({
  v: z.literal(1),
  sequence: z.int().min(1),
  at: z.iso.datetime(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  keptFrom: z.iso.datetime(),
  leaves: z.array(z.strictObject({ id: z.string().regex(auditIdPattern), hash: hashSchema })),
  merkleRoot: hashSchema,
  previous: z.union([hashSchema, z.literal("")]),
  key: z.string(),
  signature: z.string(),
});
export type Seal = z.infer<typeof sealSchema>;
export type Leaf = Seal["leaves"][number];
export type UnsignedSeal = Omit<Seal, "signature">;

/** The root over a seal's leaves: the id stands in it beside the hash, so neither can be exchanged. */
export const rootOf = (leaves: readonly Leaf[]): string => merkleRoot(leaves.map(({ id, hash }) => `${id} ${hash}`));

/** What is signed: all of a seal, its leaves by their root. */
export function signedText({ v, sequence, at, from, to, keptFrom, leaves, merkleRoot, previous, key }: UnsignedSeal) {
  return JSON.stringify([v, sequence, at, from, to, keptFrom, leaves.length, merkleRoot, previous, key]);
}

/** What the next seal names as `previous`. It covers the signature: ECDSA has two for each, and only one was written. */
export const sealHash = (seal: Seal): string =>
  createHash("sha256")
    .update(`${signedText(seal)}.${seal.signature}`)
    .digest("base64url");

/** The public half of a key: P-256. */
export const publicKeySchema = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: hashSchema,
  y: hashSchema,
});
export type PublicKey = z.infer<typeof publicKeySchema>;

/** RFC 7638: what an auditor keeps to know a key again. */
export const thumbprintOf = ({ kty, crv, x, y }: PublicKey): string =>
  createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");

/** A line of the export of seals: keys and people first, then the seals in their order, then what waits, then the end. */
export const sealLineSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("key"), id: z.string(), jwk: publicKeySchema }),
  z.strictObject({ kind: z.literal("person"), id: z.string(), salt: hashSchema }),
  sealSchema.extend({ kind: z.literal("seal") }),
  z.strictObject({ kind: z.literal("waiting"), id: z.string() }),
  z.strictObject({ kind: z.literal("end"), until: z.iso.datetime(), sequence: z.int(), hash: z.string() }),
]);
export type SealLine = z.infer<typeof sealLineSchema>;
