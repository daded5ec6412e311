import * as z from "zod";
import { atMostAtOnce } from "../access/at-once.ts";
import type { NameDirectory, Named } from "./ports.ts";

export const nameSchema = z
  .strictObject({ id: z.string(), kind: z.enum(["person", "device", "application"]), name: z.string() })
  .meta({ id: "Name" });
export type Name = z.infer<typeof nameSchema>;

type Deps = { directory: NameDirectory; now: () => Date };

const KNOWN_MS = 60 * 60_000;
/** A name that nobody knew may be there soon: a device enrols, somebody is hired. */
const UNKNOWN_MS = 5 * 60_000;
/** A directory in trouble is not asked for the same name by each page that is looked at meanwhile. */
const FAILED_MS = 60_000;
const MOST_NAMES = 10_000;
/** Whoever looks at a long list of the audit must not use up what Graph grants the whole app. */
const CALLS_AT_ONCE = { running: 8, waiting: 1_000 };

/** The names of people and devices that are known, in the order they were asked for. One that cannot be had is left out. */
export function makeNamesOf({ directory, now }: Deps) {
  const known = new Map<string, { named: Named | undefined; untilMs: number }>();
  /** Those the directory is being asked for: who wants the same one at once shares the call. */
  const asking = new Map<string, Promise<Named | undefined>>();
  const look = atMostAtOnce(CALLS_AT_ONCE, directory.nameOf);

  function remember(id: string, named: Named | undefined, forMs: number): Named | undefined {
    known.delete(id);
    const [oldest] = known.keys();
    if (known.size >= MOST_NAMES && oldest !== undefined) known.delete(oldest);
    known.set(id, { named, untilMs: now().getTime() + forMs });
    return named;
  }

  const ask = (id: string): Promise<Named | undefined> =>
    look(id).then(
      (named) => remember(id, named, named ? KNOWN_MS : UNKNOWN_MS),
      // A name is a courtesy: the id says who it is, too.
      () => remember(id, undefined, FAILED_MS),
    );

  async function nameOf(id: string): Promise<Name | undefined> {
    const remembered = known.get(id);
    const isFresh = remembered && remembered.untilMs > now().getTime();
    const named = isFresh ? remembered.named : await shared(id);
    return named && { id, ...named };
  }

  function shared(id: string): Promise<Named | undefined> {
    const asked = asking.get(id) ?? ask(id).finally(() => asking.delete(id));
    asking.set(id, asked);
    return asked;
  }

  return async (ids: readonly string[]): Promise<Name[]> => {
    const names = await Promise.all([...new Set(ids)].map(nameOf));
    return names.filter((name) => name !== undefined);
  };
}
