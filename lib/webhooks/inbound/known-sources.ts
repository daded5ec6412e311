import type { Stored } from "../../connector/ports.ts";
import type { SourceStore } from "./ports.ts";
import type { Source } from "./source.ts";

type Deps = { store: SourceStore; now: () => Date };

/** The sources as this process knows them, without deleted ones. */
export type KnownSources = {
  /** At most `maxAgeMs` old. */
  current: (maxAgeMs: number) => Promise<Source[]>;
  /** Something was changed here: the next one to ask reads again. */
  forget: () => void;
};

/**
 * Kept in memory, so that messages, and whoever makes them up, cost storage next to nothing: all askers share one read.
 */
export function makeKnownSources({ store, now }: Deps): KnownSources {
  let loaded: { sources: Source[]; atMs: number } | undefined;
  let loading: Promise<Source[]> | undefined;
  let changes = 0;

  async function load(): Promise<Source[]> {
    const [atMs, changesBefore] = [now().getTime(), changes];
    const stored: Stored<Source>[] = await store.list();
    const sources = stored.map(({ value }) => value).filter(({ isDeleted }) => !isDeleted);
    // Changed meanwhile: what was read may be from before the change.
    if (changes === changesBefore) loaded = { sources, atMs };
    return sources;
  }

  return {
    async current(maxAgeMs) {
      if (loaded && Math.abs(now().getTime() - loaded.atMs) < maxAgeMs) return loaded.sources;
      const started =
        loading ??
        load().finally(() => {
          if (loading === started) loading = undefined;
        });
      loading = started;
      return started;
    },
    forget() {
      changes += 1;
      loaded = undefined;
      loading = undefined;
    },
  };
}
