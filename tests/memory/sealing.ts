import { generateKeyPairSync, sign } from "node:crypto";
import type { SealChain, SealKeys } from "../../lib/audit/ports.ts";
import { publicKeySchema, type Seal } from "../../lib/audit/seal.ts";

/** The chain of seals and the vault's key, in memory: seals go on from where the chain was read, or not at all. */
export function makeMemorySealing(): { seals: Seal[]; chain: SealChain; keys: SealKeys } {
  const seals: Seal[] = [];
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty, crv, x, y } = publicKey.export({ format: "jwk" });
  const jwk = publicKeySchema.parse({ kty, crv, x, y });
  return {
    seals,
    chain: {
      tail: async () => ({ last: seals.at(-1), place: seals.length }),
      async append({ place }, seal) {
        if (place !== seals.length) return false;
        seals.push(seal);
        return true;
      },
      async *newestFirst() {
        yield* [...seals].reverse();
      },
      async *oldestFirst() {
        yield* [...seals];
      },
    },
    keys: {
      current: async () => "v1",
      sign: async (_version, text) =>
        sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url"),
      all: async () => [{ id: "v1", jwk }],
    },
  };
}
