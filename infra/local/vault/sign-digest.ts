import { createECDH, randomBytes } from "node:crypto";

/** The order of P-256's group: SEC 2, section 2.4.2. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * ECDSA over a digest, r and s: FIPS 186-5 section 6.4.1. Node signs messages only; the vault is sent the digest, as Key
 * Vault is. Not in constant time: these keys guard a demo.
 */
export function signDigest(privateKey: Buffer, digest: Buffer): Buffer {
  const [d, e] = [numberOf(privateKey), numberOf(digest)];
  for (;;) {
    const k = numberOf(randomBytes(32));
    if (k === 0n || k >= ORDER) continue;
    const curve = createECDH("prime256v1");
    curve.setPrivateKey(bytesOf(k));
    // An uncompressed point: one byte that says so, then x and y.
    const r = numberOf(curve.getPublicKey().subarray(1, 33)) % ORDER;
    const s = (inverse(k) * ((e + r * d) % ORDER)) % ORDER;
    if (r !== 0n && s !== 0n) return Buffer.concat([bytesOf(r), bytesOf(s)]);
  }
}

/** By Fermat's little theorem: the order is prime. */
function inverse(value: bigint): bigint {
  let [result, base] = [1n, value % ORDER];
  for (let exponent = ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % ORDER;
    base = (base * base) % ORDER;
  }
  return result;
}

const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const bytesOf = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex");
