import { AppError, sessionNotFound } from "../errors.ts";
import type { Owed, SessionStore, StoredSession } from "./ports.ts";
import type { Session } from "./session.ts";

/** What to make of a session: undefined leaves it as it is. */
export type Decision = { session: Session; owed?: Owed[] } | undefined;

const MAX_ROUNDS = 5;

/**
 * Reads a session, decides, and stores the decision if nobody changed the session meanwhile; else reads and decides again.
 * Answers the session as it then stands, with its tag, and whether this call changed it. Throws `session-not-found`.
 */
export async function changeSession(
  store: SessionStore,
  id: string,
  decide: (session: Session) => Decision,
  known?: StoredSession,
) {
  let stored = known;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    stored ??= await store.find(id);
    if (!stored) throw sessionNotFound();
    const decision = decide(stored.session);
    if (!decision) return { session: stored.session, stored, changed: false, owed: [] };
    const updated = await store.update(stored, decision.session, decision.owed);
    if (updated) return { session: updated.session, stored: updated, changed: true, owed: decision.owed ?? [] };
    stored = undefined;
  }
  throw new AppError("upstream-unavailable", "The session is being changed by many at once. Try again in a moment.", {
    retryAfterSeconds: 1,
  });
}
