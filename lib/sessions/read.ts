import type { Principal } from "../access/principal.ts";
import { pageNotOurs, sessionNotFound } from "../errors.ts";
import type { SessionFilter, SessionStore } from "./ports.ts";
import { type Session, type SessionState, type SessionView, viewOfSession } from "./session.ts";
import type { SupporterLinks } from "./supporter-links.ts";

type Deps = { sessions: SessionStore; links: SupporterLinks };

/** One session as `principal` may see it. */
export function makeReadSession({ sessions, links }: Deps) {
  return async (principal: Principal, id: string): Promise<SessionView> => {
    const stored = await sessions.find(id);
    if (!stored) throw sessionNotFound();
    return viewOfSession(stored.session, await links.ofSession(stored.session, principal));
  };
}

type List = SessionFilter & { state?: SessionState | undefined; top: number; page?: string | undefined };

/** Rows are read so many at a time, side by side: a page of 25, and the one after it that tells whether there are more. */
const BATCH = 26;
/** A page that a filter leaves short ends after so many rows and says where to go on. */
const MAX_ROWS_A_PAGE = 500;

/** Sessions newest first, without their supporter links. `page` is opaque. Throws `invalid-request` for a page that is not ours. */
export function makeListSessions({ sessions }: Pick<Deps, "sessions">) {
  return async ({ state, top, page, ...filter }: List): Promise<{ value: SessionView[]; nextPage?: string }> => {
    // The store lists by one of device and person; the other is looked at here, as the state is.
    const isFitting = (session: Session) =>
      (!state || session.state === state) && (!filter.requestedBy || session.requestedBy === filter.requestedBy);
    const found: Session[] = [];
    let batch: string[] = [];
    let rows = 0;
    let last: Session | undefined;

    const take = async () => {
      const stored = await Promise.all(batch.map((id) => sessions.find(id)));
      batch = [];
      for (const each of stored) {
        if (!each || found.length > top) continue;
        if (isFitting(each.session)) found.push(each.session);
        if (found.length <= top) last = each.session;
      }
    };

    for await (const id of sessions.ids(filter, page ? positionOf(page) : undefined)) {
      batch.push(id);
      rows += 1;
      if (batch.length === BATCH) await take();
      if (found.length > top || rows >= MAX_ROWS_A_PAGE) break;
    }
    await take();
    const value = found.slice(0, top).map((session) => viewOfSession(session));
    const hasMore = found.length > top || rows >= MAX_ROWS_A_PAGE;
    return hasMore && last ? { value, nextPage: pageOf(last) } : { value };
  };
}

const pageOf = ({ requestedAt, id }: Session) => Buffer.from(`${requestedAt} ${id}`).toString("base64url");

function positionOf(page: string): { requestedAt: string; id: string } {
  const [, requestedAt, id] =
    /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f]{32})$/.exec(Buffer.from(page, "base64url").toString()) ?? [];
  if (requestedAt && id) return { requestedAt, id };
  throw pageNotOurs();
}
