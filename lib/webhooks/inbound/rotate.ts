import type { Principal } from "../../access/principal.ts";
import type { Audit } from "../../audit/record.ts";
import type { Stored } from "../../connector/ports.ts";
import { AppError } from "../../errors.ts";
import { audited } from "../audited.ts";
import type { WebhookSecrets, WebhookVault } from "../ports.ts";
import { findSource } from "./change.ts";
import type { KnownSources } from "./known-sources.ts";
import type { SourceStore } from "./ports.ts";
import { type Source, type SourceView, viewOfSource } from "./source.ts";

type Deps = {
  store: SourceStore;
  known: KnownSources;
  vault: WebhookVault;
  audit: Audit;
  now: () => Date;
  newId: () => string;
  newSecret: () => string;
};

/** For so long messages that are signed by the old secret are taken, too. */
const OVERLAP_MS = 24 * 60 * 60_000;

/** Longer than any process remembers a source, and than a rotation takes. */
const RETIRE_AFTER_MS = 60 * 60_000;

/** Gives a source a new secret, answered here and never again. The secrets go under a new name, as those of webhooks do. */
export function makeRotateSourceSecret(deps: Deps) {
  const { store, known, vault, audit, now, newId, newSecret } = deps;
  return async (principal: Principal, id: string, correlationId: string): Promise<SourceView & { secret: string }> => {
    const stored = await findSource(deps, id);
    return audited(audit, { principal, action: "inbound.rotate", correlationId, webhookId: id }, async () => {
      const previous = (await vault.read(stored.value.secretName))?.current;
      const previousUntil = new Date(now().getTime() + OVERLAP_MS).toISOString();
      const secrets: WebhookSecrets = { current: newSecret(), ...(previous ? { previous, previousUntil } : {}) };
      const rotated = await replace(stored, secrets);
      known.forget();
      if (!rotated)
        throw new AppError("source-changed", "Somebody else changed the source at the same time. Try again.");
      return { answer: { ...viewOfSource(rotated.value), secret: secrets.current } };
    });
  };

  /** The row names the new secret before it is written, so that a process that dies leaves none that nobody knows of. */
  async function replace(stored: Stored<Source>, secrets: WebhookSecrets): Promise<Stored<Source> | undefined> {
    const { retiredSecrets: retired, previousSecretUntil: _before, ...source } = stored.value;
    const secretName = `in-${newId()}`;
    const after = new Date(now().getTime() + RETIRE_AFTER_MS).toISOString();
    const retiring = (name: string) => [...retired, { name, after }];
    const announced = await store.update(stored, { ...stored.value, retiredSecrets: retiring(secretName) });
    if (!announced) return undefined;
    await vault.write(secretName, source.id, secrets);
    const { previousUntil } = secrets;
    return store.update(announced, {
      ...source,
      secretName,
      ...(previousUntil ? { previousSecretUntil: previousUntil } : {}),
      retiredSecrets: retiring(source.secretName),
    });
  }
}
