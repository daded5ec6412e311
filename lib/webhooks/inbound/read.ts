import { findSource } from "./change.ts";
import type { SourceStore } from "./ports.ts";
import { type SourceView, viewOfSource } from "./source.ts";

type Deps = { store: SourceStore };

/** All sources, oldest first. */
export function makeListSources({ store }: Deps) {
  return async (): Promise<{ value: SourceView[] }> => {
    const sources = (await store.list()).map(({ value }) => value).filter(({ isDeleted }) => !isDeleted);
    return { value: sources.sort((a, b) => a.createdAt.localeCompare(b.createdAt)).map(viewOfSource) };
  };
}

export function makeReadSource({ store }: Deps) {
  return async (id: string): Promise<SourceView> => viewOfSource((await findSource({ store }, id)).value);
}
