import { chooseLanguage } from "../notifications/texts.ts";
import type { UserLanguageOf } from "../notifications/user-language.ts";
import type { Session } from "./session.ts";

type Deps = { userLanguageOf: UserLanguageOf; pause: (ms: number) => Promise<void>; defaultLanguage: string };

/** Somebody waits in front of the page: a directory that takes longer is not waited for. */
const PATIENCE_MS = 2_000;

/**
 * The language that a session's user reads its pages in: the one that the agent asked for, else the one that the user
 * prefers, else the browser's, else the default.
 */
export function makePageLanguage({ userLanguageOf, pause, defaultLanguage }: Deps) {
  return async ({ language, userId }: Pick<Session, "language" | "userId">, browser: readonly string[]) => {
    const preferred =
      userId && !language ? await Promise.race([userLanguageOf(userId), pause(PATIENCE_MS)]) : undefined;
    return chooseLanguage([language, preferred ?? undefined, ...browser, defaultLanguage]);
  };
}
