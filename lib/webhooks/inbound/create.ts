import type { Principal } from "../../access/principal.ts";
import type { Audit } from "../../audit/record.ts";
import { AppError } from "../../errors.ts";
import { audited } from "../audited.ts";
import type { WebhookVault } from "../ports.ts";
import type { KnownSources } from "./known-sources.ts";
import type { SourceStore } from "./ports.ts";
import { MAX_SOURCES, type NewSource, type Source, type SourceView, viewOfSource } from "./source.ts";

type Deps = {
  store: SourceStore;
  known: KnownSources;
  vault: WebhookVault;
  audit: Audit;
  now: () => Date;
  newId: () => string;
  newSecret: () => string;
};

/**
 * Registers a source. Its row comes first and names the secret, so that none is left that nobody knows of. The secret is
 * answered here and never again.
 */
export function makeCreateSource({ store, known, vault, audit, now, newId, newSecret }: Deps) {
  return async (
    principal: Principal,
    { name, description, rights, mapping, paused = false }: NewSource,
    correlationId: string,
  ): Promise<SourceView & { secret: string }> => {
    const source: Source = {
      id: newId(),
      name,
      ...(description ? { description } : {}),
      rights: [...new Set(rights)],
      ...(mapping ? { mapping } : {}),
      paused,
      createdBy: principal.id,
      createdAt: now().toISOString(),
      secretName: `in-${newId()}`,
      retiredSecrets: [],
    };
    const others = (await store.list()).filter(({ value }) => !value.isDeleted);
    if (others.some(({ value }) => value.name === name)) throw nameTaken();
    if (others.length >= MAX_SOURCES)
      throw new AppError("too-many-sources", `There are ${MAX_SOURCES} sources already. Delete one first.`);

    const asked = { principal, action: "inbound.create", correlationId, webhookId: source.id } as const;
    return audited(audit, asked, async () => {
      const stored = await store.add(source);
      if (!stored) throw nameTaken();
      known.forget();
      try {
        const secrets = { current: newSecret() };
        await vault.write(source.secretName, source.id, secrets);
        return { answer: { ...viewOfSource(source), secret: secrets.current } };
      } catch (error) {
        // Nobody was told its secret: the timer removes it.
        await store.bury(stored).catch(() => undefined);
        known.forget();
        throw error;
      }
    });
  };
}

const nameTaken = () =>
  new AppError("source-name-taken", "Another source has this name. Take another one, or change that source.");
