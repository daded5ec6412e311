import type { Stored } from "../connector/ports.ts";
import type { WebhookStore } from "./ports.ts";
import type { Webhook } from "./webhook.ts";

type Deps = { store: WebhookStore; now: () => Date };

/** The endpoints as this process knows them. */
export type KnownWebhooks = {
  /** At most a minute old. */
  current: () => Promise<Stored<Webhook>[]>;
  refresh: () => Promise<Stored<Webhook>[]>;
  /** The endpoint; one that is not known is looked for again. */
  find: (id: string) => Promise<Stored<Webhook> | undefined>;
  /** Something was changed here: the next one to ask reads again. */
  forget: () => void;
};

const MAX_AGE_MS = 60_000;

/** Kept in memory, so that what happens to sessions costs no call more for webhooks; the minute's timer reads them again. */
export function makeKnownWebhooks({ store, now }: Deps): KnownWebhooks {
  let loaded: { webhooks: Stored<Webhook>[]; atMs: number } | undefined;
  let loading: Promise<Stored<Webhook>[]> | undefined;
  let changes = 0;

  async function load(): Promise<Stored<Webhook>[]> {
    const [atMs, changesBefore] = [now().getTime(), changes];
    const webhooks = await store.list();
    // Changed meanwhile: what was read may be from before the change.
    if (changes === changesBefore) loaded = { webhooks, atMs };
    return webhooks;
  }

  const refresh = (): Promise<Stored<Webhook>[]> => {
    const started =
      loading ??
      load().finally(() => {
        if (loading === started) loading = undefined;
      });
    loading = started;
    return started;
  };
  const current = async () =>
    loaded && now().getTime() - loaded.atMs < MAX_AGE_MS ? loaded.webhooks : await refresh();
  const among = (webhooks: Stored<Webhook>[], id: string) => webhooks.find(({ value }) => value.id === id);

  return {
    current,
    refresh,
    find: async (id) => among(await current(), id) ?? among(await refresh(), id),
    forget() {
      changes += 1;
      loaded = undefined;
      loading = undefined;
    },
  };
}
