import type { Stored } from "../../connector/ports.ts";
import { AppError, sourceNotFound } from "../../errors.ts";
import type { KnownSources } from "./known-sources.ts";
import type { SourceStore } from "./ports.ts";
import type { Source } from "./source.ts";

type Deps = { store: SourceStore; known: KnownSources };

const MAX_ROUNDS = 5;

/** The source as it stands now. Throws `source-not-found`. */
export async function findSource({ store }: Pick<Deps, "store">, id: string): Promise<Stored<Source>> {
  const stored = (await store.list()).find(({ value }) => value.id === id && !value.isDeleted);
  if (!stored) throw sourceNotFound();
  return stored;
}

/** Reads a source, changes it, and stores it unless somebody was faster: then again. Answers it as it then stands. */
export async function changeSource(deps: Deps, id: string, change: (source: Source) => Source): Promise<Source> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const stored = await findSource(deps, id);
    const updated = await deps.store.update(stored, change(stored.value));
    deps.known.forget();
    if (updated) return updated.value;
  }
  throw new AppError("upstream-unavailable", "The source is being changed by many at once. Try again in a moment.", {
    retryAfterSeconds: 1,
  });
}
