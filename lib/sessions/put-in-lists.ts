import type { Pending, SessionStore } from "./ports.ts";
import { sideBySide } from "./side-by-side.ts";

type Deps = { sessions: SessionStore };

/**
 * Lists new sessions, all at once. Only of those that may still be requested, or be taken back, the row is read first.
 * Answers what was thrown.
 */
export async function putInLists({ sessions }: Deps, { unlisted, open }: Pending): Promise<unknown[]> {
  if (unlisted.length === 0) return [];
  const opened = new Set(
    open.filter(({ quietUntil, isOver }) => quietUntil || isOver).map(({ sessionId }) => sessionId),
  );
  const ready = unlisted.filter(({ sessionId }) => opened.has(sessionId));
  const failures = await sideBySide(
    unlisted.filter(({ sessionId }) => !opened.has(sessionId)),
    async (listing) => {
      const session = (await sessions.find(listing.sessionId))?.session;
      if (!session) await sessions.dropUnlisted(listing.sessionId);
      else if (session.state !== "requested") ready.push(listing);
    },
  );
  if (ready.length > 0) failures.push(...(await sideBySide([ready], (listings) => sessions.putInLists(listings))));
  return failures;
}
