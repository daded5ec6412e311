import type { Stored } from "../connector/ports.ts";
import type { WebhookSecrets, WebhookVault } from "./ports.ts";
import type { SecretHolder } from "./retired-secrets.ts";

type Holder = SecretHolder & { id: string; previousSecretUntil?: string | undefined };

type Deps<H> = {
  store: { update: (stored: Stored<H>, holder: H) => Promise<Stored<H> | undefined> };
  vault: WebhookVault;
  now: () => Date;
  newId: () => string;
  newSecret: () => string;
};

/** For so long the old secret counts beside the new one. */
const OVERLAP_MS = 24 * 60 * 60_000;

/** Longer than any process remembers an endpoint or a source, and than a rotation takes. */
const RETIRE_AFTER_MS = 60 * 60_000;

/**
 * Gives an endpoint or a source a new secret. The secrets go under a new name, `<prefix>-<id>` (a vault keeps no more than 500
 * versions that can be backed up, and deletes none of them); the old name is deleted by the timer. Answers undefined when
 * somebody else was faster.
 */
export function makeRenewSecret<H extends Holder>(prefix: string, { store, vault, now, newId, newSecret }: Deps<H>) {
  return async (stored: Stored<H>): Promise<{ holder: H; secret: string } | undefined> => {
    const previous = (await vault.read(stored.value.secretName))?.current;
    const previousUntil = new Date(now().getTime() + OVERLAP_MS).toISOString();
    const secrets: WebhookSecrets = { current: newSecret(), ...(previous ? { previous, previousUntil } : {}) };
    const renewed = await replace(stored, secrets);
    return renewed && { holder: renewed.value, secret: secrets.current };
  };

  /** The row names the new secret before it is written, so that a process that dies leaves none that nobody knows of. */
  async function replace(stored: Stored<H>, secrets: WebhookSecrets): Promise<Stored<H> | undefined> {
    const { id, secretName: before, retiredSecrets: retired } = stored.value;
    const secretName = `${prefix}-${newId()}`;
    const after = new Date(now().getTime() + RETIRE_AFTER_MS).toISOString();
    const retiring = (name: string) => [...retired, { name, after }];
    const announced = await store.update(stored, { ...stored.value, retiredSecrets: retiring(secretName) });
    if (!announced) return undefined;
    await vault.write(secretName, id, secrets);
    const previousSecretUntil = secrets.previousUntil;
    return store.update(announced, {
      ...stored.value,
      secretName,
      previousSecretUntil,
      retiredSecrets: retiring(before),
    });
  }
}
