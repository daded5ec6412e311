import type { DeviceDirectory } from "../devices/ports.ts";

type Deps = { devices: Pick<DeviceDirectory, "languageOf">; now: () => Date };

const KNOWN_MS = 60 * 60_000;
/** A language that could not be had may be there soon: a permission is granted, Graph answers again. */
const UNKNOWN_MS = 5 * 60_000;
const MOST_PEOPLE = 5_000;

/** The language that a person prefers, as the directory says; undefined when it says none. */
export type UserLanguageOf = (userId: string) => Promise<string | undefined>;

/** Remembers people's languages in memory, so that a notification and the pages it leads to ask the directory once. */
export function makeUserLanguageOf({ devices, now }: Deps): UserLanguageOf {
  const known = new Map<string, { language: string | undefined; untilMs: number }>();
  /** Those the directory is being asked for: who wants the same one at once shares the call. */
  const asking = new Map<string, Promise<string | undefined>>();

  async function ask(userId: string): Promise<string | undefined> {
    const language = await devices.languageOf(userId);
    known.delete(userId);
    const [oldest] = known.keys();
    if (known.size >= MOST_PEOPLE && oldest !== undefined) known.delete(oldest);
    known.set(userId, { language, untilMs: now().getTime() + (language ? KNOWN_MS : UNKNOWN_MS) });
    return language;
  }

  return async (userId) => {
    const remembered = known.get(userId);
    if (remembered && remembered.untilMs > now().getTime()) return remembered.language;
    const asked = asking.get(userId) ?? ask(userId).finally(() => asking.delete(userId));
    asking.set(userId, asked);
    return asked;
  };
}
