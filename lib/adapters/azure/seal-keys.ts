import type { TokenCredential } from "@azure/identity";
import type { SealKeys } from "../../audit/ports.ts";
import { publicKeySchema } from "../../audit/seal.ts";
import { AppError } from "../../errors.ts";
import { whenNeeded } from "../when-needed.ts";
import { unavailable } from "./refusal.ts";
import { vaultOptions } from "./secrets.ts";
import { statusOf } from "./status-of.ts";

const NAME = "audit-seal";
const TIMEOUT_MS = 10_000;

/** The key `audit-seal` of the vault: EC P-256. */
export function makeSealKeys(vaultUrl: string, credential: TokenCredential): SealKeys {
  const options = vaultOptions(vaultUrl);
  const within = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  const client = whenNeeded(async () => {
    const { KeyClient } = await import("@azure/keyvault-keys");
    return new KeyClient(vaultUrl, credential, options);
  });

  return {
    async current() {
      try {
        return versionOf((await (await client()).getKey(NAME, within())).properties);
      } catch (error) {
        if (statusOf(error) !== 404) throw refused(error);
      }
      try {
        const keyOps = ["sign", "verify"];
        return versionOf(
          (await (await client()).createEcKey(NAME, { curve: "P-256", keyOps, ...within() })).properties,
        );
      } catch (error) {
        throw statusOf(error) === 403 ? keyMissing(error) : refused(error);
      }
    },
    async sign(version, text) {
      const { CryptographyClient } = await import("@azure/keyvault-keys");
      const signer = new CryptographyClient(`${vaultUrl}/keys/${NAME}/${version}`, credential, options);
      try {
        const { result } = await signer.signData("ES256", Buffer.from(text), within());
        return Buffer.from(result).toString("base64url");
      } catch (error) {
        throw refused(error);
      }
    },
    async all() {
      const keys: Awaited<ReturnType<SealKeys["all"]>> = [];
      try {
        for await (const { version = "" } of (await client()).listPropertiesOfKeyVersions(NAME, within())) {
          const { key: { kty, crv, x, y } = {} } = await (await client()).getKey(NAME, { version, ...within() });
          const jwk = publicKeySchema.parse({ kty, crv, x: base64urlOf(x), y: base64urlOf(y) });
          keys.push({ id: version, jwk });
        }
      } catch (error) {
        if (statusOf(error) !== 404) throw refused(error);
      }
      return keys;
    },
  };
}

const base64urlOf = (part: Uint8Array | undefined) => part && Buffer.from(part).toString("base64url");

const versionOf = ({ version }: { version?: string }) => version ?? "";

const keyMissing = (cause: unknown) =>
  new AppError(
    "upstream-unavailable",
    `The key ${NAME} is missing in Key Vault, and this app may not make it. Make an EC key of that name with the curve P-256 and the operations sign and verify.`,
    { cause, retryAfterSeconds: 120 },
  );

const refused = (error: unknown) =>
  unavailable(error, {
    forbidden: `Key Vault refuses to sign with ${NAME}. Give this app's identity the role Key Vault Crypto User`,
    silent: "Key Vault does not answer.",
  });
