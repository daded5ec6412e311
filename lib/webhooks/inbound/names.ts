import type { NameDirectory } from "../../devices/ports.ts";
import type { KnownSources } from "./known-sources.ts";

/** Names of sources change nobody's rights, so a minute late is soon enough. */
const KNOWN_MS = 60_000;

/** The directory, which also knows sources: they stand in the audit as applications. */
export function namedOrSource(directory: NameDirectory, known: KnownSources): NameDirectory {
  return {
    async nameOf(id) {
      // Without them the others still have names.
      const sources = await known.current(KNOWN_MS).catch(() => []);
      const source = sources.find((each) => each.id === id);
      return source ? { kind: "application", name: source.name } : directory.nameOf(id);
    },
  };
}
