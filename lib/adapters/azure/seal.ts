import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { Seal } from "../../connector/ports.ts";
import { bytesOf, type StateKey } from "./state-key.ts";

type Deps = { stateKey: StateKey; now: () => Date };

const KEY_BYTES = 32;

/** A key of its own for each purpose (RFC 5869), from the secret `state-key`. */
async function derivedKey(stateKey: StateKey, purpose: string): Promise<Uint8Array> {
  const secret = await bytesOf(stateKey);
  return new Uint8Array(hkdfSync("sha256", secret, "", `remote-assistance/${purpose}`, KEY_BYTES));
}

/** Sealed values are encrypted JWTs (RFC 7516, dir with A256GCM) that end at `exp`. */
export function makeSeal({ stateKey, now }: Deps): Seal {
  return {
    async close(purpose, value, lifeMs) {
      const { EncryptJWT } = await import("jose");
      const jwt = new EncryptJWT(value).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).setAudience(purpose);
      return jwt.setExpirationTime(new Date(now().getTime() + lifeMs)).encrypt(await derivedKey(stateKey, purpose));
    },
    async open(purpose, sealed) {
      const { jwtDecrypt } = await import("jose");
      const key = await derivedKey(stateKey, purpose);
      const options = { audience: purpose, currentDate: now(), requiredClaims: ["exp"] };
      try {
        const { payload } = await jwtDecrypt(sealed, key, { ...options, contentEncryptionAlgorithms: ["A256GCM"] });
        return payload;
      } catch {
        // Altered, sealed by somebody else or over: all the same to the caller.
        return undefined;
      }
    },
  };
}

const ID_BYTES = 16;
const TAG_BYTES = 16;

/** The token of an answer page: session id and a tag over it, so that only we can make one and nothing about it is stored. */
export function makeAnswerTokens({ stateKey }: Pick<Deps, "stateKey">) {
  const tagOf = async (id: Buffer) =>
    createHmac("sha256", await derivedKey(stateKey, "answer"))
      .update(id)
      .digest()
      .subarray(0, TAG_BYTES);
  return {
    async tokenOf(sessionId: string): Promise<string> {
      const id = Buffer.from(sessionId, "hex");
      return Buffer.concat([id, await tagOf(id)]).toString("base64url");
    },
    async sessionIdOf(token: string): Promise<string | undefined> {
      const bytes = Buffer.from(token, "base64url");
      if (bytes.length !== ID_BYTES + TAG_BYTES || bytes.toString("base64url") !== token) return undefined;
      const id = bytes.subarray(0, ID_BYTES);
      return timingSafeEqual(bytes.subarray(ID_BYTES), await tagOf(id)) ? id.toString("hex") : undefined;
    },
  };
}
