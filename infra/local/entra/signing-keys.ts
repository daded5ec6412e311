import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import type { Kept } from "../kept.ts";

/** Private keys in JWK form, oldest first; the newest signs. */
export type KeyState = { keys: JWK[] };

export type SigningKeys = Awaited<ReturnType<typeof signingKeys>>;

/** The tenant's RS256 keys: they outlive a restart, and can be rolled over as Entra does without notice. */
export async function signingKeys(state: Kept<KeyState>) {
  const imported = new Map<string, CryptoKey>();

  const rotate = async ({ removeOld = false } = {}): Promise<string> => {
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    const jwk = await exportJWK(privateKey);
    const kid = await calculateJwkThumbprint(jwk);
    state.value.keys = [...(removeOld ? [] : state.value.keys), { ...jwk, kid }];
    state.save();
    return kid;
  };
  if (state.value.keys.length === 0) await rotate();

  const newest = async () => {
    const jwk = state.value.keys.at(-1);
    if (!jwk?.kid) throw new Error("the Entra stand-in has no signing key");
    const key = imported.get(jwk.kid) ?? ((await importJWK(jwk, "RS256")) as CryptoKey);
    imported.set(jwk.kid, key);
    return { kid: jwk.kid, key };
  };

  return {
    rotate,
    async sign(claims: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> {
      const { kid, key } = await newest();
      return new SignJWT(claims).setProtectedHeader({ typ: "JWT", alg: "RS256", kid, ...header }).sign(key);
    },
    /** The public halves. Like Entra's, they carry no `alg`. */
    publicKeys: (issuer: string) =>
      state.value.keys.map(({ kid, n, e }) => ({ kty: "RSA", use: "sig", kid, n, e, issuer })),
  };
}
