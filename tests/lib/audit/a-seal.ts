import { generateKeyPairSync, sign } from "node:crypto";
import {
  publicKeySchema,
  rootOf,
  type Seal,
  sealHash,
  signedText,
  type UnsignedSeal,
} from "../../../lib/audit/seal.ts";
import { minute, OLDEST_KEPT } from "./an-audit.ts";

/** A key, and seals of an hour each that are signed with it; a `change` is signed too. */
export function makeSigner(id = "v1") {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty, crv, x, y } = publicKey.export({ format: "jwk" });
  const jwk = publicKeySchema.parse({ kty, crv, x, y });
  const signature = (text: string) =>
    sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");

  return {
    key: { kind: "key" as const, id, jwk },
    seal(last: Seal | undefined, change: Partial<UnsignedSeal> = {}): Seal {
      const sequence = (last?.sequence ?? 0) + 1;
      const from = new Date(last?.to ?? minute(0));
      const times = {
        at: minute(61, from).toISOString(),
        from: from.toISOString(),
        to: minute(60, from).toISOString(),
        keptFrom: OLDEST_KEPT.toISOString(),
      };
      const leaves = change.leaves ?? [];
      const previous = last ? sealHash(last) : "";
      const made = { v: 1 as const, sequence, ...times, leaves, merkleRoot: rootOf(leaves), previous, key: id };
      const unsigned = { ...made, ...change };
      return { ...unsigned, signature: signature(signedText(unsigned)) };
    },
  };
}
export type Signer = ReturnType<typeof makeSigner>;

/** The last line of an export of `seals`. */
export const endOf = (seals: readonly Seal[], until: Date) => {
  const last = seals.at(-1);
  const end = { sequence: last?.sequence ?? 0, hash: last ? sealHash(last) : "" };
  return { kind: "end" as const, until: until.toISOString(), ...end };
};

export const sealLine = (seal: Seal) => ({ kind: "seal" as const, ...seal });

/** An export: each value a line, texts as they are. */
export async function* linesOf(...values: unknown[]): AsyncIterable<string> {
  for (const value of values) yield typeof value === "string" ? value : JSON.stringify(value);
}
