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
  /** Links that TeamViewer is being asked for: callers who want the same one at once share one call. */
  const asking = new Map<string, Promise<string>>();

  const remember: SupporterLinks["remember"] = ({ id }, url) => {
    remembered.delete(id);
    remembered.set(id, { url, untilMs: now().getTime() + MEMORY_MS });
    const oldest = remembered.keys().next();
    if (remembered.size > MAX_REMEMBERED && !oldest.done) remembered.delete(oldest.value);
  };

  async function ask(session: Session, code: string): Promise<string> {
    const { supporterUrl } = await remote.find(await access.current(), code);
    remember(session, supporterUrl);
    return supporterUrl;
  }

  return {
    remember,
    async ofSession(session, principal) {
      if (session.requestedBy !== principal.id || !isLive(session) || !session.code) return undefined;
      const known = remembered.get(session.id);
      if (known && known.untilMs > now().getTime()) return known.url;
      try {
        const asked = asking.get(session.id) ?? ask(session, session.code).finally(() => asking.delete(session.id));
        asking.set(session.id, asked);
        return await asked;
      } catch (error) {
        if (error instanceof AppError) return undefined;
        throw error;
      }
    },
  };
}
