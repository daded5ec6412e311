import type { Principal } from "../access/principal.ts";
import type { Access, TeamViewerAccess } from "../connector/access.ts";
import { isAppError } from "../errors.ts";
import type { RemoteUsers } from "./ports.ts";

type Deps = {
  access: Pick<TeamViewerAccess, "current">;
  users: RemoteUsers;
  now: () => Date;
  pause: (ms: number) => Promise<void>;
};

/** Access for an agent's session; `assigneeId`: their own TeamViewer user, without one it is the connected account's. */
export type AssignedAccess = Access & { assigneeId?: string | undefined };

export type AccessFor = (principal: Principal) => Promise<AssignedAccess>;

const KNOWN_MS = 60 * 60_000;
const UNKNOWN_MS = 10 * 60_000;
const FAILED_MS = 60_000;
const PATIENCE_MS = 2_000;
const MOST_PEOPLE = 5_000;

type Known = { userId: string | undefined; untilMs: number };

/**
 * Looks agents up by the e-mail addresses in their token, which are kept nowhere: what is remembered is the id of one beside the
 * id of the other. An agent whom nobody can look up now is nobody; a look-up that takes long goes on for the next time.
 */
export function makeAccessFor({ access, users, now, pause }: Deps): AccessFor {
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<string | undefined>>();
  /** Until when the users of a connection are not looked up: the grant may not see them. */
  const closedUntilMs = new Map<string, number>();

  function remember(key: string, userId: string | undefined, forMs: number): string | undefined {
    known.delete(key);
    const [oldest] = known.keys();
    if (known.size >= MOST_PEOPLE && oldest !== undefined) known.delete(oldest);
    known.set(key, { userId, untilMs: now().getTime() + forMs });
    return userId;
  }

  async function ask(key: string, emails: readonly string[], current: Access): Promise<string | undefined> {
    try {
      const answer = await users.idOf(current, emails);
      if (answer.outcome === "found") return remember(key, answer.userId, answer.userId ? KNOWN_MS : UNKNOWN_MS);
      closedUntilMs.set(current.connectionId, now().getTime() + KNOWN_MS);
      return undefined;
    } catch (error) {
      if (!isAppError(error)) throw error;
      return remember(key, undefined, FAILED_MS);
    }
  }

  async function assigneeOf({ id, emails }: Principal, current: Access): Promise<string | undefined> {
    if (!emails || (closedUntilMs.get(current.connectionId) ?? 0) > now().getTime()) return undefined;
    const key = `${current.connectionId} ${id}`;
    const remembered = known.get(key);
    if (remembered && remembered.untilMs > now().getTime()) return remembered.userId;
    const asked = asking.get(key) ?? ask(key, emails, current).finally(() => asking.delete(key));
    asking.set(key, asked);
    return Promise.race([asked.catch(() => undefined), pause(PATIENCE_MS).then(() => undefined)]);
  }

  return async (principal) => {
    const current = await access.current();
    return { ...current, assigneeId: await assigneeOf(principal, current) };
  };
}
