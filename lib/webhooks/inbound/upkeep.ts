import type { Stored } from "../../connector/ports.ts";
import type { WebhookVault } from "../ports.ts";
import { deleteAllSecrets, deleteRetired } from "../retired-secrets.ts";
import type { RecordStore, SourceStore } from "./ports.ts";
import type { Source } from "./source.ts";

type Deps = {
  store: SourceStore;
  records: RecordStore;
  vault: WebhookVault;
  now: () => Date;
  sessionRetentionDays: number;
};

const DAY_MS = 24 * 60 * 60_000;

/** Longer than any sender tries to send the same message (Standard Webhooks' own schedule takes three days). */
const RECORD_DAYS = 7;

/** Hourly: secrets out of use, messages past their time, and all of a source that was deleted. Each may be cut off anywhere. */
export function makeUpkeepSources({ store, records, vault, now, sessionRetentionDays }: Deps) {
  const daysAgo = (days: number) => new Date(now().getTime() - days * DAY_MS);

  async function forget(stored: Stored<Source>) {
    const { id } = stored.value;
    await deleteAllSecrets(vault, stored.value);
    // Some may have been taken after the deletion, by a process that had not heard of it.
    await records.dropBefore(id, { records: daysAgo(-1), filed: daysAgo(-1) });
    await store.remove(stored);
  }

  return async (): Promise<void> => {
    for (const stored of await store.list()) {
      const { value: source } = stored;
      if (source.isDeleted) {
        await forget(stored);
        continue;
      }
      await records.dropBefore(source.id, { records: daysAgo(RECORD_DAYS), filed: daysAgo(sessionRetentionDays) });
      const retiredSecrets = await deleteRetired(vault, source, now());
      if (retiredSecrets) await store.update(stored, { ...source, retiredSecrets });
    }
  };
}
