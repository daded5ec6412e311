import { sessionNotFound } from "../../errors.ts";
import { isFinal, type Session } from "../../sessions/session.ts";
import type { makeFindDevice } from "./find-device.ts";
import type { Command, Message } from "./message.ts";
import type { RecordStore } from "./ports.ts";
import type { Source } from "./source.ts";

type Deps = {
  records: RecordStore;
  findDevice: ReturnType<typeof makeFindDevice>;
  findSession: (id: string) => Promise<Session | undefined>;
};

/**
 * Looks up all that a message names, so that the same message means the same later on. Sessions that the source may not reach
 * are sessions that there are not. Throws `session-not-found`, `device-not-found`, `device-ambiguous`.
 */
export function makeResolve({ records, findDevice, findSession }: Deps) {
  async function reachable(source: Source, id: string): Promise<Session | undefined> {
    const session = await findSession(id);
    const isOwn = session?.requestedBy === source.id;
    return isOwn || source.rights.includes("any-session") ? session : undefined;
  }

  async function sessionOf(source: Source, id: string): Promise<string> {
    const session = await reachable(source, id);
    if (!session) throw sessionNotFound();
    return session.id;
  }

  /** Those of the ticket that are not over, newest first; when all are over, the newest. */
  async function sessionsOf(source: Source, ticket: string): Promise<string[]> {
    const ids = await records.sessionsOf(source.id, ticket);
    const found = await Promise.all(ids.map((id) => reachable(source, id)));
    const ofTicket = found.filter((session) => session !== undefined && session.ticket === ticket);
    const sorted = ofTicket
      .filter((session) => session !== undefined)
      .sort((a, b) => b.requestedAt.localeCompare(a.requestedAt));
    const live = sorted.filter((session) => !isFinal(session));
    const meant = live.length > 0 ? live : sorted.slice(0, 1);
    if (meant.length === 0) throw sessionNotFound();
    return meant.map(({ id }) => id);
  }

  return async (source: Source, message: Message): Promise<Command> => {
    if (message.action === "request") {
      const { action, reason, ticket, language, notify } = message;
      return { action, deviceId: await findDevice(message), reason, ticket, language, notify };
    }
    if (message.action === "ticket") return { ...message, sessionId: await sessionOf(source, message.sessionId) };
    const { action, sessionId, ticket = "" } = message;
    const sessionIds = sessionId ? [await sessionOf(source, sessionId)] : await sessionsOf(source, ticket);
    return { action, sessionIds };
  };
}
