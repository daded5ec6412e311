import type { TokenCredential } from "@azure/identity";
import { AppError } from "../../errors.ts";
import { whenNeeded } from "../when-needed.ts";
import { unavailable } from "./refusal.ts";
import { statusOf } from "./status-of.ts";

/** The vault's secrets, with deadlines. `get` and `remove` take a missing secret as an answer, not an error. */
export type Secrets = {
  get: (name: string, version?: string) => Promise<string | undefined>;
  set: (name: string, value: string, about: { contentType: string; tags: Record<string, string> }) => Promise<string>;
  remove: (name: string) => Promise<void>;
};

const TIMEOUT_MS = 10_000;
const RETRIES = { maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 4000 };
const VAULT_DOMAINS = [".vault.azure.net", ".vault.usgovcloudapi.net", ".vault.azure.cn"];

/** How every client of the vault is set up. */
export function vaultOptions(vaultUrl: string) {
  // The SDK checks that the challenge names the vault's own cloud; an address outside those clouds has none to name.
  const isOfACloud = VAULT_DOMAINS.some((domain) => new URL(vaultUrl).hostname.endsWith(domain));
  return { disableChallengeResourceVerification: !isOfACloud, retryOptions: RETRIES };
}

export function makeSecrets(vaultUrl: string, credential: TokenCredential): Secrets {
  const client = whenNeeded(async () => {
    const { SecretClient } = await import("@azure/keyvault-secrets");
    return new SecretClient(vaultUrl, credential, vaultOptions(vaultUrl));
  });
  const within = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });

  return {
    async get(name, version) {
      try {
        const secret = await (await client()).getSecret(name, { ...within(), ...(version ? { version } : {}) });
        return secret.value;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw refused(error);
      }
    },
    async set(name, value, about) {
      try {
        const secret = await (await client()).setSecret(name, value, { ...about, ...within() });
        return secret.properties.version ?? "";
      } catch (error) {
        throw refused(error);
      }
    },
    async remove(name) {
      try {
        await (await client()).beginDeleteSecret(name, within());
      } catch (error) {
        if (statusOf(error) !== 404) throw refused(error);
      }
    },
  };
}

const refused = (error: unknown) =>
  unavailable(error, {
    forbidden:
      "Key Vault refuses this app. Give its identity a role that may read, set and delete secrets, such as Key Vault Secrets Officer",
    silent: "Key Vault does not answer.",
  });

/**
 * A secret that a deployment sets, kept in memory for five minutes; while the vault is down the last value serves on.
 * Callers share one read. Who was refused with a value names it, and it is read again. Throws `upstream-unavailable` when
 * the secret is not set.
 */
export type DeployedSecret = (refused?: string) => Promise<string>;

export function makeDeployedSecret(secrets: Secrets, name: string, now: () => Date): DeployedSecret {
  let known: { value: string; untilMs: number } | undefined;
  let running: Promise<string> | undefined;

  async function read(): Promise<string> {
    try {
      // What a command line or an editor put at its end is no part of it.
      const value = (await secrets.get(name))?.trim();
      if (!value)
        throw new AppError(
          "upstream-unavailable",
          `The secret ${name} is not set in Key Vault. Set it and try again.`,
          { retryAfterSeconds: 60 },
        );
      known = { value, untilMs: now().getTime() + 5 * 60_000 };
      return value;
    } catch (error) {
      if (known) return known.value;
      throw error;
    } finally {
      running = undefined;
    }
  }

  return async (refused) => {
    if (known && known.value !== refused && known.untilMs > now().getTime()) return known.value;
    running ??= read();
    return running;
  };
}
