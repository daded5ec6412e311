import type { Principal } from "../access/principal.ts";
import type { TeamViewerAccess } from "../connector/access.ts";
import { AppError } from "../errors.ts";
import type { RemoteSessions } from "./ports.ts";
import { isLive, type Session } from "./session.ts";

type Deps = { remote: RemoteSessions; access: TeamViewerAccess; now: () => Date };

/** Supporter links are keys to sessions: never stored, only kept in memory for a minute so that polling does not use up TeamViewer's limits. */
export type SupporterLinks = {
  remember: (session: Session, supporterUrl: string) => void;
  /** The link for the one who asked for the session while it lives; undefined for others, and when TeamViewer cannot be asked. */
  ofSession: (session: Session, principal: Principal) => Promise<string | undefined>;
};

const MEMORY_MS = 60_000;
const MAX_REMEMBERED = 1000;

export function makeSupporterLinks({ remote, access, now }: Deps): SupporterLinks {
  const remembered = new Map<string, { url: string; untilMs: number }>();

  const remember: SupporterLinks["remember"] = ({ id }, url) => {
    remembered.delete(id);
    remembered.set(id, { url, untilMs: now().getTime() + MEMORY_MS });
    const oldest = remembered.keys().next();
    if (remembered.size > MAX_REMEMBERED && !oldest.done) remembered.delete(oldest.value);
  };

  return {
    remember,
    async ofSession(session, principal) {
      if (session.requestedBy !== principal.id || !isLive(session) || !session.code) return undefined;
      const known = remembered.get(session.id);
      if (known && known.untilMs > now().getTime()) return known.url;
      try {
        const { supporterUrl } = await remote.find(await access.current(), session.code);
        remember(session, supporterUrl);
        return supporterUrl;
      } catch (error) {
        if (error instanceof AppError) return undefined;
        throw error;
      }
    },
  };
}
