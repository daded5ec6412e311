import type { Pending, RemoteSession } from "./ports.ts";
import type { Session } from "./session.ts";

/** TeamViewer's list of sessions, found by code and by our id. */
export type Seen = {
  of: (session: Session) => RemoteSession | undefined;
  /** True when nothing can have happened to an open session that its row would have to be read for. */
  isQuiet: (open: Pending["open"][number], now: Date) => boolean;
};

export function makeSeen(remotes: readonly RemoteSession[]): Seen {
  const byCode = new Map<string, RemoteSession>();
  const byOurId = new Map<string, RemoteSession[]>();
  for (const remote of remotes) {
    if (!byCode.has(remote.code)) byCode.set(remote.code, remote);
    if (!remote.ourId) continue;
    const sameId = byOurId.get(remote.ourId);
    if (sameId) sameId.push(remote);
    else byOurId.set(remote.ourId, [remote]);
  }
  return {
    of: ({ id, code }) => (code ? byCode.get(code) : byOurId.get(id)?.[0]),
    isQuiet({ sessionId, quietUntil, isJoined }, now) {
      const [seen, another] = byOurId.get(sessionId) ?? [];
      if (another !== undefined || seen?.state !== "open") return false;
      return seen.online ? isJoined : isBefore(now, quietUntil);
    },
  };
}

/** While TeamViewer cannot be asked: nobody is seen, and only the clock moves sessions on. */
export const nobodySeen: Seen = {
  of: () => undefined,
  isQuiet: ({ quietUntil }, now) => isBefore(now, quietUntil),
};

const isBefore = (now: Date, until: Date | undefined) => until !== undefined && now < until;
